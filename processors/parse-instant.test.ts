import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInstant } from './parse-instant.ts';

test('all notations of an instant yield the same instant', () => {
  for (const text of [
    '2026-10-29T00:00:00Z',
    '2026-10-29T00:00:00.000Z',
    '2026-10-29 00:00:00+00:00',
    '2026-10-29 00:00:00 UTC',
    '2026-10-29 00:00:00',
    '2026-10-29T00:00',
    '2026-10-29',
    '2026-10-29T02:00:00+0200',
    '2026-10-28T19:00:00-05',
    '2026-10-29T05:30:00.0+05:30',
  ]) {
    assert.equal(parseInstant(text), '2026-10-29T00:00:00.000Z', text);
  }
});

test('the digits of fractions of a second are kept', () => {
  assert.equal(parseInstant('2026-10-29T01:02:03.5Z'), '2026-10-29T01:02:03.500Z');
  assert.equal(parseInstant('2026-10-29 03:02:03.123456+02:00'), '2026-10-29T01:02:03.123456Z');
  assert.equal(parseInstant('2026-10-29T01:02:03.123456789Z'), '2026-10-29T01:02:03.123456789Z');
});

test('a text that is ambiguous or no time yields no instant', () => {
  for (const text of [
    '',
    '5',
    '1793232000',
    '10-29T00:00:00Z',
    '29.10.2026 00:00',
    '10/11/2026',
    '2026-10-29 00:00:00 CET',
    '2026-10-29 12:00 AM',
    '2026-02-30T00:00:00Z',
    '2026-13-01',
    '2026-10-29T24:00:00Z',
    '2026-10-29T00:61:00Z',
    '2026-10-29T00:00:00+99:00',
  ]) {
    assert.equal(parseInstant(text), '', text);
  }
});
