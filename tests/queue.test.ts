import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { openRedis } from '../queue/open-redis.ts';
import { connect } from '../stores/elasticsearch/connect.ts';
import { useEngine } from './support/engine.ts';
import { makeTrail } from './support/make-trail.ts';
import { missing } from './support/needs.ts';
import { missingRedisServer, type OwnRedis, startOwnRedis } from './support/own-redis.ts';
import { makeLists, runCli, spawnCli } from './support/run-cli.ts';

const skip = missing('OPENSEARCH_URL') || missingRedisServer();
const engine = skip === false ? useEngine('OPENSEARCH_URL') : undefined;

const folder = mkdtempSync(join(tmpdir(), 'orgscope-queue-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const lists = makeLists({ 'retention.txt': 'awscli-trail-* keep\n' });

const ACCOUNTS = ['111111111111', '222222222222', '333333333333', '444444444444', '555555555555'];
const OBJECTS = 400;
const EVENTS = 5;
const PER_ACCOUNT = 2;
const TAKEOVER_S = 5;

/** The time in which a job ran in a worker. */
interface Stretch {
  readonly account: string;
  readonly from: number;
  to: number;
  state: string;
}

interface WorkerProcess {
  readonly stretches: Stretch[];
  /** Resolves when the worker has begun this number of jobs. */
  began(count: number): Promise<void>;
  kill(): Promise<void>;
  /** Interrupts the worker as Ctrl-C does; resolves with its exit code and signal. */
  interrupt(): Promise<unknown[]>;
  readonly errors: () => string;
}

function startWorkerProcess(redis: OwnRedis, url: string, data: string): WorkerProcess {
  const child = spawnCli(
    ['worker', '--pipelines', 'trails', '--json', '--store', url, '--per-account', String(PER_ACCOUNT)].concat([
      '--takeover-after',
      String(TAKEOVER_S),
      '--data',
      data,
      '--lists',
      lists,
      '--organization',
    ]),
    { ORGSCOPE_REDIS_URL: redis.url },
  );
  const stretches: Stretch[] = [];
  const open = new Map<string, Stretch>();
  let waiting: { count: number; resolve: () => void }[] = [];
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const event = JSON.parse(line);
    if (event.type === 'began') {
      const stretch = { account: event.job.account, from: Date.parse(event.at), to: Number.POSITIVE_INFINITY, state: '' };
      stretches.push(stretch);
      open.set(event.key, stretch);
      waiting = waiting.filter(({ count, resolve }) => {
        if (stretches.length >= count) resolve();
        return stretches.length < count;
      });
    }
    const stretch = open.get(event.key);
    if (event.type === 'ended' && stretch !== undefined) Object.assign(stretch, { to: Date.parse(event.at), state: event.state });
  });
  const exit = once(child, 'exit');
  return {
    stretches,
    async began(count) {
      if (stretches.length >= count) return;
      const enough = new Promise<void>((resolve) => waiting.push({ count, resolve }));
      const early = exit.then((how) =>
        Promise.reject(new Error(`a worker ended with ${how} after ${stretches.length} jobs: ${errors}`)),
      );
      await Promise.race([enough, early]);
    },
    async kill() {
      child.kill('SIGKILL');
      assert.deepEqual(await exit, [null, 'SIGKILL'], errors);
      for (const stretch of stretches) stretch.to = Math.min(stretch.to, Date.now());
    },
    async interrupt() {
      child.kill('SIGINT');
      return exit;
    },
    errors: () => errors,
  };
}

/** The largest number of jobs that ran at the same moment. */
function mostAtOnce(stretches: readonly Stretch[]): number {
  const edges = stretches.flatMap(({ from, to }) => [
    { at: from, change: 1 },
    { at: to, change: -1 },
  ]);
  edges.sort((one, other) => one.at - other.at || one.change - other.change);
  let now = 0;
  return edges.reduce((most, { change }) => {
    now += change;
    return Math.max(most, now);
  }, 0);
}

const chance = (atMost: number): number => Math.floor(Math.random() * atMost);

