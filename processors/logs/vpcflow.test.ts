import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeLog, logObject } from '../../tests/support/decode-log.ts';
import { encodeLogEvent } from './encode-log-event.ts';
import { NO_NAMES } from './resource-names.ts';
import { vpcflow } from './vpcflow.ts';

/** The 29 fields that AWS documents up to version 5, each with a value. https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html */
const V5: Readonly<Record<string, string>> = {
  version: '5',
  'account-id': '123456789012',
  'interface-id': 'eni-0a1b2c3d4e5f60718',
  srcaddr: '10.0.1.5',
  dstaddr: '2001:db8::7',
  srcport: '49152',
  dstport: '443',
  protocol: '6',
  packets: '12',
  bytes: '3400',
  start: '1700000000',
  end: '1700000060',
  action: 'ACCEPT',
  'log-status': 'OK',
  'vpc-id': 'vpc-0a1b2c3d',
  'subnet-id': 'subnet-0a1b2c3d',
  'instance-id': 'i-0a1b2c3d4e5f60718',
  'tcp-flags': '19',
  type: 'IPv4',
  'pkt-srcaddr': '10.0.1.6',
  'pkt-dstaddr': '2001:db8::8',
  region: 'eu-west-1',
  'az-id': 'euw1-az2',
  'sublocation-type': 'outpost',
  'sublocation-id': 'op-0a1b2c3d',
  'pkt-src-aws-service': 'EC2',
  'pkt-dst-aws-service': 'S3',
  'flow-direction': 'egress',
  'traffic-path': '7',
};

const COLUMNS = Object.keys(V5);

/** A generator of numbers below 1, the same in each run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The document of one line, whose header names these fields. */
function read(columns: readonly string[], values = V5) {
  const line = columns.map((column) => values[column] ?? '-').join(' ');
  const { documents, deadLetters } = decodeLog(vpcflow, `${columns.join(' ')}\n${line}\n`);
  assert.deepEqual(deadLetters, []);
  assert.equal(documents.length, 1);
  return documents[0] as { index: string; id: string; body: Record<string, unknown> };
}

test('all 29 fields of version 5', () => {
  const { index, body } = read(COLUMNS);
  assert.equal(index, 'awslogs-vpcflow-2023.11.14');
  assert.deepEqual(body.aws, {
    vpcflow: {
      version: '5',
      account_id: '123456789012',
      interface_id: 'eni-0a1b2c3d4e5f60718',
      action: 'ACCEPT',
      log_status: 'OK',
      vpc_id: 'vpc-0a1b2c3d',
      subnet_id: 'subnet-0a1b2c3d',
      instance_id: 'i-0a1b2c3d4e5f60718',
      tcp_flags: '19',
      tcp_flags_array: ['fin', 'syn', 'ack'],
      type: 'IPv4',
      pkt_srcaddr: '10.0.1.6',
      pkt_dstaddr: '2001:db8::8',
      sublocation: { type: 'outpost', id: 'op-0a1b2c3d' },
      pkt_src_service: 'EC2',
      pkt_dst_service: 'S3',
      traffic_path: '7',
    },
  });
  assert.deepEqual(body.source, { address: '10.0.1.5', ip: '10.0.1.5', port: 49152, bytes: 3400, packets: 12 });
  assert.deepEqual(body.related, {
    ip: ['10.0.1.5', '2001:db8::7'],
    entity: ['eni-0a1b2c3d4e5f60718', 'i-0a1b2c3d4e5f60718'],
  });
});

test('200 random orders and subsets of the fields give the same document, up to the fields that are left out', () => {
  const next = random(42);
  for (let round = 0; round < 200; round++) {
    const shuffled = COLUMNS.map((column) => ({ column, key: next() }))
      .sort((one, other) => one.key - other.key)
      .map(({ column }) => column);
    const subset = shuffled.slice(0, 2 + Math.floor(next() * (COLUMNS.length - 1)));
    const without = Object.fromEntries(Object.entries(V5).filter(([column]) => subset.includes(column)));
    // The same fields in AWS's order; the others are there and empty.
    assert.deepEqual(read(subset).body, { ...read(COLUMNS, without).body, log: read(subset).body.log }, subset.join(' '));
  }
});

