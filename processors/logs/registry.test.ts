import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Field } from '../../core/field.ts';
import { awslogs } from '../../mappings/awslogs.ts';
import { decodeLog } from '../../tests/support/decode-log.ts';
import { seeded } from '../../tests/support/seeded.ts';
import { datasetNamed, recognizeLogContent } from './recognize-log-object.ts';
import { datasets } from './registry.ts';

const page = readFileSync(new URL('../../docs/log-datasets.md', import.meta.url), 'utf8');
const below = seeded(1);

/** Lines of words, numbers, signs and bytes that are no text. */
function randomContent(): Buffer {
  const word = (): string =>
    ['-', '2', '443', '"GET / HTTP/1.1"', '[x', '10.0.0.1', '{"a":1}', '\\x22', '"', 'ü', '\u0000', '#Fields:', 'version'][
      below(13)
    ] as string;
  const line = (): string => Array.from({ length: below(40) }, word).join(below(5) === 0 ? '\t' : ' ');
  const lines = Array.from({ length: 1 + below(20) }, line).join(below(4) === 0 ? '\r\n' : '\n');
  return Buffer.concat([Buffer.from(lines), Buffer.from([below(256), below(256), 10])]);
}

test('names, and fields of one name, are of one dataset or agree', () => {
  for (const key of ['name', 'dataset'] as const)
    assert.equal(new Set(datasets.map((each) => each[key])).size, datasets.length, `two datasets have one ${key}`);
  const types = new Map<string, Field>();
  for (const field of datasets.flatMap(({ fields }) => fields)) {
    const known = types.get(field.name) ?? field;
    assert.deepEqual([field.type, field.array], [known.type, known.array], `${field.name} is declared with two types`);
    types.set(field.name, field);
  }
  const mapped = awslogs.fields.map(({ name }) => name);
  assert.deepEqual(
    mapped.filter((name, index) => mapped.indexOf(name) !== index),
    [],
    'a field that mappings/awslogs.ts has for all datasets is also declared by one',
  );
});

for (const dataset of datasets) {
  test(`${dataset.name}: its declaration is complete, and its documentation follows from it`, () => {
    assert.match(dataset.name, /^[a-z][a-z0-9_]*$/, 'part of the name of an index');
    assert.match(dataset.dataset, /^aws\.[a-z0-9_]+$/);
    assert.match(dataset.page, /^https:\/\/docs\.aws\.amazon\.com\//);
    for (const text of [dataset.summary, dataset.layout]) assert.notEqual(text, '');
    for (const { name, description } of dataset.fields) {
      assert.match(name, /^[a-z_]+\./);
      assert.match(description, /\.$/, `${name} is described by a sentence`);
    }
    assert.equal(datasetNamed(dataset.name), dataset);
    assert.ok(page.includes(`| \`${dataset.name}\` |`), 'docs/log-datasets.md has a row: npm run generate writes it');
  });

  test(`${dataset.name}: an empty object has no documents, and a letter to the reader is not taken for one`, () => {
    assert.deepEqual(decodeLog(dataset, '').documents, []);
    assert.equal(dataset.recognizeKey('s3://some-bucket/letter.txt'), undefined);
    assert.equal(dataset.recognizeLine?.('Dear reader,') ?? false, false);
  });

  test(`${dataset.name}: arbitrary content is read to its end, whatever the pieces, without an exception`, () => {
    for (let round = 0; round < 100; round++) {
      const content = randomContent();
      const whole = decodeLog(dataset, content);
      const inPieces = decodeLog(dataset, content, { pieceBytes: 1 + below(30) });
      assert.deepEqual(inPieces, whole, JSON.stringify(content.toString('latin1')));
      assert.notEqual(whole.last, 'more');
    }
  });
}

test('content of no kind is recognised as none', () => {
  for (const text of ['', '\n', 'Dear reader,\n', '<html>', '\u0000\u0001'])
    assert.equal(recognizeLogContent(Buffer.from(text)), undefined);
});
