import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '../tests/support/seeded.ts';
import { createTrailEncoder } from './encode-trail-event.ts';
import { createTrailReader } from './parse-cloudtrail.ts';

interface Read {
  readonly records: unknown[];
  readonly others: number;
  readonly reason?: string;
}

/** Reads bytes in pieces; gives the records as parsed JSON, or the reason why there are none. */
function read(
  bytes: Buffer,
  piece = bytes.length,
  skipped: { foreign: string[]; unheld: string[] } = { foreign: [], unheld: [] },
): Read {
  const reader = createTrailReader();
  const records: unknown[] = [];
  let others = 0;
  const take = (): string | undefined => {
    for (;;) {
      const step = reader.next();
      if (step === 'record') records.push(JSON.parse(reader.bytes.toString('utf8', reader.start, reader.end)));
      else if (step === 'refused' && reader.reason === 'is no object') others++;
      else if (step === 'foreign') skipped.foreign.push(`byte ${reader.position}`);
      else if (step === 'refused') {
        const head = reader.bytes.toString('utf8', reader.start, Math.min(reader.end, reader.start + 12));
        skipped.unheld.push(`byte ${reader.position} ${reader.reason}: ${head}`);
      } else return step === 'invalid' || step === 'none' ? `${step}: ${reader.reason}` : undefined;
    }
  };
  for (let at = 0; at < bytes.length; at += piece) {
    reader.push(bytes.subarray(at, at + piece));
    const reason = take();
    if (reason !== undefined) return { records, others, reason };
  }
  reader.finish();
  const reason = take();
  return { records, others, ...(reason === undefined ? {} : { reason }) };
}

const event = (number: number) => ({ eventTime: '2026-11-20T10:00:00Z', eventName: `Call${number}`, eventID: `e${number}` });
const two = [event(1), event(2)];

for (const [name, text] of [
  ['as CloudTrail writes it', JSON.stringify({ Records: two })],
  ['pretty-printed', JSON.stringify({ Records: two }, null, 2)],
  ['with other keys around Records', JSON.stringify({ a: [1, { Records: [3] }], Records: two, b: 'x' })],
  ['with keys after Records', JSON.stringify({ Records: two, b: { c: -1.5e3 } })],
  ['a bare list', JSON.stringify(two, null, '\t')],
  ['NDJSON', `${two.map((each) => JSON.stringify(each)).join('\n')}\n`],
  ['NDJSON with Windows line ends', two.map((each) => JSON.stringify(each)).join('\r\n')],
  ['two objects one after the other', two.map((each) => JSON.stringify({ Records: [each] })).join('')],
  ['with a byte order mark', `\ufeff${JSON.stringify({ Records: two })}`],
] as const) {
  test(`finds both records ${name}, in one piece and byte by byte`, () => {
    assert.deepEqual(read(Buffer.from(text)), { records: two, others: 0 });
    assert.deepEqual(read(Buffer.from(text), 1), { records: two, others: 0 });
    assert.deepEqual(read(Buffer.from(text), 7), { records: two, others: 0 });
  });
}

test('an empty list is no error; an object without a list of records is one', () => {
  assert.deepEqual(read(Buffer.from('{"Records":[]}')), { records: [], others: 0 });
  for (const [text, reason] of [
    ['', 'none: empty'],
    [' \n', 'none: empty'],
    ['hello', 'none: no JSON'],
    ['[2026-11-20] hello', 'none: no JSON'],
    ['{"awsAccountId":"1"}', 'none: JSON without CloudTrail records'],
    ['{"awsAccountId":"1"}\n{"awsAccountId":"2"}', 'none: JSON without CloudTrail records'],
    ['[{"awsAccountId":"1"},2]', 'none: JSON without CloudTrail records'],
    ['{"Records":null}', 'none: JSON without CloudTrail records'],
  ] as const) {
    assert.equal(read(Buffer.from(text)).reason, reason, text);
  }
  assert.match(read(Buffer.from('{"Records":[{"eventID":"1"}')).reason ?? '', /ends in the middle/);
  assert.match(read(Buffer.from('{"Records":[{"eventID":"1"},{"eve')).reason ?? '', /ends in the middle/);
  assert.match(read(Buffer.from('{"Records":[],"Records":[]}')).reason ?? '', /twice/);
});

