import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { csvFile } from './csv-file.ts';
import { op5List } from './op5-list.ts';

const { signal } = new AbortController();

function fileOf(t: TestContext, name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'orgscope-hosts-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

test('a list has a name and optionally an address per line; a malformed line is reported, all other lines are read', async (t) => {
  const text =
    '# hosts\nweb-1 10.0.0.1\n\n"my host"   db.example.com # note\nalone\na b c\nweb-2 10.0.0.1;drop\n"" 10.0.0.2\nsix fe80::1\n';
  const file = fileOf(t, 'op5_hosts.txt', text);
  const { hosts, problems } = await op5List(file).hosts(signal);
  const rest = { groups: [], source: 'op5_hosts.txt' };
  assert.deepEqual(hosts, [
    { name: 'web-1', address: '10.0.0.1', ...rest },
    { name: 'my host', address: 'db.example.com', ...rest },
    { name: 'alone', ...rest },
    { name: 'six', address: 'fe80::1', ...rest },
  ]);
  assert.deepEqual(
    problems.map(({ code, where }) => [code, where.file, where.line]),
    [6, 7, 8].map((line) => ['malformed', file, line]),
  );
});

test('a list of comments, and a file that is not there, are not in use', async (t) => {
  const nothing = { hosts: [], problems: [] };
  assert.deepEqual(await op5List('lists/op5_hosts.txt').hosts(signal), nothing);
  const missing = join(fileOf(t, 'x', ''), '..', 'none.csv');
  assert.deepEqual(await op5List(missing).hosts(signal), nothing);
  assert.deepEqual(await csvFile(missing).hosts(signal), nothing);
});

test('a CSV file has columns by name in any order; a row that cannot be read is reported, all other rows are read', async (t) => {
  const text = [
    '\uFEFFAddress,NAME,colour,groups,state,instance_id,alias',
    '10.0.0.1,web-1,red, a ;b;,UP,i-0a1b2c3d4e5f60718,"Web, the first"',
    'too,short',
    '10.0.0.2,,,,,,',
    '',
    '10.0.0.3,odd,,,,i-nothing,',
    'bad"quote,x,,,,,',
    ',"last",,,,,',
  ].join('\r\n');
  const file = fileOf(t, 'monitored_hosts.csv', text);
  const { hosts, problems } = await csvFile(file).hosts(signal);
  assert.deepEqual(hosts, [
    {
      name: 'web-1',
      address: '10.0.0.1',
      alias: 'Web, the first',
      instanceId: 'i-0a1b2c3d4e5f60718',
      groups: ['a', 'b'],
      state: 'up',
      source: 'monitored_hosts.csv',
    },
    { name: 'last', groups: [], source: 'monitored_hosts.csv' },
  ]);
  assert.deepEqual(
    problems.map(({ code, where }) => [code, where.file, where.line]),
    [3, 4, 6, 7].map((line) => ['malformed', file, line]),
  );
});

test('a CSV file that is unusable as a whole is an error', async (t) => {
  const cases = [
    ['malformed', 'host;address\nweb;10.0.0.1\n', 1],
    ['malformed', 'name,address\nweb,10.0.0.1\n"open,10.0.0.2\nlost,10.0.0.3', 4],
    ['empty', 'name,address\n', undefined],
    ['empty', '', undefined],
  ] as const;
  for (const [code, text, line] of cases) {
    const file = fileOf(t, 'monitored_hosts.csv', text);
    await assert.rejects(csvFile(file).hosts(signal), (error: { code?: string; where?: unknown }) => {
      assert.equal(error.code, code, text);
      assert.deepEqual(error.where, line === undefined ? { file } : { file, line });
      return true;
    });
  }
});
