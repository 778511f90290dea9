import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memberAt } from '../../core/json.ts';
import { cloudwatch } from './cloudwatch.ts';
import type { LogObject } from './declare-dataset.ts';
import { encodeLogEvent, type FilteredEvent } from './encode-log-event.ts';
import { recognizeLogMessage } from './recognize-log-object.ts';
import { NO_NAMES } from './resource-names.ts';
import { waf } from './waf.ts';

const ingested = '2026-11-21T12:05:00.000Z';
const object: LogObject = {
  name: 'log group /app',
  identity: '',
  account: '111122223333',
  region: 'eu-west-1',
  accountName: () => undefined,
  written: ingested,
  names: NO_NAMES,
  preserveOriginal: false,
  datasetOfMessage: recognizeLogMessage,
};
const event: FilteredEvent = {
  eventId: '39',
  timestamp: 1_795_262_400_000,
  message: 'Nov 21 12:00:00 ip-10-0-0-5 sshd[7]: hello',
  logStreamName: 'one',
  ingestionTime: 1_795_262_401_000,
};

test('an event of a group becomes a document of the dataset that recognises it, with its group and its stream', () => {
  const result = encodeLogEvent(object, event, { group: '/app', ingested });
  assert.ok(result.type === 'ok');
  const { index, id, body } = result.value;
  assert.deepEqual([index, id], ['awslogs-ec2-2026.11.21', '39']);
  assert.deepEqual(JSON.parse(Buffer.from(body).toString()), {
    '@timestamp': '2026-11-21T12:00:00.000Z',
    data_stream: { type: 'logs', dataset: 'aws.ec2_logs', namespace: 'default' },
    event: { kind: 'event', module: 'aws', dataset: 'aws.ec2_logs', ingested, id: '39' },
    cloud: { provider: 'aws', region: 'eu-west-1', account: { id: '111122223333' } },
    message: 'hello',
    orgscope: { message_pattern: 'hello' },
    process: { name: 'sshd', pid: 7 },
    host: { name: 'ip-10-0-0-5' },
    log: { file: { path: '/app/one' } },
    aws: {
      ec2: { ip_address: 'ip-10-0-0-5' },
      cloudwatch: { log_group: '/app', log_stream: 'one', ingestion_time: '2026-11-21T12:00:01.000Z' },
    },
  });
});

test('the dataset that the user names for a group stands', () => {
  const result = encodeLogEvent(object, event, { group: '/app', dataset: cloudwatch, ingested });
  assert.ok(result.type === 'ok');
  assert.equal(result.value.index, 'awslogs-cloudwatch-2026.11.21');
  assert.equal(memberAt(JSON.parse(Buffer.from(result.value.body).toString()), 'message'), event.message);
  const unfit = encodeLogEvent(object, event, { group: '/app', dataset: waf, ingested });
  assert.deepEqual(unfit, { type: 'dead-letter', reason: 'is no JSON' });
});

test('events that do not fit are dead letters', () => {
  const reasonOf = (members: FilteredEvent) => {
    const result = encodeLogEvent(object, { ...event, ...members }, { group: '/app', ingested });
    return result.type === 'dead-letter' && result.reason;
  };
  assert.equal(reasonOf({ eventId: undefined }), 'has no eventId');
  assert.equal(reasonOf({ timestamp: -1 }), 'has no timestamp');
  assert.equal(reasonOf({ message: 'x'.repeat(1024 * 1024 + 1) }), 'is larger than 1 MiB (1,048,577 bytes)');
});
