import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogLineReader } from './read-log-lines.ts';

const MIB = 1024 * 1024;

/** The events of a text that is read in pieces of so many bytes. */
function read(text: string, pieceBytes: number): string[] {
  const reader = createLogLineReader();
  const steps: string[] = [];
  const take = () => {
    for (let step = reader.next(); step !== 'more'; step = reader.next()) {
      const { id, time, text: message } = reader.event;
      if (step === 'record') steps.push(`${reader.location()}@${id} ${time ?? 'no time'}: ${message}`);
      else if (step === 'refused') steps.push(`${reader.location()}: ${reader.reason}: ${reader.content(30)}`);
      else {
        steps.push(step);
        return;
      }
    }
  };
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    reader.push(bytes.subarray(at, at + pieceBytes));
    take();
  }
  reader.finish();
  take();
  return steps;
}

const TIME = '2026-11-21T12:00:00.000Z';
const LATER = '2026-11-21T12:00:01.500Z';

for (const [name, text, expected] of [
  [
    'each line with a time is an event',
    `${TIME} one\n${LATER} two\n`,
    [`line 1@0 ${TIME}: one`, `line 2@29 ${LATER}: two`, 'end'],
  ],
  [
    'lines without a time belong to the message before, with the empty ones between them',
    `${TIME} Error: x\n  at y\n\n  at z\n${LATER} two`,
    [`line 1@0 ${TIME}: Error: x\n  at y\n\n  at z`, `line 5@49 ${LATER}: two`, 'end'],
  ],
  ['an empty message', `${TIME} \n${LATER} two\n\n`, [`line 1@0 ${TIME}: `, `line 2@26 ${LATER}: two`, 'end']],
  [
    'a day that is none begins no event',
    `${TIME} one\n2026-02-30T00:00:00Z two\n`,
    [`line 1@0 ${TIME}: one\n2026-02-30T00:00:00Z two`, 'end'],
  ],
  [
    'before the first time each line is an event',
    `{"a":1}\nplain\n${TIME} one`,
    ['line 1@0 no time: {"a":1}', 'line 2@8 no time: plain', `line 3@14 ${TIME}: one`, 'end'],
  ],
  ['nothing', '', ['none']],
] as const) {
  test(`${name}, in pieces of any size`, () => {
    for (const pieceBytes of [1, 7, 1000]) assert.deepEqual(read(text, pieceBytes), expected, `${pieceBytes} bytes`);
  });
}

test('a message of more than 1 MiB is refused with its length, whether it is one line or many', () => {
  const long = 'x'.repeat(MIB);
  const many = `${'y'.repeat(1023)}\n`.repeat(1100).trimEnd();
  const text = `${TIME} ${long}\n${TIME} ${many}\n${LATER} two\n${TIME} first\n${long}x\n${LATER} three\n${long}z`;
  for (const pieceBytes of [64 * 1024, 8 * MIB]) {
    assert.deepEqual(
      read(text, pieceBytes),
      [
        `line 1: is larger than 1 MiB (1,048,601 bytes): ${TIME} xxxxx`,
        `line 2: is larger than 1 MiB (1,126,424 bytes): ${TIME} yyyyy`,
        `line 1102@${2_175_027} ${LATER}: two`,
        `line 1103: is larger than 1 MiB (1,048,608 bytes): ${TIME} first`,
        `line 1105: is larger than 1 MiB (1,048,608 bytes): ${LATER} three`,
        'end',
      ],
      `${pieceBytes} bytes`,
    );
  }
});
