import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Document } from '../core/document.ts';
import type { JsonObject } from '../core/json.ts';
import type { RunReport } from '../core/store.ts';
import { FAULT_ROUNDS, faultPoints } from './support/fault-rounds.ts';
import { openTestStore } from './support/open-test-store.ts';

const CHILD = fileURLToPath(new URL('./support/inventory-child.ts', import.meta.url));
const point = faultPoints();
/** The number of resources that the store holds and AWS no longer shows. */
const GONE = 40;

const data = mkdtempSync(join(tmpdir(), 'orgscope-kill-inventory-'));
after(() => rmSync(data, { recursive: true, force: true }));

/** Runs the child; with `killAfter`, kills it with -9 right after so many batches. Yields the report of a run that reached its end. */
async function runChild(options: { killAfter?: number; resume?: boolean } = {}): Promise<RunReport | undefined> {
  const { killAfter, resume = false } = options;
  const args = [CHILD, data, resume ? 'resume' : ''];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  let stored = 0;
  let last = '';
  for await (const line of createInterface({ input: child.stdout })) {
    last = line;
    if (line === 'stored' && ++stored === killAfter) child.kill('SIGKILL');
  }
  const [, signal] = (await exit) as [number | null, string | null];
  assert.equal(signal, killAfter === undefined ? null : 'SIGKILL', 'the child ended by another signal than this test sent');
  return last.startsWith('{') ? (JSON.parse(last) as RunReport) : undefined;
}

const currentIds = (): Promise<string[]> =>
  inStore(`SELECT _id AS id FROM awscli_current ORDER BY 1`).then((rows) => rows.map(({ id }) => String(id)));

async function inStore(sql: string): Promise<readonly JsonObject[]> {
  const store = await openTestStore(join(data, 'orgscope.duckdb'));
  try {
    return (await store.sql(sql)).rows;
  } finally {
    await store.close();
  }
}

/** Stores copies of resources under other ids, as if an earlier sweep had seen them; the first belongs to a sweep that no run completes. */
async function plant(unfinished: string): Promise<void> {
  const store = await openTestStore(join(data, 'orgscope.duckdb'));
  const answer = await store.answer({
    type: 'rows',
    view: 'awscli-current',
    filter: { type: 'term', field: 'resource.type', value: 'ec2-volume' },
    sort: [],
    limit: GONE,
    offset: 0,
  });
  assert.ok(answer.type === 'rows' && answer.hits.length === GONE);
  const documents = answer.hits.map(({ _source }, number): Document => {
    const source = structuredClone(_source) as { '@timestamp': string; resource: JsonObject; orgscope: JsonObject };
    const id = `vol-gone${number}`;
    source.resource = { ...source.resource, id, key: id, arn: id };
    if (number === 0) source.orgscope.sweep = unfinished;
    const version = Date.parse(source['@timestamp']);
    return { index: 'awscli-current', id, operation: 'replace', version, body: Buffer.from(JSON.stringify(source)) };
  });
  await store.write({ documents, bytes: 0, sources: [] });
  await store.close();
}

test(`an inventory run that is killed ${FAULT_ROUNDS} times: current state is what AWS shows, a removal is reported once, an unfinished sweep retires nothing`, async () => {
  const first = await runChild();
  assert.ok(first !== undefined);
  const before = await currentIds();
  assert.ok(before.length > 1_000, `${before.length} resources`);
  await plant('000000000000/eu-west-1/ec2-volume/');

  for (let kill = 0; kill < FAULT_ROUNDS; kill++) await runChild({ killAfter: 1 + point(12) });
  const last = await runChild({ resume: true });
  assert.equal(last?.state, first.state);

  assert.deepEqual(await currentIds(), [...before, 'vol-gone0'].sort());
  const changes = await inStore(`SELECT "change.type" AS type, count(*) AS changes, count(DISTINCT "resource.key") AS resources
    FROM awschanges GROUP BY 1 ORDER BY 1`);
  assert.deepEqual(changes, [{ type: 'gone', changes: String(GONE - 1), resources: String(GONE - 1) }]);
  // A sweep's documents have deterministic ids, so a killed run doubles none.
  const twice = await inStore('SELECT _id FROM awscli GROUP BY _id HAVING count(*) > 1');
  assert.deepEqual(twice, []);
});
