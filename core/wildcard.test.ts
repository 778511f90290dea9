import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wildcardFilter, wildcardMatches, wildcardParts } from './wildcard.ts';

const MATCHES: [pattern: string, text: string, matches: boolean][] = [
  ['*foo*', 'a foo b', true],
  ['*foo*', 'a fo b', false],
  ['*foo', 'foo foo', true],
  ['*foo', 'food', false],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-b-b-d', false],
  ['a?c', 'a😀c', true],
  ['a?c', 'ac', false],
  ['**a', 'a', true],
  ['a\\*', 'a*', true],
  ['a\\*', 'ab', false],
  ['?*', '', false],
];
for (const [pattern, text, matches] of MATCHES) {
  test(`${pattern} ${matches ? 'means' : 'does not mean'} ${text}`, () =>
    assert.equal(wildcardMatches(wildcardParts(pattern), text), matches));
}

test('a pattern that only means a value, a prefix or anything is simplified to it', () => {
  const types = ['a', '', 'a\\*', 'a*', '*', '***', '*a', 'a?', 'a*b'].map((pattern) => wildcardFilter('f', pattern).type);
  assert.deepEqual(types, ['term', 'term', 'term', 'prefix', 'exists', 'exists', 'wildcard', 'wildcard', 'wildcard']);
});

test('matching a pattern of many stars takes at most the product of both lengths', () => {
  const parts = wildcardParts(`${'*a'.repeat(2_000)}b`);
  assert.equal(wildcardMatches(parts, 'a'.repeat(20_000)), false);
});