test('a file whose header AWS has extended keeps the new fields', () => {
  const { body } = read([...COLUMNS, 'brand-new'], { ...V5, 'brand-new': 'x"y' });
  assert.deepEqual((body.aws as { vpcflow: { other: unknown } }).vpcflow.other, { brand_new: 'x"y' });
});

test('what can not be read is a dead letter that names the field, and the lines after it are read', () => {
  const lines = [
    '2 123456789012 eni-1 10.0.0.1 10.0.0.2 1 2 6 1 1 1700000000 1700000060 ACCEPT OK',
    '2 123456789012 eni-1 10.0.0.1 nowhere 1 2 6 1 1 1700000000 1700000060 ACCEPT OK',
    '2 123456789012 eni-1 10.0.0.1 10.0.0.2 1 2 6 1 many 1700000000 1700000060 ACCEPT OK',
    '2 123456789012 eni-1 10.0.0.1 10.0.0.2 1 2 6 1 1 yesterday 1700000060 ACCEPT OK',
    '2 123456789012 eni-1',
    '2 123456789012 eni-1 - - - - - - - 1700000000 1700000060 - NODATA',
  ];
  const { documents, deadLetters } = decodeLog(vpcflow, lines.join('\n'));
  assert.deepEqual(deadLetters, [
    'line 2: has a field dstaddr that is no IP address',
    'line 3: has a field bytes that is no number',
    'line 4: has a field start that is no time in seconds',
    'line 5: has 3 fields, and its header or format names 14',
  ]);
  assert.deepEqual(
    documents.map(({ body }) => (body.log as { offset: number }).offset),
    [0, lines.slice(0, 5).join('\n').length + 1],
  );
});

test('without a header the format of the inventory counts, and never the number of fields', () => {
  const names = { flowLogFormat: () => ['dstaddr', 'srcaddr', 'end'] };
  const { documents } = decodeLog(vpcflow, '10.0.0.2 10.0.0.1 1700000060\n', { names });
  assert.deepEqual(documents[0]?.body.source, { address: '10.0.0.1', ip: '10.0.0.1' });
  const fields = COLUMNS.map((column) => V5[column]).join(' ');
  assert.deepEqual(decodeLog(vpcflow, fields).deadLetters, ['line 1: has 29 fields, and its header or format names 14']);
});

test('a message of CloudWatch Logs is a line, and is identified by its event', () => {
  const text = '2 123456789012 eni-0a1b2c3d 10.0.0.1 10.0.0.2 1 2 6 1 1 1700000000 1700000060 ACCEPT OK';
  const group = '/aws/vpc/flow-logs';
  const object = logObject({ account: '123456789012', preserveOriginal: true });
  const event = {
    eventId: '37001',
    timestamp: 1700000061000,
    ingestionTime: 1700000070000,
    message: text,
    logStreamName: 'eni-0a1b2c3d-all',
  };
  const ingested = '2026-11-21T10:05:00.000Z';
  const encoded = encodeLogEvent(object, event, { group, dataset: vpcflow, ingested });
  assert.ok(encoded.type === 'ok');
  const { index, id, body } = encoded.value;
  const document = JSON.parse(Buffer.from(body).toString());
  assert.deepEqual([index, id, document.event.id], ['awslogs-vpcflow-2023.11.14', '37001', '37001']);
  assert.deepEqual(document.log, { file: { path: `${group}/eni-0a1b2c3d-all` } });
  assert.deepEqual(document.aws.cloudwatch, {
    log_group: group,
    log_stream: 'eni-0a1b2c3d-all',
    ingestion_time: '2023-11-14T22:14:30.000Z',
  });
  assert.equal(document.event.original, text);
  const names = {
    ...NO_NAMES,
    flowLogFormat: (_: unknown, destination: string) => (destination === group ? ['srcaddr', 'start'] : undefined),
  };
  const custom = encodeLogEvent(
    { ...object, names },
    { ...event, message: '10.0.0.9 1700000000' },
    { group, dataset: vpcflow, ingested },
  );
  assert.ok(custom.type === 'ok');
  assert.equal(JSON.parse(Buffer.from(custom.value.body).toString()).source.ip, '10.0.0.9');
});
