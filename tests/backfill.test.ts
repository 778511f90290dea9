import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { localTree } from '../collectors/objects/local-tree.ts';
import { s3Tree } from '../collectors/objects/s3-tree.ts';
import type { Progress } from '../core/api/runs.ts';
import { systemClock } from '../core/clock.ts';
import type { ObjectTree } from '../core/object-tree.ts';
import { OrgscopeError } from '../core/problem.ts';
import type { Store } from '../core/store.ts';
import { trailsPipeline } from '../pipelines/trails-pipeline.ts';
import { startRun } from '../runner/start-run.ts';
import { missing, need } from './support/needs.ts';
import { openTestStore } from './support/open-test-store.ts';
import { assumeInto, freshAccountId, type Keys, processEnv } from './support/organisation.ts';
import { makeLists, runCli } from './support/run-cli.ts';
import { runPipeline } from './support/run-pipeline.ts';
import { testReach } from './support/test-reach.ts';

const ACCOUNTS = ['111111111111', '222222222222', '333333333333'];
const REGIONS = ['eu-west-1', 'us-east-1'];
const DAYS = ['2026-01-30', '2026-01-31', '2026-02-01', '2026-02-03'];
const RANGE = { from: '2026-01-29', to: '2026-02-03' };

const folder = mkdtempSync(join(tmpdir(), 'orgscope-backfill-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Two objects with one event each for every account, region and day; the third account has none on the last day. */
const objects = ACCOUNTS.flatMap((account) =>
  REGIONS.flatMap((region) =>
    DAYS.filter((day) => account !== '333333333333' || day !== '2026-02-03').flatMap((day) =>
      [0, 1].map((number) => {
        const eventID = `${account}/${region}/${day}/${number}`;
        return {
          eventID,
          key: `AWSLogs/o-abc123/${account}/CloudTrail/${region}/${day.replaceAll('-', '/')}/${account}_CloudTrail_${region}_${number}.json.gz`,
          body: gzipSync(JSON.stringify({ Records: [{ eventTime: `${day}T10:00:00Z`, eventName: 'Call', eventID }] })),
        };
      }),
    ),
  ),
);
const local = join(folder, 'trail');
for (const { key, body } of objects) {
  mkdirSync(dirname(join(local, key)), { recursive: true });
  writeFileSync(join(local, key), body);
}
mkdirSync(join(local, 'AWSLogs/o-abc123/111111111111/CloudTrail-Digest/eu-west-1/2026/01/29'), { recursive: true });

const backfill = (tree: ObjectTree, range: object = {}, reach?: Parameters<typeof trailsPipeline>[0]['reach']) =>
  trailsPipeline({
    sources: async () => ({ sources: [], problems: [] }),
    backfill: { range: { ...RANGE, ...range }, trees: async () => ({ trees: [tree], problems: [] }) },
    ...(reach === undefined ? {} : { reach }),
  });

test('a job for each account, region and day, the newest day first; days without objects are reported', async () => {
  const { jobs, documents, problems } = await runPipeline(backfill(localTree(local)));
  assert.deepEqual([...new Set(jobs.map(({ id }) => id.split('/')[3]))], [...DAYS].reverse());
  assert.equal(jobs.length, objects.length / 2);
  assert.ok(
    jobs.every(({ priority, account, region }) => priority === 'backfill' && account !== undefined && region !== undefined),
  );
  assert.equal(documents.length, objects.length);
  assert.deepEqual(
    problems.map(({ code, severity, where, message }) => [code, severity, where.account, /on (.*) \(/.exec(message)?.[1]]),
    [
      ['empty', 'notice', undefined, '2026-01-29, 2026-02-02'],
      ['empty', 'notice', '333333333333', '2026-02-03'],
    ],
  );
});

test('jobs are plain data that another process can run', async () => {
  const tree = localTree(local);
  const { documents } = await runPipeline(backfill(tree), { reviving: backfill(tree) });
  assert.equal(documents.length, objects.length);
});

test('only the chosen accounts and regions are read, and a chosen one without objects is a failure', async () => {
  const range = {
    accounts: ['222222222222', '999999999999'],
    regions: ['us-east-1', 'eu-north-1'],
    from: '2026-01-31',
    to: '2026-01-31',
  };
  const { jobs, problems } = await runPipeline(backfill(localTree(local), range));
  assert.deepEqual(
    jobs.map(({ account, region }) => [account, region]),
    [['222222222222', 'us-east-1']],
  );
  assert.deepEqual(
    problems.map(({ code, severity, where }) => [code, severity, where]),
    [
      ['empty', 'failed', { account: '999999999999' }],
      ['empty', 'failed', { region: 'eu-north-1' }],
    ],
  );
});

test('a folder that may not be listed fails alone; an empty object is left out, and a broken link is a failure', async () => {
  const root = join(folder, 'partly');
  const day = join(root, 'AWSLogs/111111111111/CloudTrail/eu-west-1/2026/01/30');
  mkdirSync(day, { recursive: true });
  mkdirSync(join(root, 'AWSLogs/222222222222/CloudTrail/eu-west-1'), { recursive: true });
  writeFileSync(join(day, 'without-ending'), objects[0]?.body ?? '');
  writeFileSync(join(day, 'empty.json'), '');
  symlinkSync(join(day, 'gone'), join(day, 'broken.json'));
  const tree = localTree(root);
  const closed: ObjectTree = {
    ...tree,
    folders: async (path) =>
      path.startsWith('AWSLogs/222222222222/')
        ? Promise.reject(new OrgscopeError('denied', `${path} may not be read`, 'Give read access.'))
        : tree.folders(path),
  };
  const { documents, leftOut, problems } = await runPipeline(backfill(closed, { to: '2026-01-30' }));
  assert.equal(documents.length, 1);
  assert.deepEqual(leftOut, [`empty: ${join(day, 'empty.json')}`]);
  assert.deepEqual(
    problems.filter(({ severity }) => severity === 'failed').map(({ code }) => code),
    ['denied', 'missing'],
  );
});

test('a folder without trails is reported once', async () => {
  const { problems } = await runPipeline(backfill(localTree(join(local, 'nothing'))));
  assert.deepEqual(
    problems.map(({ code, severity }) => [code, severity]),
    [['empty', 'failed']],
  );
});

test('the time left is estimated before planning ends', async () => {
  const store = await openTestStore(join(folder, 'estimate.duckdb'));
  let time = 0;
  let begun = 0;
  const progresses: Progress[] = [];
  const run = startRun({
    id: 'estimate',
    pipelines: [backfill(localTree(local))],
    store,
    deadLetters: NO_DEAD_LETTERS,
    clock: { now: () => new Date(time) },
    random: Math.random,
    signal: new AbortController().signal,
    // Each document is stored by itself, so that jobs end one after the other; by this clock each takes ten seconds.
    limits: { batchBytes: 1, batchDocuments: 1, budgetBytes: 1_000_000, flushAfterMs: 1 },
    turn: async () => {
      while ((run.progress().pipelines[0]?.done ?? 0) < begun - 1) await sleep(1);
      begun++;
      progresses.push(run.progress());
      time += 10_000;
    },
  });
  await run.report;
  await store.close();
  const estimated = progresses.map(({ pipelines }) => pipelines[0]).filter((each) => each?.leftMs !== undefined);
  assert.ok(estimated.length > 0);
  assert.ok(estimated.every((each) => (each?.leftMs ?? 0) > 0));
  assert.equal(run.progress().pipelines[0]?.leftMs, 0);
});

test('dates are checked', async () => {
  const common = ['--source', local, '--data', join(folder, 'dates'), '--lists', makeLists()];
  for (const [args, message] of [
    [['--from', '2026-02-30'], /--from is a day/],
    [['--from', '2026-02-03', '--to', '2026-02-01'], /is after/],
    [['--from', '2026-02-03', '--to', '2999-01-01'], /still to come/],
    [['--from', '2026-02-03', '--accounts', '1111'], /12 digits/],
  ] as const) {
    const { code, stderr } = await runCli(['backfill', 'trails', ...args, ...common]);
    assert.deepEqual([code, message.test(stderr)], [2, true], stderr);
  }
});

const NO_DEAD_LETTERS = { path: 'none', count: 0, append: async () => assert.fail('no dead letters') } as never;

describe('a backfill of a bucket', { skip: missing('MOTO_URL') }, () => {
  const account = freshAccountId();
  const bucket = `backfill-${account}`;
  let keys: Keys;
  before(async () => {
    keys = await assumeInto(need('MOTO_URL'), account);
    const s3 = new S3Client({ endpoint: need('MOTO_URL'), region: 'us-east-1', credentials: keys, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    for (const { key, body } of objects)
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `my logs/${key}`, Body: body }));
    s3.destroy();
  });

  test('a backfill that is interrupted twice ends with every event stored once, and opens no object twice', async () => {
    const reach = testReach(need('MOTO_URL'), account, keys);
    const store = await openTestStore(join(folder, 's3.duckdb'));
    let opened = 0;
    const counting: Store = {
      ...store,
      ledger: store.ledger,
      async write(batch) {
        opened += batch.sources.length;
        return store.write(batch);
      },
    };
    const run = async (jobs: number) => {
      const stop = new AbortController();
      let begun = 0;
      return startRun({
        id: `run-${jobs}-${opened}`,
        pipelines: [backfill(s3Tree({ reach, identity: reach.self, bucket, prefix: 'my logs' }))],
        store: counting,
        deadLetters: NO_DEAD_LETTERS,
        clock: systemClock,
        random: Math.random,
        signal: stop.signal,
        turn: async () => {
          if (++begun > jobs) stop.abort();
        },
      }).report;
    };
    assert.equal((await run(3)).state, 'interrupted');
    const first = opened;
    assert.ok(first > 0 && first < objects.length, `${first} objects`);
    assert.equal((await run(12)).state, 'interrupted');
    assert.ok(opened > first && opened < objects.length, `${opened} objects`);
    const last = await run(1_000);
    assert.deepEqual([last.state, last.totals.jobs], ['succeeded', objects.length / 2]);
    assert.equal(opened, objects.length, 'each object is acknowledged once');
    const { rows } = await store.sql('SELECT count(*) AS n, count(DISTINCT "event.id") AS ids FROM awscli_trail');
    assert.deepEqual(rows, [{ n: String(objects.length), ids: String(objects.length) }]);
    await store.close();
  });

  test('the command reads the bucket of the list', async () => {
    const lists = makeLists({ 'trails.txt': `"${bucket}/my logs"\n` });
    const args = ['backfill', 'trails', '--from', '2026-01-29', '--to', '2026-02-03', '--regions', 'eu-west-1'];
    const { code, stdout, stderr } = await runCli(
      [...args, '--data', join(folder, 'command'), '--lists', lists],
      processEnv(need('MOTO_URL'), keys),
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /trails \(backfill\) {2}succeeded in .* 22 documents \(22 new\), 11 jobs/);
    assert.match(stdout, /Nothing was written by any account on 2026-01-29, 2026-02-02 \(2 of 6 days\)/);
  });
});
