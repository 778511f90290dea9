import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { OrgscopeError } from '../core/problem.ts';
import { seeded } from '../tests/support/seeded.ts';
import { csvSplitter } from './split-csv.ts';

function split(text: string | Buffer, chunkBytes = 64 * 1024) {
  const bytes = Buffer.from(text as string);
  const splitter = csvSplitter();
  const rows = [];
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    rows.push(...splitter.push(bytes.subarray(start, start + chunkBytes)));
  }
  return [...rows, ...splitter.end()];
}
const values = (text: string, chunkBytes?: number) => split(text, chunkBytes).map((row) => row.values);

test('each row has the number of the line where it begins, also after values with line breaks', () => {
  assert.deepEqual(split('a,b\n"1\n\n2",x\r\n\n3,"4"'), [
    { line: 1, values: ['a', 'b'] },
    { line: 2, values: ['1\n\n2', 'x'] },
    { line: 6, values: ['3', '4'] },
  ]);
});

test('quotes, empty values, a byte order mark and a missing line break at the end are read', () => {
  assert.deepEqual(values('\uFEFF"a""b",,"",c,'), [['a"b', '', '', 'c', '']]);
  assert.deepEqual(values('"a,b"\r\n""""\r\n'), [['a,b'], ['"']]);
  assert.deepEqual(values(''), []);
});

test('damage is reported with its line', () => {
  const cases: [string, RegExp, number][] = [
    ['a,b\nc"d,e\n', /within a value/, 2],
    ['a\n"b"c\n', /after the end of a quoted value/, 2],
    ['a\nb\n"c\nd', /does not end/, 3],
  ];
  for (const [text, message, line] of cases) {
    for (const chunkBytes of [1, 3, 1024]) {
      assert.throws(
        () => split(text, chunkBytes),
        (error) => error instanceof OrgscopeError && message.test(error.message) && error.where.line === line,
        JSON.stringify(text),
      );
    }
  }
});

test('a quote that is never closed does not load the whole file into memory', () => {
  const splitter = csvSplitter();
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  splitter.push(Buffer.from('a\n"'));
  assert.throws(() => {
    for (let count = 0; count < 10; count++) splitter.push(chunk);
  }, /closing quote/);
});

test('the same rows as csv-parse, whatever the chunks, over random files', () => {
  const next = seeded(7);
  const pieces = ['', 'a', 'usage', '1E-10', 'ä', '日本', '😀', ',', '"', '\n', '\r\n', ' '];
  for (let file = 0; file < 300; file++) {
    const columns = 2 + next(5);
    const lineBreak = next(2) === 0 ? '\n' : '\r\n';
    const rows = Array.from({ length: 1 + next(6) }, () =>
      Array.from({ length: columns }, () => Array.from({ length: next(4) }, () => pieces[next(pieces.length)]).join('')),
    );
    const cell = (value: string) => (/[",\n\r]/.test(value) || next(5) === 0 ? `"${value.replaceAll('"', '""')}"` : value);
    const text = rows.map((row) => row.map(cell).join(',')).join(lineBreak) + (next(2) === 0 ? lineBreak : '');
    const expected = parse(text, { record_delimiter: lineBreak }) as unknown as string[][];
    assert.deepEqual(expected, rows);
    assert.deepEqual(values(text, 1 + next(12)), rows, JSON.stringify(text));
  }
});
