import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CALL_PRICES } from '../aws/call-price.ts';
import type { QueueStatus } from '../core/api/runs.ts';
import type { PipelineName } from '../core/batch.ts';
import type { Document } from '../core/document.ts';
import type { JobReport, RunReport, Store } from '../core/store.ts';
import { trailDeliveryTime } from '../processors/trail-delivery-time.ts';
import { openTestStore } from '../tests/support/open-test-store.ts';
import { meteredStore } from './metered-store.ts';
import { prometheusMeter } from './prometheus-meter.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-metrics-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const NOW = Date.parse('2026-11-21T16:00:00Z');
const clock = { now: () => new Date(NOW) };
const deliveryTimes = new Map<PipelineName, typeof trailDeliveryTime>([['trails', trailDeliveryTime]]);
const meterFor = () => prometheusMeter({ clock, version: '1.2.3', deliveryTimes });

/** The samples by their name and labels. */
async function samples({ text }: { text(): Promise<string> }): Promise<ReadonlyMap<string, number>> {
  const lines = (await text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

const event = (id: string): Document => ({
  index: 'awscli-trail-2026.11.21',
  id,
  operation: 'create',
  body: Buffer.from('{"@timestamp":"2026-11-21T15:00:00.000Z"}'),
});
const batch = (documents: Document[], key: string) => ({
  documents,
  bytes: documents.reduce((sum, { body }) => sum + body.byteLength, 0),
  sources: [{ pipeline: 'trails' as const, key, documents: documents.length }],
});
const object = (time: string) => `s3://b/111122223333_CloudTrail_eu-west-1_${time}_${time}.json.gz#etag`;

test('what goes into a real store is counted: new, there already, bytes, sources, the lag; and it is the same store still', async () => {
  const meter = meterFor();
  let now = 0;
  const opened = await openTestStore(join(folder, 'orgscope.duckdb'));
  const store = meteredStore(opened, meter, () => (now += 40));
  try {
    assert.equal((await samples(meter)).get('orgscope_trails_lag_seconds'), undefined, 'nothing is known yet');
    const first = [event('a'), event('b')];
    assert.deepEqual(await store.write(batch(first, object('20261121T1550Z'))), { written: 2, unchanged: 0, rejected: [] });
    // A backfill of an older object, one document of it known.
    await store.write(batch([event('b'), event('c')], object('20260101T0000Z')));
    const seen = await samples(meter);
    assert.equal(seen.get('orgscope_store_documents_total{result="written"}'), 3);
    assert.equal(seen.get('orgscope_store_documents_total{result="unchanged"}'), 1);
    assert.equal(seen.get('orgscope_store_documents_total{result="rejected"}'), 0);
    assert.equal(seen.get('orgscope_store_bytes_total'), 4 * event('a').body.byteLength);
    assert.equal(seen.get('orgscope_sources_total{pipeline="trails"}'), 2);
    assert.equal(seen.get('orgscope_trails_lag_seconds'), 600);
    assert.equal(seen.get('orgscope_store_write_seconds_count{outcome="ok"}'), 2);
    assert.equal(seen.get('orgscope_store_write_seconds_bucket{le="0.05",outcome="ok"}'), 2);
    assert.equal((await store.counts())['awscli-trail'], 3);
    assert.deepEqual((await store.sql('SELECT count(*) AS n FROM awscli_trail')).columns, ['n']);
    assert.deepEqual(await store.ledger.known('trails', [object('20261121T1550Z')]), new Set([object('20261121T1550Z')]));
  } finally {
    await store.close();
  }
});

const job: JobReport = {
  run: 'r1',
  id: 'j1',
  pipeline: 'inventory',
  state: 'failed',
  started: '2026-11-21T15:00:00.000Z',
  ended: '2026-11-21T15:01:00.000Z',
  documents: 7,
  dropped: 1,
  deadLetters: 2,
  retired: 3,
  bytes: 700,
  problems: [
    { code: 'denied', severity: 'failed', message: 'm', next: 'n', where: {} },
    { code: 'empty', severity: 'notice', message: 'm', next: 'n', where: {} },
  ],
};
const run: RunReport = {
  id: 'r1',
  pipelines: ['inventory', 's3'],
  state: 'succeeded',
  started: '2026-11-21T15:00:00.000Z',
  ended: '2026-11-21T15:02:00.000Z',
  problems: [],
  totals: {
    documents: 0,
    dropped: 0,
    deadLetters: 0,
    retired: 0,
    bytes: 0,
    written: 0,
    jobs: 0,
    failedJobs: 0,
    skippedSources: 0,
  },
};

test('jobs and runs are counted once they are saved, a run that only began is not, and what the store refuses is counted as nothing', async () => {
  const meter = meterFor();
  let broken = false;
  const save = async (): Promise<void> => {
    if (broken) throw new Error('away');
  };
  // Only what is asked of it here.
  const bare = { ledger: { saveJobs: save, saveRun: save }, write: save } as unknown as Store;
  const store = meteredStore(bare, meter);
  await store.ledger.saveJobs([job, { ...job, id: 'j2', state: 'succeeded', problems: [] }]);
  await store.ledger.saveRun({ ...run, state: 'running' });
  await store.ledger.saveRun(run);
  broken = true;
  await assert.rejects(store.ledger.saveJobs([job]));
  await assert.rejects(store.write(batch([event('a')], 'k')));
  const seen = await samples(meter);
  assert.equal(seen.get('orgscope_jobs_total{pipeline="inventory",state="failed"}'), 1);
  assert.equal(seen.get('orgscope_jobs_total{pipeline="inventory",state="succeeded"}'), 1);
  assert.equal(seen.get('orgscope_documents_total{pipeline="inventory",result="stored"}'), 14);
  assert.equal(seen.get('orgscope_documents_total{pipeline="inventory",result="dead_letter"}'), 4);
  assert.equal(seen.get('orgscope_bytes_total{pipeline="inventory"}'), 1400);
  assert.equal(seen.get('orgscope_problems_total{pipeline="inventory",code="denied"}'), 1);
  assert.equal(seen.get('orgscope_problems_total{pipeline="inventory",code="empty"}'), undefined, 'a notice is no failure');
  assert.equal(seen.get('orgscope_runs_total{pipeline="s3",state="succeeded"}'), 1);
  assert.equal(seen.get('orgscope_last_success_timestamp_seconds{pipeline="s3"}'), Date.parse(run.ended as string) / 1000);
  assert.equal(seen.get('orgscope_store_write_seconds_count{outcome="failed"}'), 1);
});

test('calls, retries and waits are counted, and each meter counts for itself', async () => {
  const meter = meterFor();
  const call = { service: 's3', operation: 'ListObjectsV2', outcome: 'ok' as const, attempt: 1, dollars: 0.000005 };
  for (let count = 0; count < 1000; count++) meter.awsCalled(call);
  meter.awsCalled({ ...call, outcome: 'throttled', attempt: 2, dollars: 0 });
  meter.jobRetried('trails', 'unreachable');
  meter.storeWaiting('store');
  const seen = await samples(meter);
  meter.storeWaiting(undefined);
  const labels = 'service="s3",operation="ListObjectsV2"';
  assert.equal(seen.get(`orgscope_aws_calls_total{${labels},outcome="ok"}`), 1000);
  assert.equal(seen.get(`orgscope_aws_calls_total{${labels},outcome="throttled"}`), 1);
  assert.equal(seen.get(`orgscope_aws_retries_total{${labels}}`), 1);
  assert.ok(Math.abs((seen.get(`orgscope_aws_call_dollars_total{${labels}}`) ?? 0) - 0.005) < 1e-12);
  assert.equal(seen.get('orgscope_job_retries_total{pipeline="trails",code="unreachable"}'), 1);
  assert.equal(seen.get('orgscope_store_waits_total{code="store"}'), 1);
  assert.equal(seen.get('orgscope_store_waiting'), 1);
  assert.equal((await samples(meter)).get('orgscope_store_waiting'), 0);
  assert.equal((await samples(meterFor())).get(`orgscope_aws_calls_total{${labels},outcome="ok"}`), undefined);
});

test('the depth of the queue is asked at each scrape; a queue that is away hides nothing else', async () => {
  const meter = meterFor();
  const depth = 'orgscope_queue_jobs{pipeline="trails",state="waiting"}';
  assert.equal((await samples(meter)).get('orgscope_workers'), undefined, 'there is no queue');
  const counts = { run: null, failed: 0, jobsPerMinute: 0, documentsPerMinute: 0 };
  const status: QueueStatus = {
    redis: 'redis:6379',
    paused: false,
    pipelines: [{ pipeline: 'trails', waiting: 12, active: 2, delayed: 1, ...counts }],
    workers: [{ id: 'w', host: 'h', pid: 1, pipelines: ['trails'], jobs: 2, done: 0, failed: 0, started: '' }],
  };
  let answer = async (): Promise<QueueStatus | undefined> => status;
  meter.watchQueue(() => answer());
  const full = await samples(meter);
  assert.equal(full.get(depth), 12);
  assert.equal(full.get('orgscope_queue_jobs{pipeline="trails",state="active"}'), 2);
  assert.equal(full.get('orgscope_workers'), 1);
  answer = async () => Promise.reject(new Error('away'));
  const seen = await samples(meter);
  assert.equal(seen.get(depth), undefined);
  assert.equal(seen.get('orgscope_workers'), undefined);
  assert.equal(seen.get('orgscope_info{version="1.2.3"}'), 1);
  assert.ok((seen.get('process_resident_memory_bytes') ?? 0) > 0, 'the process itself as well');
});

test('docs/operations.md has each metric as the registry has it, and each price', () => {
  const docs = readFileSync(new URL('../docs/operations.md', import.meta.url), 'utf8');
  const metrics = meterFor()
    .registry.getMetricsAsArray()
    .filter(({ name }) => name.startsWith('orgscope_')) as unknown as { name: string; help: string; labelNames: string[] }[];
  const rows = metrics.map(
    ({ name, labelNames, help }) => `| \`${name}\` | ${labelNames.map((label) => `\`${label}\``).join(' ')} | ${help} |`,
  );
  assert.ok(rows.length > 15);
  assert.deepEqual(
    docs.split('\n').filter((line) => line.startsWith('| `orgscope_')),
    rows,
  );
  for (const { elsewhere = {} } of CALL_PRICES) {
    for (const [region, dollars] of Object.entries(elsewhere)) {
      assert.ok(
        docs.split('\n').some((line) => line.startsWith(`| ${region} |`) && line.includes(` $${dollars} `)),
        `${region} ${dollars}`,
      );
    }
  }
  for (const { service, dollarsPerThousand, source } of CALL_PRICES) {
    assert.ok(
      docs
        .split('\n')
        .some((line) => line.includes(service) && line.includes(`$${dollarsPerThousand} `) && line.includes(source)),
      `${service} ${dollarsPerThousand}`,
    );
  }
});
