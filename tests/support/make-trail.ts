import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Writes CloudTrail objects into a folder, nested as AWS nests them. Event ids count up, so that a test knows every event. */
export function makeTrail(
  folder: string,
  options: { objects: number; eventsPerObject: number; account?: string; start?: Date },
): { events: number } {
  const account = options.account ?? '111122223333';
  const start = options.start ?? new Date('2026-10-01T00:00:00Z');
  const day = join(folder, 'AWSLogs', account, 'CloudTrail', 'eu-west-1', '2026', '10', '01');
  mkdirSync(day, { recursive: true });
  for (let object = 0; object < options.objects; object++) {
    const Records = Array.from({ length: options.eventsPerObject }, (_, index) =>
      event(account, start, object * options.eventsPerObject + index),
    );
    const name = `${account}_CloudTrail_eu-west-1_20261001T0000Z_${String(object).padStart(16, '0')}.json.gz`;
    writeFileSync(join(day, name), gzipSync(JSON.stringify({ Records }), { level: 1 }));
  }
  return { events: options.objects * options.eventsPerObject };
}

function event(account: string, start: Date, number: number) {
  return {
    eventVersion: '1.10',
    userIdentity: {
      type: 'IAMUser',
      principalId: 'AIDAEXAMPLE',
      arn: `arn:aws:iam::${account}:user/ana`,
      accountId: account,
      accessKeyId: 'AKIAEXAMPLE',
      userName: 'ana',
    },
    eventTime: new Date(start.getTime() + number * 1000).toISOString().replace('.000Z', 'Z'),
    eventSource: 'ec2.amazonaws.com',
    eventName: 'DescribeInstances',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '203.0.113.7',
    userAgent: 'aws-cli/2.17.0',
    requestParameters: { instancesSet: { items: [{ instanceId: `i-${number.toString(16).padStart(17, '0')}` }] } },
    responseElements: null,
    requestID: `req-${number}`,
    eventID: `event-${number}`,
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
  };
}
