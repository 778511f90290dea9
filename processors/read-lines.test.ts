import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLineReader } from './read-lines.ts';

/** The steps of a reader that is given the text in pieces of so many bytes. */
function read(text: string | Buffer, piece: number): string[] {
  const bytes = Buffer.from(text);
  const reader = createLineReader();
  const steps: string[] = [];
  const take = () => {
    for (let step = reader.next(); ; step = reader.next()) {
      if (step === 'more') return;
      if (step === 'record') steps.push(`${reader.number}@${reader.position} ${reader.text()}`);
      else if (step === 'refused') steps.push(`${reader.location()}@${reader.position} ${reader.reason}: ${reader.content(3)}`);
      else {
        steps.push(step === 'none' ? `none: ${reader.reason}` : step);
        return;
      }
    }
  };
  for (let at = 0; at < bytes.length; at += piece) {
    reader.push(bytes.subarray(at, at + piece));
    take();
  }
  reader.finish();
  take();
  return steps;
}

for (const [name, text, expected] of [
  ['lines with and without a last line break', 'one\ntwo', ['1@0 one', '2@4 two', 'end']],
  ['a last line break', 'one\ntwo\n', ['1@0 one', '2@4 two', 'end']],
  ['line breaks of Windows and empty lines', 'one\r\n\r\n\ntwo\r\n', ['1@0 one', '4@8 two', 'end']],
  ['a byte order mark', '\ufeffone\nzwölf\n', ['1@3 one', '2@7 zwölf', 'end']],
  ['only line breaks', '\n\n', ['end']],
  ['nothing', '', ['none: empty']],
] as const) {
  test(`${name}, in one piece and in pieces of any size`, () => {
    for (const piece of [1, 2, 3, 5, 100]) assert.deepEqual(read(text, piece), expected, `${piece} bytes`);
  });
}

test('a line of more than 4 MiB is refused with its beginning, and the lines beside it are read', () => {
  const MIB = 1024 * 1024;
  const long = `abc${'x'.repeat(5 * MIB)}`;
  for (const piece of [64 * 1024, MIB, 8 * MIB]) {
    const steps = read(`one\n${long}\ntwo\n${long}`, piece);
    assert.deepEqual(
      steps.map((step) => step.replace(' is larger than 4 MiB (5,242,883 bytes)', '')),
      ['1@0 one', 'line 2@4: abc', `3@${long.length + 5} two`, `line 4@${long.length + 9}: abc`, 'end'],
      `${piece} bytes`,
    );
  }
});
