import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { result, spawnApart } from './support/run-cli.ts';

const PATIENCE_MS = 300;
const WATCH = new URL(`support/end-in-time.ts?ms=${PATIENCE_MS}`, import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), 'orgscope-end-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a test file of these lines. */
function run(name: string, lines: string) {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, `import { after, test } from 'node:test';\n${lines}`);
  return result(spawnApart([process.execPath, '--import', WATCH, file]));
}

test('a test file that something keeps alive fails and names what it holds', async () => {
  const { code, stderr } = await run('holds', `test('one', () => setTimeout(() => {}, 600_000));`);
  assert.equal(code, 1);
  assert.match(stderr, /holds\.mjs does not end after its last test: it holds Timeout\n/);
});

test('a test file whose clean-up blocks it for longer than the wait passes', async () => {
  const block = `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${2 * PATIENCE_MS});`;
  // A turn of the event loop follows the last hook, as it does after tests that waited for other processes.
  const { code, stderr } = await run(
    'blocks',
    `after(() => { ${block} }); after(() => new Promise(setImmediate)); test('one', () => {});`,
  );
  assert.deepEqual([code, stderr], [0, '']);
});
