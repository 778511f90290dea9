/**
 * When AWS wrote an object of logs, in milliseconds, by the time in its name: `…_20261121T0930Z_…`, or `2026-11-21-09-30-00-…` of S3 access logs. Undefined
 * without one.
 */
export function logDeliveryTime(key: string): number | undefined {
  const [, year, month, day, hour, minute, second = '00'] = COMPACT.exec(key) ?? DASHED.exec(key) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

const COMPACT = /_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z/;
const DASHED = /(\d{4})-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)-[0-9A-F]{16}$/;
