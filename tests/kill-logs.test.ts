import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { startFaultProxy } from './support/fault-proxy.ts';
import { FAULT_ROUNDS, faultPoints } from './support/fault-rounds.ts';
import { flowLog, flowLogKey } from './support/make-flow-logs.ts';
import { missing, need } from './support/needs.ts';
import { openTestStore } from './support/open-test-store.ts';
import { assumeInto, freshAccountId, type Keys } from './support/organisation.ts';

const CHILD = fileURLToPath(new URL('./support/logs-child.ts', import.meta.url));
/** A run is killed after at most this many acknowledged objects. The killed runs can't read all objects before the last kill. */
const LAST_ACKNOWLEDGEMENT = 4;
const OBJECTS = 8 + FAULT_ROUNDS * (LAST_ACKNOWLEDGEMENT + 6);
/** More than a batch, and more than a trial of an object holds back. */
const LINES = 1_200;
const point = faultPoints();

const folder = mkdtempSync(join(tmpdir(), 'orgscope-kill-logs-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the child; with `killAfter`, kills it with -9 some milliseconds after so many objects were acknowledged. */
async function runChild(
  args: readonly string[],
  killAfter?: number,
): Promise<{ signal: string | null; acknowledged: string[]; last: string }> {
  const child = spawn(process.execPath, [CHILD, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged: string[] = [];
  let last = '';
  const exit = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    last = line;
    if (!line.startsWith('acknowledged ')) continue;
    acknowledged.push(line.slice('acknowledged '.length));
    if (acknowledged.length === killAfter) setTimeout(() => child.kill('SIGKILL'), point(60));
  }
  const [, signal] = (await exit) as [number | null, string | null];
  return { signal, acknowledged, last };
}

async function makeBucket(endpoint: string, account: string, keys: Keys): Promise<string> {
  const s3 = new S3Client({ endpoint, region: 'us-east-1', credentials: keys, forcePathStyle: true });
  const bucket = `kill-logs-${account}`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  for (let object = 0; object < OBJECTS; object++) {
    const Body = gzipSync(flowLog(LINES, object * LINES));
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: flowLogKey(object), Body }));
  }
  s3.destroy();
  return bucket;
}

test(`logs whose run is killed ${FAULT_ROUNDS} times, over connections that reset and bodies that are cut: what was acknowledged is stored, once`, {
  skip: missing('MOTO_URL'),
}, async (t) => {
  const account = freshAccountId();
  const keys = await assumeInto(need('MOTO_URL'), account);
  const bucket = await makeBucket(need('MOTO_URL'), account, keys);
  const proxy = await startFaultProxy(need('MOTO_URL'));
  t.after(() => proxy.close());
  proxy.rules.push(
    { action: 'GetObject', when: () => point(12) === 0, fault: 'reset' },
    { action: 'GetObject', when: () => point(12) === 0, fault: 'cut-body' },
  );
  const args = [proxy.url, account, JSON.stringify(keys), bucket, folder];
  /** Checks that each acknowledged object has all of its lines, and none has a line twice. */
  async function check(acknowledged: readonly string[]): Promise<void> {
    const store = await openTestStore(join(folder, 'orgscope.duckdb'));
    const { rows } = await store.sql(
      'SELECT "log.file.path" AS name, count(*)::INT AS lines, count(DISTINCT "source.bytes")::INT AS different FROM awslogs GROUP BY 1',
    );
    await store.close();
    const stored = new Map(rows.map(({ name, lines, different }) => [String(name), [lines, different]]));
    for (const key of acknowledged) assert.deepEqual(stored.get(key.replace(/#.*/, '')), [LINES, LINES], key);
    for (const [name, [lines, different]] of stored) assert.equal(lines, different, name);
  }

  const acknowledged: string[] = [];
  for (let kill = 0; kill < FAULT_ROUNDS; kill++) {
    const result = await runChild(args, 1 + point(LAST_ACKNOWLEDGEMENT));
    assert.equal(result.signal, 'SIGKILL', `run ${kill} ended by itself: ${result.last}`);
    acknowledged.push(...result.acknowledged);
    await check(acknowledged);
  }
  assert.ok(proxy.calls.some(({ action }) => action === 'GetObject'));
  // Without faults: the last run reads what those before it left.
  proxy.rules.length = 0;
  const end = await runChild(args);
  assert.equal(end.last, 'succeeded');
  assert.ok(end.acknowledged.length > 0, 'the killed runs read every object: nothing was left for the last one');
  acknowledged.push(...end.acknowledged);
  assert.equal(new Set(acknowledged).size, acknowledged.length, 'no object is acknowledged twice');
  await check(acknowledged);
  const store = await openTestStore(join(folder, 'orgscope.duckdb'));
  const { rows } = await store.sql('SELECT count(*)::INT AS lines, count(DISTINCT _id)::INT AS ids FROM awslogs');
  await store.close();
  assert.deepEqual(rows, [{ lines: OBJECTS * LINES, ids: OBJECTS * LINES }]);
});
