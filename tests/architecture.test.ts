import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { documentedFile } from './support/documented-file.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** The words in backticks of each cell of a row. */
const rows = read('docs/architecture.md')
  .split('\n')
  .filter((line) => line.startsWith('| a '))
  .map((line) => {
    const [, what = '', ...cells] = line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, ''));
    return {
      what: line.slice(2, line.indexOf(' |')),
      cells: [what, ...cells].map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word as string)),
    };
  });

test('each row of "to add X, write Y" names an example of such a file, and a test that adds it or runs over it', () => {
  assert.ok(rows.length >= 8, 'the table was read');
  for (const { what, cells } of rows) {
    const [write = [], [example = ''] = [], [walk = ''] = []] = cells;
    const [path = ''] = write;
    const mark = write.find((word) => /[( :'=]$|^[A-Z]\w+$/.test(word)) ?? '';
    assert.notEqual(mark, '', `${what}: the row names the text that marks such a file`);
    assert.ok(example.startsWith(`${path.split('/')[0]}/`), `${what}: ${example} lies where the table says`);
    const text = existsSync(join(ROOT, example)) ? read(example) : documentedFile(example);
    assert.ok(text.includes(mark), `${what}: ${example} has ${mark}`);
    assert.ok(example === walk || read(walk).includes(`'${example}'`), `${what}: ${walk} names ${example}`);
  }
});

test('every file and folder that the page names is there', () => {
  const made = new Set(rows.map(({ cells }) => cells[1]?.[0]));
  const named = [...read('docs/architecture.md').matchAll(/`([a-z]+\/[\w./-]*)`/g)].map(([, path]) => path as string);
  assert.ok(named.length > 20);
  for (const path of named) {
    if (made.has(path)) continue;
    assert.ok(existsSync(join(ROOT, /NAME|VERB/.test(path) ? dirname(path.replace(/\/$/, '')) : path)), path);
  }
});