test('a value that is no object does not affect the records beside it', () => {
  assert.deepEqual(read(Buffer.from(JSON.stringify({ Records: [event(1), null, 7, event(2)] }))), { records: two, others: 2 });
});

test('members that are no CloudTrail records are skipped, before, between and after the records', () => {
  const lines = [{ level: 'info' }, event(1), { level: 'warn' }, event(2)].map((each) => JSON.stringify(each)).join('\n');
  const skipped = { foreign: [] as string[], unheld: [] as string[] };
  assert.deepEqual(read(Buffer.from(lines), 7, skipped), { records: two, others: 0 });
  assert.deepEqual(skipped.foreign, ['byte 0', `byte ${lines.indexOf('{"level":"warn"')}`]);
});

test('messages that CloudWatch Logs delivers are records; its control messages and other log lines are not', () => {
  const envelope = (messageType: string, ...messages: string[]) =>
    JSON.stringify({
      messageType,
      owner: '111122223333',
      logGroup: 'trail',
      logStream: 'stream',
      subscriptionFilters: ['f'],
      logEvents: messages.map((message, id) => ({ id: String(id), timestamp: 1, message })),
    });
  const control = envelope('CONTROL_MESSAGE', 'CWL CONTROL MESSAGE: Checking health of destination Firehose.');
  const data = envelope(
    'DATA_MESSAGE',
    JSON.stringify(event(1)),
    'START RequestId',
    `${JSON.stringify(event(2), null, 1)}\n`,
    '{"a":1}',
  );
  for (const piece of [1, 13, 10_000]) {
    const skipped = { foreign: [] as string[], unheld: [] as string[] };
    assert.deepEqual(read(Buffer.from(control + data + control), piece, skipped), { records: two, others: 0 });
    assert.equal(skipped.foreign.length, 2);
  }
  assert.equal(read(Buffer.from(control)).reason, 'none: JSON without CloudTrail records');
});

test('a record that is too large, too deep or has too many values is the only one that is lost, in a list and in lines', () => {
  const large = { ...event(9), requestParameters: 'x"'.repeat(1_400_000) };
  const deep = JSON.stringify({ ...event(9), a: 0 }).replace('"a":0', `"a":${'['.repeat(600)}${']'.repeat(600)}`);
  const many = { ...event(9), requestParameters: Array.from({ length: 150_000 }, () => 1) };
  const keys = Object.fromEntries(Array.from({ length: 2_000 }, (_, number) => [`k${number}`, 1]));
  const poison = [JSON.stringify(large), deep, JSON.stringify(many), JSON.stringify({ ...event(9), ...keys })];
  const texts = [JSON.stringify(event(1)), ...poison, JSON.stringify(event(2))];
  for (const [text, piece] of [
    [`{"Records":[${texts.join(',')}]}`, 1024 * 1024],
    [`{"a":1,"Records":[${texts.join(',')}]}`, 1024 * 1024],
    [texts.join('\n'), 1024 * 1024],
    [texts.join('\n'), 64 * 1024 * 1024],
  ] as const) {
    const skipped = { foreign: [] as string[], unheld: [] as string[] };
    assert.deepEqual(read(Buffer.from(text), piece, skipped), { records: two, others: 0 });
    assert.deepEqual(
      skipped.unheld.map((each) => each.replace(/\(.*\)/, '')),
      [
        `byte ${text.indexOf(poison[0] as string)} is larger than 4 MiB : {"eventTime"`,
        `byte ${text.indexOf(deep)} is nested deeper than 500 levels: {"eventTime"`,
        `byte ${text.indexOf(poison[2] as string)} holds more than 100,000 values : {"eventTime"`,
        `byte ${text.indexOf(poison[3] as string)} has 1,024 keys that CloudTrail does not know, or more: {"eventTime"`,
      ],
    );
    assert.match(skipped.unheld[0] ?? '', new RegExp(`\\(${(poison[0] as string).length.toLocaleString('en-US')} bytes\\)`));
  }
});

