import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLucene } from './parse-lucene.ts';
import type { Filter } from './query.ts';

const term = (field: string, value: string): Filter => ({ type: 'term', field, value });
const and = (...filters: Filter[]): Filter => ({ type: 'and', filters });
const or = (...filters: Filter[]): Filter => ({ type: 'or', filters });
const not = (filter: Filter): Filter => ({ type: 'not', filter });
const word = (value: string): Filter => ({ type: 'text', value });

const MEANINGS: [string, Filter][] = [
  ['', { type: 'all' }],
  ['*', { type: 'all' }],
  ['a:b', term('a', 'b')],
  ['a.b:"c d"', term('a.b', 'c d')],
  ['a: b', term('a', 'b')],
  ['a:b c:d', and(term('a', 'b'), term('c', 'd'))],
  ['a:b AND c:d OR e:f', or(and(term('a', 'b'), term('c', 'd')), term('e', 'f'))],
  ['a:b && (c:d || e:f)', and(term('a', 'b'), or(term('c', 'd'), term('e', 'f')))],
  ['NOT a:b', not(term('a', 'b'))],
  ['-a:b !c:d', and(not(term('a', 'b')), not(term('c', 'd')))],
  ['a:-5', term('a', '-5')],
  ['sg-123', word('sg-123')],
  ['"two words"', word('two words')],
  ['a:(b OR c)', or(term('a', 'b'), term('a', 'c'))],
  ['a:(b AND NOT c)', and(term('a', 'b'), not(term('a', 'c')))],
  ['a:web*', { type: 'prefix', field: 'a', value: 'web' }],
  ['a:*', { type: 'exists', field: 'a' }],
  ['a:**', { type: 'exists', field: 'a' }],
  ['a:*foo', { type: 'wildcard', field: 'a', value: '*foo' }],
  ['a:*foo*', { type: 'wildcard', field: 'a', value: '*foo*' }],
  ['a:b*c', { type: 'wildcard', field: 'a', value: 'b*c' }],
  ['a:b?', { type: 'wildcard', field: 'a', value: 'b?' }],
  ['a:(b OR *c\\*)', or(term('a', 'b'), { type: 'wildcard', field: 'a', value: '*c\\*' })],
  ['a:b\\*', term('a', 'b*')],
  ['a:b\\\\*', { type: 'prefix', field: 'a', value: 'b\\' }],
  ['*foo*', word('foo')],
  ['a:[1 TO 5]', { type: 'range', field: 'a', gte: '1', lte: '5' }],
  ['a:{1 TO 5}', { type: 'range', field: 'a', gt: '1', lt: '5' }],
  ['a:[2026-01-01 TO *]', { type: 'range', field: 'a', gte: '2026-01-01' }],
  ['a:>=5', { type: 'range', field: 'a', gte: '5' }],
  ['a:<5', { type: 'range', field: 'a', lt: '5' }],
  ['a:arn\\:aws', term('a', 'arn:aws')],
  ['a:arn:aws:s3:::b/c', term('a', 'arn:aws:s3:::b/c')],
  ['a:2026-01-01T00:00:00Z', term('a', '2026-01-01T00:00:00Z')],
  ['a\\:b', word('a:b')],
  ['a:"say \\"hi\\""', term('a', 'say "hi"')],
];

for (const [text, meaning] of MEANINGS) {
  test(`means: ${text}`, () => assert.deepEqual(parseLucene(text), meaning));
}

for (const text of ['a:', '(a:b', 'a:b)', 'a:"b', 'a:[1 TO', 'a:[1 5]', 'AND', 'a:b OR', 'b*c', 'a:(b c:d)', 'a:>=', 'NOT']) {
  test(`is refused with its position: ${text}`, () => {
    assert.throws(
      () => parseLucene(text),
      (error: { code?: string; message?: string }) => error.code === 'usage' && /at character \d+/.test(error.message ?? ''),
    );
  });
}