test('four workers, of which two are killed, and a restarted Redis: every event is stored once, and no account exceeds its limit of concurrent jobs', {
  skip,
  timeout: 10 * 60_000,
}, async () => {
  const url = (engine as NonNullable<typeof engine>).url;
  const source = join(folder, 'trail');
  for (const account of ACCOUNTS) makeTrail(source, { objects: OBJECTS, eventsPerObject: EVENTS, account });
  const expected = ACCOUNTS.length * OBJECTS * EVENTS;
  const redis = await startOwnRedis();
  try {
    const data = join(folder, 'data');
    const workers = Array.from({ length: 4 }, () => startWorkerProcess(redis, url, data));
    const run = runCli(['run', 'trails', '--source', source, '--json', '--store', url, '--data', data, '--lists', lists], {
      ORGSCOPE_REDIS_URL: redis.url,
    });
    const [first, second, third] = workers as [WorkerProcess, WorkerProcess, WorkerProcess, WorkerProcess];
    await first.began(1 + chance(3));
    await new Promise((resolve) => setTimeout(resolve, chance(300)));
    await first.kill();
    await second.began(1 + chance(3));
    await redis.restart();
    await second.began(2 + chance(3));
    await new Promise((resolve) => setTimeout(resolve, chance(300)));
    await second.kill();

    const { code, stdout, stderr } = await run;
    assert.equal(code, 0, `${stdout}\n${stderr}\n${workers.map((each) => each.errors()).join('\n')}`);
    const report = JSON.parse(stdout);
    assert.equal(report.state, 'succeeded');
    assert.equal(report.totals.documents, expected);
    assert.equal(report.totals.failedJobs, 0);

    const client = await connect({ nodes: [url] });
    await client.request({ method: 'POST', path: '/awscli-trail-*/_refresh' });
    const { body } = await client.request<{ count: number }>({ method: 'GET', path: '/awscli-trail-*/_count' });
    await client.close();
    assert.equal(body?.count, expected);
    const again = await runCli(['run', 'trails', '--source', source, '--json', '--store', url, '--data', data, '--lists', lists]);
    const { totals } = JSON.parse(again.stdout);
    assert.deepEqual([totals.jobs, totals.skippedSources], [0, ACCOUNTS.length * OBJECTS], 'the ledger knows all of them');

    const status = JSON.parse((await runCli(['queue', 'status', '--json'], { ORGSCOPE_REDIS_URL: redis.url })).stdout);
    for (const { pipeline, run: left, waiting, active, delayed } of status.pipelines) {
      assert.deepEqual({ pipeline, left, waiting, active, delayed }, { pipeline, left: null, waiting: 0, active: 0, delayed: 0 });
    }
    const opened = await openRedis(redis.url);
    const keys = await opened.client.keys('orgscope:run:*');
    opened.close();
    assert.deepEqual(keys, [], 'nothing is left of the run in Redis');

    const stretches = workers.flatMap((each) => each.stretches);
    assert.ok(third.stretches.length > 0, 'other workers ran jobs too');
    const most = ACCOUNTS.map((account) => mostAtOnce(stretches.filter((each) => each.account === account)));
    assert.ok(
      most.every((count) => count <= PER_ACCOUNT),
      `jobs at once per account: ${most}`,
    );
    assert.ok(most.includes(PER_ACCOUNT), 'the limit was reached');

    for (const worker of workers.slice(2)) assert.deepEqual(await worker.interrupt(), [0, null], worker.errors());
  } finally {
    await redis.stop();
  }
});

test('a worker without Redis, or on the embedded store, says what it needs', async () => {
  const without = await runCli(['worker', '--data', folder, '--lists', lists]);
  assert.equal(without.code, 2);
  assert.match(without.stderr, /ORGSCOPE_REDIS_URL is not set.*ORGSCOPE_REDIS_URL=redis/);
  const embedded = await runCli(['worker', '--data', folder, '--lists', lists], { ORGSCOPE_REDIS_URL: 'redis://127.0.0.1:1' });
  assert.equal(embedded.code, 1);
  assert.match(embedded.stderr, /one process writes.*--store http/);
  const run = await runCli(['run', 'trails', '--source', folder, '--data', folder, '--lists', lists], {
    ORGSCOPE_REDIS_URL: 'redis://127.0.0.1:1',
  });
  assert.equal(run.code, 1);
  assert.match(run.stderr, /one process writes.*--store http/);
});