/** The seeds are fixed, so fewer rounds are the first of those that CI runs. */
const MUTATIONS = process.env.CI === 'true' ? 20_000 : 4_000;

const SAMPLE = {
  eventVersion: '1.08',
  eventTime: '2026-11-20T10:00:00Z',
  eventName: 'Put\u00fc\u65e5"\\\n',
  eventID: 'e1',
  userIdentity: {
    type: 'IAMUser',
    userName: 'ünï',
    n: [1, -0.5, 1e21, 12345678901234567890n.toString(), true, false, null, {}, []],
  },
  requestParameters: { a: '', b: [[], [null], { c: {} }], d: 'x'.repeat(40), userName: 'Bob' },
  responseElements: null,
  resources: [{ ARN: 'arn:aws:s3:::b/k', accountId: '1', type: 'T' }],
};

test('accepts and rejects exactly what JSON.parse does, over mutations of a record', () => {
  const next = seeded(7);
  const original = Buffer.from(JSON.stringify({ Records: [SAMPLE] }, null, 1));
  // Printable bytes that have a meaning in the grammar, and some that have none.
  const alphabet = Buffer.from('{}[]",:\\0123456789-+.eEtrufalsn \n\t\x00\x1f/ux');
  let accepted = 0;
  let rejected = 0;
  for (let round = 0; round < MUTATIONS; round++) {
    let bytes = Buffer.from(original);
    for (let change = next(3); change >= 0; change--) {
      const at = next(bytes.length);
      const kind = next(3);
      if (kind === 0) bytes[at] = alphabet[next(alphabet.length)] as number;
      else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + next(3))]);
      else
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          alphabet.subarray(next(alphabet.length)).subarray(0, 1),
          bytes.subarray(at),
        ]);
    }
    let expected: unknown;
    try {
      expected = JSON.parse(bytes.toString('utf8'));
    } catch {
      expected = undefined;
    }
    const result = read(bytes);
    if (expected === undefined) {
      // The parser also accepts NDJSON: JSON.parse rejects `{…}{…}`, the parser reads two values.
      const concatenated = result.reason === undefined;
      assert.ok(!concatenated, `accepted what JSON.parse rejects: ${bytes}`);
      rejected++;
    } else if (Array.isArray((expected as { Records?: unknown }).Records)) {
      if (result.reason !== undefined && /twice/.test(result.reason)) continue;
      assert.equal(result.reason, undefined, `rejected what JSON.parse accepts: ${bytes}`);
      const records = (expected as { Records: unknown[] }).Records.filter(
        (each) => each !== null && typeof each === 'object' && !Array.isArray(each),
      );
      assert.deepEqual(result.records, records);
      accepted++;
    }
  }
  assert.ok(accepted > MUTATIONS / 20 && rejected > MUTATIONS / 20, `${accepted} accepted, ${rejected} rejected`);
});

test('every document of a mutated record is one line of JSON and one event', () => {
  const next = seeded(11);
  const encode = createTrailEncoder();
  const original = Buffer.from(JSON.stringify(SAMPLE));
  let documents = 0;
  for (let round = 0; round < MUTATIONS; round++) {
    const bytes = Buffer.from(original);
    bytes[next(bytes.length)] = next(256);
    if (next(2) === 0) bytes[next(bytes.length)] = next(256);
    const reader = createTrailReader();
    reader.push(bytes);
    reader.finish();
    if (reader.next() !== 'record') continue;
    const result = encode({ preserveOriginal: true });
    if (result.type !== 'ok') continue;
    const body = Buffer.from(result.value.body);
    assert.ok(!body.includes(0x0a));
    const document = new TextDecoder('utf-8', { fatal: true }).decode(body);
    const { event } = JSON.parse(document) as { event: { original: string } };
    // A record may end early by a changed bracket; what follows it is then no JSON and found to be so at the next step.
    assert.ok(bytes.toString('utf8').startsWith(event.original));
    documents++;
  }
  assert.ok(documents > MUTATIONS / 4, `${documents} documents`);
});
