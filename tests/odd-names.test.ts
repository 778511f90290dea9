import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kinds } from '../collectors/inventory/registry.ts';
import { toCliRecord } from '../collectors/inventory/to-cli-record.ts';
import type { JsonObject } from '../core/json.ts';
import { importDump } from '../pipelines/import-dump.ts';
import { compareRecords, fingerprint } from '../processors/compare-records.ts';
import { lineItemEncoder } from '../processors/encode-line-item.ts';
import { createTrailEncoder } from '../processors/encode-trail-event.ts';
import { createTrailReader } from '../processors/parse-cloudtrail.ts';

/** Names that a user may give to a tag, and that every object of JavaScript inherits. */
const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
const members = (value: unknown): string[] => Object.entries(value as object).map(([name, text]) => `${name}=${text}`);
const WANTED = NAMES.map((name) => `${name}=x`);

for (const [name, tags] of [
  ['ec2-volume', { Volumes: [{ VolumeId: 'vol-1', Tags: NAMES.map((Key) => ({ Key, Value: 'x' })) }] }],
  ['ecs-cluster', { clusters: [{ clusterName: 'shop', tags: NAMES.map((key) => ({ key, value: 'x' })) }] }],
  ['logs-log-group', { logGroups: [{ logGroupName: 'shop', tags: Object.fromEntries(NAMES.map((key) => [key, 'x'])) }] }],
] as const) {
  test(`tags of ${name} keep their names, in the document, as pairs and in the record`, () => {
    const kind = kinds.find((each) => each.name === name);
    assert.ok(kind !== undefined);
    const dump = { text: JSON.stringify(tags), name: 'dump.json', time: 0, account: '111111111111', region: 'eu-west-1' };
    const body = JSON.parse(Buffer.from(importDump({ kind, ...dump }).documents[0]?.body ?? '').toString());
    const record = kind.recordField.split('.').reduce((value: JsonObject, part) => value[part] as JsonObject, body);
    const item = kind.items(tags as unknown as JsonObject)[0];
    assert.equal(JSON.stringify(record), JSON.stringify(item));
    if (name === 'logs-log-group') return;
    assert.deepEqual(members(body.resource.tags), WANTED);
    assert.deepEqual(body.resource.tag_pairs, WANTED);
  });
}

test('names that come from the SDK are kept', () => {
  assert.deepEqual(members(toCliRecord(Object.fromEntries(NAMES.map((name) => [name, 'x'])))), WANTED);
});

test('a tag of such a name that comes, changes or goes is a change', () => {
  for (const name of NAMES) {
    const tagged = (Value?: string): JsonObject => ({
      Tags: [{ Key: 'team', Value: 'a' }, ...(Value === undefined ? [] : [{ Key: name, Value }])],
    });
    const mapped = (Value?: string): JsonObject => ({
      tags: Object.fromEntries([['team', 'a'], ...(Value === undefined ? [] : [[name, Value]])]),
    });
    for (const [member, record] of [
      ['Tags', tagged],
      ['tags', mapped],
    ] as const) {
      for (const [from, to] of [
        [undefined, 'x'],
        ['x', 'y'],
        ['x', undefined],
      ] as const) {
        assert.deepEqual(compareRecords(record(from), record(to), []), [{ path: `${member}.${name}`, from, to }]);
        assert.notEqual(fingerprint(record(from), []), fingerprint(record(to), []), `${member}.${name}`);
      }
    }
  }
});

test('tags of bills keep their names', () => {
  const row: Record<string, string> = { 'lineItem/UsageStartDate': '2026-10-03T01:00:00Z', 'lineItem/UnblendedCost': '1' };
  for (const name of NAMES) row[`resourceTags/user:${name}`] = 'x';
  const context = { report: 'r', delivery: 'd', month: '2026-10', part: 1, accountNames: new Map<string, string>() };
  const made = lineItemEncoder(Object.keys(row), context);
  assert.equal(made.type, 'ok');
  const result = made.value(Object.values(row), 0);
  assert.equal(result.type, 'ok');
  const text = Buffer.from(result.value.body).toString();
  assert.deepEqual(JSON.parse(text).aws.billing.tag_pairs, WANTED);
});

test('parameters of calls keep their names', () => {
  const requestParameters = `{${NAMES.map((name) => `"${name}":{"${name}":"x"}`).join(',')}}`;
  const reader = createTrailReader();
  const event = '"eventID":"e","eventTime":"2026-11-20T10:00:00Z","eventName":"A","eventSource":"ec2.amazonaws.com"';
  reader.push(Buffer.from(`{${event},"requestParameters":${requestParameters}}`));
  reader.finish();
  assert.equal(reader.next(), 'record', reader.reason);
  const result = createTrailEncoder()({});
  assert.equal(result.type, 'ok');
  assert.ok(Buffer.from(result.value.body).toString('utf8').includes(`"request_parameters":${requestParameters}`));
});
