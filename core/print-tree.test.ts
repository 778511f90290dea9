import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonAt, printTree } from './print-tree.ts';

test('a tree is printed as Java prints it', () => {
  assert.equal(
    printTree('{"userName":"ana","tags":["a","b"],"n":{"on":true,"size":8}}'),
    '{userName=ana, tags=[a, b], n={on=true, size=8}}',
  );
  assert.equal(
    printTree('{"policy":"{\\"a\\":[1,2]}","big":12345678901234567890.10}'),
    '{policy={"a":[1,2]}, big=12345678901234567890.10}',
  );
  assert.equal(printTree('["\\u00fc, \\ud83d\\ude00","a:b","\\\\\\""]'), '[ü, 😀, a:b, \\"]');
});

const DOCUMENT = '{ "a" : [ {"x":"}\\"],"} ] , "b.c" : { "d\\"" : 1.50 , "e" : "\\\\" } , "f" : true, "g":{} }';
for (const path of [['a'], ['b.c'], ['b.c', 'd"'], ['b.c', 'e'], ['f'], ['g'], ['g', 'x'], ['a', 'x'], ['z'], ['b.c', 'z'], []]) {
  test(`is found without being built: ${path.join(' / ')}`, () => {
    // biome-ignore lint/suspicious/noExplicitAny: any depth
    const expected = path.reduce<any>((at, key) => (Array.isArray(at) ? undefined : at?.[key]), JSON.parse(DOCUMENT));
    const found = jsonAt(DOCUMENT, path);
    assert.deepEqual(found === undefined ? undefined : JSON.parse(found), expected);
  });
}

test('a text that is no JSON has no value at any path, and reading it ends', () => {
  for (const text of [
    '',
    '{',
    '{"a',
    '{"a"',
    '{"a":',
    '{"a":"',
    '{"b":"x',
    '{"b":[',
    '{"b":1',
    '{b:1}',
    '[]',
    'null',
    '{"b"}',
    '{"b":]',
  ])
    assert.equal(jsonAt(text, ['a', 'x']), undefined, text);
});
