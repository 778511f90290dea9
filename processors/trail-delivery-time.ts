/**
 * When CloudTrail delivered an object, in milliseconds, by its name; undefined for any other object. "The digits of the year, month,
 * day, hour, and minute when the log file was delivered": https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
 */
export function trailDeliveryTime(sourceKey: string): number | undefined {
  const match = /_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z_[^/]*$/.exec(sourceKey);
  if (match === null) return undefined;
  const [year, month, day, hour, minute] = match.slice(1).map(Number) as [number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minute);
}
