import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makeLists, runCli } from '../support/run-cli.ts';

/** Text that clears the screen, reverses text, and adds a line that looks like one of orgscope. Some terminals treat C1 characters like ESC [. */
const HOSTILE = 'x\u001b[2J\u009b31m\u202egnp\u2066\n  ✓ all is well\u2028\r\u0007';
/** The control characters that terminals interpret, except the line feed. */
const ACTED_UPON = /(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

const folder = mkdtempSync(join(tmpdir(), 'orgscope-terminal-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = ['--data', join(folder, 'data'), '--lists', makeLists()];

function clean(text: string): void {
  assert.equal(ACTED_UPON.exec(text), null, JSON.stringify(text));
  assert.doesNotMatch(text, /^\s*✓ all is well/m);
}

test('names of objects and values of events reach no terminal as control characters, and JSON has them exactly', async () => {
  const source = join(folder, 'source');
  mkdirSync(source);
  const event = { eventTime: '2026-11-20T10:00:00Z', eventName: HOSTILE, eventID: `e1 ${HOSTILE}` };
  writeFileSync(join(source, 'good.json'), JSON.stringify({ Records: [event] }));
  writeFileSync(join(source, `${HOSTILE}.json`), 'this is not JSON');

  const run = await runCli(['run', 'trails', '--source', source, ...at]);
  assert.equal(run.code, 1);
  assert.match(run.stdout, /x\\u001b\[2J\\u009b31m\\u202egnp\\u2066\\u000a {2}✓ all is well/);
  const status = await runCli(['status', '--all', ...at]);
  assert.match(status.stdout, /\\u001b\[2J/);
  const search = await runCli(['search', 'awscli-trail-*', ...at]);
  assert.match(search.stdout, /e1 x\\u001b\[2J/);
  const columns = `SELECT "event.action", 1 AS "${HOSTILE}" FROM awscli_trail`;
  const sql = await runCli(['sql', columns, ...at]);
  assert.match(sql.stdout, /x\\u001b\[2J/);
  const wrong = await runCli(['search', HOSTILE, ...at]);
  assert.notEqual(wrong.code, 0);
  for (const { stdout, stderr } of [run, status, search, sql, wrong]) {
    clean(stdout);
    clean(stderr);
  }

  const rows = JSON.parse((await runCli(['sql', columns, '--json', ...at])).stdout) as Record<string, unknown>[];
  assert.deepEqual(rows, [{ 'event.action': HOSTILE, [HOSTILE]: rows[0]?.[HOSTILE] }]);
  const hit: unknown = JSON.parse((await runCli(['search', 'awscli-trail-*', '--json', ...at])).stdout);
  assert.ok(JSON.stringify(hit).includes(JSON.stringify(HOSTILE)), JSON.stringify(hit));
});

test('lines of a list reach no terminal as control characters', async () => {
  const line = HOSTILE.replaceAll(/[\n\r\u2028]/g, '');
  const lists = makeLists({ 'account.txt': `"${line}"\n` });
  for (const command of [['run', 'inventory'], ['doctor']]) {
    const { stdout, stderr } = await runCli([...command, '--data', join(folder, 'own'), '--lists', lists]);
    assert.match(stdout, /there is no profile "x\\u001b\[2J/);
    clean(stdout);
    clean(stderr);
  }
});
