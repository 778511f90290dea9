import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSubscriptionReader, isSubscription } from './read-subscription-records.ts';

/** The steps of a content that is read in pieces of so many bytes. */
function read(content: string, pieceBytes: number): string[] {
  const reader = createSubscriptionReader();
  const steps: string[] = [];
  const take = () => {
    for (let step = reader.next(); step !== 'more'; step = reader.next()) {
      if (step === 'record') {
        const { id, time, text, account, stream, isControl } = reader.event;
        steps.push(isControl ? 'control' : `${account} ${stream?.group} ${stream?.name} ${id} ${time} ${text}`);
      } else if (step === 'refused') steps.push(`${reader.location()}: ${reader.reason}`);
      else {
        steps.push(step === 'invalid' ? `invalid: ${reader.reason}` : step);
        return false;
      }
    }
    return true;
  };
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    reader.push(bytes.subarray(at, at + pieceBytes));
    if (!take()) return steps;
  }
  reader.finish();
  take();
  return steps;
}

const event = (id: string, message: string) => ({ id, timestamp: 1_795_262_400_000, message });
const record = (logEvents: unknown, members = {}) =>
  JSON.stringify({
    messageType: 'DATA_MESSAGE',
    owner: '111122223333',
    logGroup: '/app',
    logStream: 'one',
    subscriptionFilters: ['all'],
    logEvents,
    ...members,
  });
const shown = (id: string, message: string, stream = 'one') =>
  `111122223333 /app ${stream} ${id} 2026-11-21T12:00:00.000Z ${message}`;

for (const [name, content, expected] of [
  [
    'objects one after another, without a line break and with one',
    `${record([event('1', 'a "}" b'), event('2', 'ü\n')])}${record([event('3', '{')], { logStream: 'two' })}\n${record([])}`,
    [shown('1', 'a "}" b'), shown('2', 'ü\n'), shown('3', '{', 'two'), 'end'],
  ],
  [
    'a control message between data',
    `${record([event('1', 'a')])}${record([event('', 'CWL CONTROL MESSAGE')], { messageType: 'CONTROL_MESSAGE' })}${record([event('2', 'b')])}`,
    [shown('1', 'a'), 'control', shown('2', 'b'), 'end'],
  ],
  [
    'an object that is cut',
    `${record([event('1', 'a')])}${record([event('2', 'b')]).slice(0, -9)}`,
    [shown('1', 'a'), 'invalid: ends in the middle of a record'],
  ],
  ['text between the objects', `${record([event('1', 'a')])}<html>`, [shown('1', 'a'), 'invalid: is not JSON']],
  [
    'objects and events that do not fit',
    `{"messageType":}${record(null)}${record([], { messageType: 'OTHER' })}${record([1, { id: '2' }, { ...event('3', ''), message: 4 }, event('', 'x'), event('5', 'y')])}`,
    [
      'byte 0: is no JSON',
      'byte 16: has no list logEvents',
      'byte 152: has no messageType of CloudWatch Logs',
      'byte 279, event 1: has an event that is no object',
      'byte 279, event 2: has an event without timestamp',
      'byte 279, event 3: has an event without message',
      'byte 279, event 4: has an event without id',
      shown('5', 'y'),
      'end',
    ],
  ],
] as const) {
  test(`${name}, in pieces of any size`, () => {
    for (const pieceBytes of [1, 10, 10_000]) assert.deepEqual(read(content, pieceBytes), expected, `${pieceBytes} bytes`);
  });
}

test('a message of more than 1 MiB is refused with its length, and the events beside it are read', () => {
  const content = record([event('1', 'a'), event('2', 'ä'.repeat(600_000)), event('3', 'b')]);
  assert.deepEqual(read(content, 64 * 1024), [
    shown('1', 'a'),
    'byte 0, event 2: is larger than 1 MiB (1,200,000 bytes)',
    shown('3', 'b'),
    'end',
  ]);
});

test('a record is too large to be held, which the records beside it survive', () => {
  const large = `{"messageType":"DATA_MESSAGE","logEvents":[${'1,'.repeat(17 * 1024 * 1024)}1]}`;
  const steps = read(`${record([event('1', 'a')])}${large}${record([event('2', 'b')])}`, 1024 * 1024);
  const bytes = large.length.toLocaleString('en-US');
  assert.deepEqual(steps, [shown('1', 'a'), `byte 184: is larger than 32 MiB (${bytes} bytes)`, shown('2', 'b'), 'end']);
});

test('records are known by their first key, in any order of keys', () => {
  assert.equal(isSubscription(record([])), true);
  assert.equal(isSubscription(' {\n "owner" : "1"'), true);
  assert.equal(isSubscription('{"level":"info","messageType":"x"}'), false);
  assert.equal(isSubscription('messageType'), false);
});
