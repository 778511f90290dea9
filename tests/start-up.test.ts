import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeTrail } from './support/make-trail.ts';
import { makeLists, result, spawnApart } from './support/run-cli.ts';

const ROOT = new URL('..', import.meta.url).href;
const MAIN = fileURLToPath(new URL('../cli/main.ts', import.meta.url));
const LIST_LOADED = new URL('./support/list-loaded.ts', import.meta.url).href;

/** What the embedded store takes: @duckdb/node-bindings and its way to find the one for this machine, and p-limit with what it needs. */
const STORE_PACKAGES = ['@duckdb/node-api', '@duckdb/node-bindings', 'detect-libc', 'p-limit', 'yocto-queue'];

const folder = mkdtempSync(join(tmpdir(), 'orgscope-start-up-'));
after(() => rmSync(folder, { recursive: true, force: true }));
makeTrail(join(folder, 'source'), { objects: 1, eventsPerObject: 3 });
const places = ['--data', join(folder, 'data'), '--lists', makeLists()];

/** Runs a command in a new process, and yields the packages and the top folders of ours that it loaded, and its output. */
async function loadedBy(args: readonly string[]) {
  const file = join(folder, 'loaded.json');
  const command = [process.execPath, '--import', LIST_LOADED, MAIN, ...args] as const;
  const { code, stdout, stderr } = await result(spawnApart(command, { ORGSCOPE_TEST_LOADED: file }));
  assert.equal(code, 0, stderr);
  const urls = (JSON.parse(readFileSync(file, 'utf8')) as string[]).filter((url) => url.startsWith('file:'));
  const packages = new Set<string>();
  const folders = new Set<string>();
  for (const url of urls) {
    const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? [];
    if (name !== undefined) packages.add(name.startsWith('@duckdb/node-bindings') ? '@duckdb/node-bindings' : name);
    else folders.add(url.slice(ROOT.length).split('/', 1)[0] as string);
  }
  return { packages: [...packages].sort(), folders: [...folders].sort(), urls, stdout };
}

for (const args of [['--version'], ['--help'], ['search', '--help'], ['worker', '--help']]) {
  test(`${args.join(' ')} loads one package, and nothing that reads, stores or serves`, async () => {
    const { packages, folders, stdout } = await loadedBy(args);
    assert.notEqual(stdout, '');
    assert.deepEqual(packages, ['commander']);
    assert.deepEqual(folders, ['app', 'aws', 'cli', 'core', 'mappings']);
  });
}

test('a run over a folder and a search load the embedded store, no client of AWS, of an engine or of Redis, and no kind of resource', async () => {
  const ran = await loadedBy(['run', 'trails', '--source', join(folder, 'source'), ...places]);
  assert.match(ran.stdout, /3 documents/);
  assert.deepEqual(ran.packages, [...STORE_PACKAGES, 'commander', 'zod'].sort());

  const found = await loadedBy(['search', 'awscli-trail-*', '--count', ...places]);
  assert.equal(found.stdout, '3\n');
  assert.deepEqual(found.packages, [...STORE_PACKAGES, 'commander', 'zod'].sort());

  for (const { urls } of [ran, found]) {
    assert.deepEqual(
      urls.filter((url) => /\/(collectors\/inventory|dashboards|kibana|sample)\//.test(url)),
      [],
    );
  }
});
