import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messagePattern } from './message-pattern.ts';

for (const [what, message, pattern] of [
  ['numbers', 'order 48113 accepted in 35 ms', 'order # accepted in # ms'],
  ['a time, an address and a port', '12:30:01 from 10.0.0.5:443', '# from #'],
  ['a UUID', 'request 0f8fad5b-d9cb-469f-a165-70867728950e failed', 'request # failed'],
  ['an id of hexadecimal digits', 'trace 4bf92f3577b34da6 is lost', 'trace # is lost'],
  ['a number within a word', 'worker7 took 3000ms', 'worker# took #ms'],
  ['a word of letters that are hexadecimal digits', 'facade decade', 'facade decade'],
  ['the lines that follow', 'it failed at 5\n  at line 7', 'it failed at #'],
] as const) {
  test(`the pattern of a message leaves out ${what}`, () => assert.equal(messagePattern(message), pattern));
}

test('a message without text has no pattern, and a long one has a bounded one', () => {
  assert.equal(messagePattern('  '), undefined);
  assert.equal(messagePattern('x'.repeat(1_000_000))?.length, 200);
});
