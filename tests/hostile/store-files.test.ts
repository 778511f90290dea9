import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { storeMappings } from '../../app/store-mappings.ts';
import type { OrgscopeError, Problem } from '../../core/problem.ts';
import { openDuckdb } from '../../stores/duckdb/open-duckdb.ts';
import { SCHEMA_VERSION } from '../../stores/duckdb/prepare-schema.ts';
import { openTestStore } from '../support/open-test-store.ts';
import { trailDocument, writeDocuments } from '../support/store-suite.ts';

const CHILD = fileURLToPath(new URL('../support/open-store-child.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'orgscope-store-files-'));
chmodSync(folder, 0o755);
after(() => rmSync(folder, { recursive: true, force: true }));

/** A complete store, and the same store as a killed process leaves it: a file with a log beside it. */
const good = join(folder, 'good.duckdb');
const killed = join(folder, 'killed.duckdb');
before(async () => {
  const store = await openTestStore(good);
  await writeDocuments(store, [trailDocument('a')]);
  copyFileSync(good, killed);
  copyFileSync(`${good}.wal`, `${killed}.wal`);
  await store.close();
});

/** Copies the file into a new folder and damages the copy. */
function damaged(name: string, damage: (path: string) => void, from = good): string {
  const path = join(folder, name.replaceAll(/\W/g, '-'), 'orgscope.duckdb');
  mkdirSync(join(path, '..'));
  copyFileSync(from, path);
  if (existsSync(`${from}.wal`)) copyFileSync(`${from}.wal`, `${path}.wal`);
  damage(path);
  return path;
}

function overwrite(path: string, at: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, at);
  closeSync(file);
}

const JUNK = Buffer.alloc(5_000, 7);

function replaceByFolder(path: string): void {
  rmSync(path);
  mkdirSync(path);
}

/** The first block of a file of a later format, with the checksum that DuckDB computes over it. */
function laterFormat(path: string): void {
  const block = readFileSync(path).subarray(0, 4096);
  block.writeBigUInt64LE(5_000n, 12);
  let sum = 5381n;
  for (let at = 8; at < block.length; at += 8) sum ^= BigInt.asUintN(64, block.readBigUInt64LE(at) * 0xbf58476d1ce4e5b9n);
  block.writeBigUInt64LE(sum, 0);
  overwrite(path, 0, block);
}

const CASES: readonly (readonly [string, (path: string) => void, RegExp, RegExp, string?])[] = [
  ['text', (path) => writeFileSync(path, 'no database '.repeat(1_000)), /no DuckDB database/, /--data, or move/],
  ['another database', (path) => writeFileSync(path, `SQLite format 3\0${'\0'.repeat(9_000)}`), /no DuckDB database/, /--data/],
  ['an empty file', (path) => writeFileSync(path, ''), /an empty file/, /Delete it/],
  ['a folder', replaceByFolder, /a file and a folder are mixed up/, /--data/],
  ['damage in the first block', (path) => overwrite(path, 20, JUNK.subarray(0, 2)), /damaged: a checksum/, /keep it/],
  [
    'damage in its middle',
    (path) => overwrite(path, 12_288, Buffer.alloc(statSync(path).size - 12_288, 7)),
    /damaged/,
    /keep it/,
  ],
  ['a file that is cut off', (path) => truncateSync(path, statSync(path).size >> 1), /cut off/, /keep it/],
  ['a header that is cut off', (path) => truncateSync(path, 100), /cut off/, /keep it/],
  ['a later format', laterFormat, /made by a newer version of DuckDB/, /the orgscope that made it/],
  [
    'a log that holds other bytes',
    (path) => writeFileSync(`${path}.wal`, JUNK),
    /log of the last changes/,
    /Move .*\.wal aside/,
    'killed',
  ],
  [
    'a log with damage',
    (path) => overwrite(`${path}.wal`, 20_000, JUNK),
    /log of the last changes/,
    /Move .*\.wal aside/,
    'killed',
  ],
  ['a log of another store', (path) => copyFileSync(`${killed}.wal`, `${path}.wal`), /log of the last changes/, /aside/],
];

for (const [name, damage, message, next, from] of CASES) {
  test(`${name} in place of the store is one message, and nothing is changed`, async () => {
    const path = damaged(name, damage, from === 'killed' ? killed : good);
    const contents = () =>
      [path, `${path}.wal`].map((file) => existsSync(file) && statSync(file).isFile() && readFileSync(file, 'latin1'));
    const before = contents();
    await assert.rejects(openTestStore(path), (error: OrgscopeError) => {
      assert.match(error.message, message);
      assert.match(error.next, next);
      assert.doesNotMatch(error.message, /Another process|\n/);
      assert.ok(error.where.file?.startsWith(path));
      assert.notEqual(error.code, 'unexpected');
      return true;
    });
    assert.deepEqual(contents(), before);
  });
}

test('a log that is cut off is replayed without its incomplete last write', async () => {
  const path = damaged('a torn log', (file) => truncateSync(`${file}.wal`, statSync(`${file}.wal`).size - 20), killed);
  const store = await openTestStore(path);
  assert.equal((await store.counts())['awscli-trail'], 0, 'the last write is not whole');
  await writeDocuments(store, [trailDocument('a')]);
  assert.equal((await store.counts())['awscli-trail'], 1);
  await store.close();
});

test('a folder whose name reads like an error message is no error', async () => {
  const path = join(folder, 'lock WAL Permission denied', 'orgscope.duckdb');
  mkdirSync(join(path, '..'));
  writeFileSync(path, 'no database at all');
  await assert.rejects(openTestStore(path), /no DuckDB database/);
});

test('a store of a newer orgscope is refused', async () => {
  const path = damaged('a newer schema', () => undefined);
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run(`UPDATE store.meta SET text = '${SCHEMA_VERSION + 1}' WHERE name = 'schema'`);
  connection.closeSync();
  instance.closeSync();
  await assert.rejects(
    openDuckdb({ path, mappings: storeMappings().slice(1) }),
    new RegExp(`made by a newer orgscope \\(schema ${SCHEMA_VERSION + 1}`),
  );
});

test('the error for a store that another process has open names the process', async () => {
  const path = damaged('held', () => undefined);
  const holder = spawn(process.execPath, [CHILD, path, 'hold'], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(holder.stdout, 'data');
    const problem = await inAnotherProcess([process.execPath, CHILD, path]);
    assert.equal(problem.code, 'conflict');
    assert.equal(problem.message, `Another process (${holder.pid}) has the store open.`);
  } finally {
    holder.kill('SIGKILL');
  }
});

test('a store that this user may not read, or whose folder this user may not create, is one message', async () => {
  const path = damaged('forbidden', (file) => chmodSync(file, 0));
  // Root may read and write everything, so the test runs as another user.
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  chmodSync(join(folder, 'forbidden'), 0o555);
  for (const each of [path, join(folder, 'forbidden', 'below', 'orgscope.duckdb')]) {
    const problem = await inAnotherProcess([process.execPath, CHILD, each], user);
    assert.deepEqual([problem.code, problem.message], ['denied', 'The store may not be read or written by this user.']);
  }
  chmodSync(join(folder, 'forbidden'), 0o755);
});

test('a full disk is reported, and stored documents stay', async () => {
  const path = damaged('no room', () => undefined);
  // A limit on the size of files, in KiB, stands in for a full disk.
  const limited = ['bash', '-c', 'trap "" XFSZ; ulimit -f 500; exec "$0" "$@"', process.execPath, CHILD, path] as const;
  const problem = await inAnotherProcess(limited);
  assert.match(`${problem.message} ${problem.next}`, /no room on the disk.*what was stored stays/);
  const store = await openTestStore(path);
  assert.equal((await store.counts())['awscli-trail'], 1);
  await store.close();
});

async function inAnotherProcess(
  [command, ...args]: readonly [string, ...string[]],
  user: { readonly uid?: number; readonly gid?: number } = {},
): Promise<Problem> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], ...user });
  let said = '';
  child.stdout.on('data', (chunk) => (said += chunk));
  await once(child, 'close');
  return JSON.parse(said) as Problem;
}
