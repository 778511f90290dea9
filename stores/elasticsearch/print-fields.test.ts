import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IndexMapping } from '../../core/field.ts';
import { fieldPrinter } from './print-fields.ts';

const printed = (name: string, prints: string) => ({ name, type: 'printed', prints, description: '' });
const FIELDS = [printed('p.a', 'x.flat.a'), printed('p.b', 'x.flat.b'), printed('p.c', 'x.c'), printed('p.d', 'd')];
const printer = fieldPrinter({ fields: FIELDS } as unknown as IndexMapping);

/** The document with its printed fields, from a buffer with exactly the room that the printer asks for. */
function withPrinted(document: string): string {
  assert.ok(printer);
  const bytes = Buffer.from(document);
  const before = Buffer.from('earlier line\n');
  const buffer = Buffer.alloc(before.length + bytes.length + printer.room(bytes.length));
  before.copy(buffer);
  bytes.copy(buffer, before.length);
  const end = printer(buffer, before.length, before.length + bytes.length);
  assert.ok(end <= buffer.length);
  assert.equal(buffer.toString('utf8', 0, before.length), before.toString());
  return buffer.toString('utf8', before.length, end);
}

const TREES: readonly (readonly [string, string])[] = [
  ['{"userName":"ana","tags":["a","b"],"n":{"on":true,"size":8}}', '{userName=ana, tags=[a, b], n={on=true, size=8}}'],
  ['{"policy":"{\\"a\\":[1,2]}","big":12345678901234567890.10}', '{policy={"a":[1,2]}, big=12345678901234567890.10}'],
  ['["\\u00fc, \\ud83d\\ude00","a:b","\\\\\\"","ü€😀"]', '[ü, 😀, a:b, \\", ü€😀]'],
  ['{ "a" :\n\t1,\r"b": [ ] }', '{ a =\n\t1, \rb= [ ] }'],
  ['{}', '{}'],
];

for (const [tree, text] of TREES) {
  test(`a tree is printed as Java prints it: ${JSON.stringify(tree)}`, () => {
    const document = JSON.parse(withPrinted(`{"d":${tree}}`));
    assert.deepEqual(document, { d: JSON.parse(tree), 'p.d': text });
  });
}

const DOCUMENTS: readonly (readonly [string, object])[] = [
  [
    '{"x":{"flat":{"b":[1],"z":"}\\"],","a":{"k":"v"}},"c":{"f":2}},"d":[3]}',
    { 'p.a': '{k=v}', 'p.b': '[1]', 'p.c': '{f=2}', 'p.d': '[3]' },
  ],
  [' { "y" : {"flat":{"a":{}}}, "x" : { "n" : 1.5 , "flat" : { "a" : [ ] } } } ', { 'p.a': '[ ]' }],
  ['{"x":{"flat":{"a":1,"b":"{}"},"c":null},"d":true}', {}],
  ['{"x":[{"flat":{"a":{}}}],"d\\"":{},"dd":{},"":{}}', {}],
  ['{"x.flat.a":{},"x":{"flat.b":{}}}', {}],
  ['{}', {}],
];

for (const [document, added] of DOCUMENTS) {
  test(`what a document holds at the paths is added to it: ${document}`, () => {
    assert.deepEqual(JSON.parse(withPrinted(document.trim())), { ...JSON.parse(document), ...added });
  });
}

test('a text that the engine would not index is left out, and what follows it is found', () => {
  for (const [value, isPrinted] of [
    ['x'.repeat(8_189), true],
    ['x'.repeat(8_190), false],
    ['\\u00fc'.repeat(8_189), true],
    ['\\u00fc'.repeat(8_190), false],
    ['😀'.repeat(4_094), true],
    ['😀'.repeat(4_095), false],
    ['x'.repeat(100_000), false],
  ] as const) {
    const document = JSON.parse(withPrinted(`{"x":{"flat":{"a":["${value}"],"b":[1]}},"d":[2]}`));
    assert.equal(document['p.a'], isPrinted ? `[${JSON.parse(`"${value}"`)}]` : undefined, value.slice(0, 10));
    assert.equal(document['p.b'], '[1]');
    assert.equal(document['p.d'], '[2]');
  }
});

test('what is no JSON is left as it is', () => {
  for (const text of [
    '{',
    '{"x',
    '{"x"',
    '{"x":',
    '{"x":"',
    '{"x":{',
    '{"x":{"flat":{"a":[',
    '{"x":{"flat":{"a":["',
    '{"d":1',
    '{d:1}',
    '{"d":["\\',
  ])
    assert.equal(withPrinted(`${text}}`), `${text}}`);
});

test('a view without such fields has no printer', () => {
  assert.equal(fieldPrinter({ fields: [] } as unknown as IndexMapping), undefined);
});
