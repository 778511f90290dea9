import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { worldToRun, worldToShow } from './choose-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-world-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function settings(given: { lists?: Record<string, string>; store?: boolean; organization?: boolean; sample?: boolean }) {
  const place = mkdtempSync(join(folder, 'x-'));
  const [data, lists] = [join(place, 'data'), join(place, 'lists')];
  mkdirSync(lists);
  mkdirSync(data);
  for (const [name, text] of Object.entries(given.lists ?? {})) writeFileSync(join(lists, name), text);
  if (given.store === true) writeFileSync(join(data, 'orgscope.duckdb'), '');
  return {
    data,
    store: { type: 'duckdb' as const },
    lists,
    organization: given.organization ?? false,
    sample: given.sample ?? false,
  };
}

test('the sample until something is named, and never mixed with it', () => {
  const cases: [Parameters<typeof settings>[0], string | undefined, { run: boolean; show: boolean }][] = [
    [{}, undefined, { run: true, show: true }],
    [{ lists: { 'account.txt': '# only\n   # comments\n\n' } }, undefined, { run: true, show: true }],
    [{ lists: { 'account.txt': '# ours\n111111111111\n' } }, undefined, { run: false, show: false }],
    [{ lists: { 'account.txt': 'a line that means nothing' } }, undefined, { run: false, show: false }],
    [{ lists: { 'trails.txt': 'bucket/AWSLogs profile\n' } }, undefined, { run: false, show: false }],
    [{ organization: true }, undefined, { run: false, show: false }],
    [{ store: true }, undefined, { run: true, show: false }],
    [{}, '/a/folder', { run: false, show: true }],
    [{ store: true, lists: { 'account.txt': 'ours\n' }, sample: true }, undefined, { run: true, show: true }],
  ];
  for (const [given, source, sample] of cases) {
    const choice = settings(given);
    assert.equal(worldToRun(choice, source).sample, sample.run, `run ${JSON.stringify(given)}`);
    assert.equal(worldToShow(choice).sample, sample.show, `show ${JSON.stringify(given)}`);
  }
  const choice = settings({});
  assert.deepEqual(worldToShow(choice).store, { type: 'duckdb', path: join(choice.data, 'sample', 'orgscope.duckdb') });
  assert.deepEqual(worldToRun(choice, '/a/folder').store, { type: 'duckdb', path: join(choice.data, 'orgscope.duckdb') });
});
