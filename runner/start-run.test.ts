import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { PipelineName } from '../core/batch.ts';
import type { Document } from '../core/document.ts';
import type { Emission, Job, JobContext, Pipeline, PlanContext, PlannedJob } from '../core/pipeline.ts';
import { OrgscopeError, type ProblemCode } from '../core/problem.ts';
import type { Ledger, RunReport, Store } from '../core/store.ts';
import { memoryStore } from '../tests/support/memory-store.ts';
import { recordedStore } from '../tests/support/recorded-store.ts';
import { deadLetterFile } from './dead-letter-file.ts';
import { type RunOptions, startRun } from './start-run.ts';
import { DEFAULT_LIMITS, type WriterLimits } from './writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-start-run-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

const BODY_BYTES = 20;
const ONE_EACH: WriterLimits = { ...DEFAULT_LIMITS, batchDocuments: 1 };

const event = (id: string): Document => ({
  index: 'awscli-trail-2026.11.21',
  id,
  operation: 'create',
  body: Buffer.from(JSON.stringify({ id }).padEnd(BODY_BYTES)),
});
const emit = (id: string): Emission => ({ type: 'documents', documents: [event(id)] });
const keyOf = (id: string) => `s3://logs/${id}`;
const acknowledge = (id: string): Emission => ({
  type: 'acknowledge',
  source: { pipeline: 'trails', key: keyOf(id), documents: 1 },
});
const failure = (code: ProblemCode) => new OrgscopeError(code, `it was ${code}`, 'See there.');

type Work = (context: JobContext) => AsyncIterable<Emission>;

/** A job that reads one object: one document, which has the id of the job, and its acknowledgement. */
const reading = (id: string): Work =>
  async function* () {
    yield emit(id);
    yield acknowledge(id);
  };
const throwing = (error: Error): Work =>
  async function* () {
    yield* [];
    throw error;
  };
const job = (id: string, work = reading(id), more: Partial<Job> = {}): PlannedJob => ({
  job: { id, pipeline: 'trails', lane: 'one', object: keyOf(id), payload: null, ...more },
  run: work,
});

type Plan = (context: PlanContext) => AsyncIterable<PlannedJob>;

const pipeline = (plan: readonly PlannedJob[] | Plan, concurrency = 1, name: PipelineName = 'trails'): Pipeline => ({
  name,
  concurrency,
  async *plan(context) {
    yield* typeof plan === 'function' ? plan(context) : plan;
  },
  revive: () => assert.fail('nothing is revived'),
});
/** Plans what the ledger does not know yet, as pipelines over objects do. */
const objects = (...ids: readonly string[]): Pipeline =>
  pipeline(async function* ({ ledger, skipped }) {
    const known = await ledger.known('trails', ids.map(keyOf));
    skipped(known.size);
    for (const id of ids) if (!known.has(keyOf(id))) yield job(id);
  });

let runs = 0;
/** It stands still during a run, and each run is a minute later than the one before. */
const clockOf = (run: number) => ({ now: () => new Date(Date.parse('2026-11-21T10:00:00.000Z') + run * 60_000) });
const start = (store: Store, pipelines: readonly Pipeline[], options: Partial<RunOptions> = {}) =>
  startRun({
    id: `run-${++runs}`,
    pipelines,
    store,
    deadLetters: deadLetterFile(join(folder, `${files++}.ndjson`)),
    clock: clockOf(runs),
    // The delay before another attempt is a factor from 0.5 on: none.
    random: () => -0.5,
    signal: new AbortController().signal,
    ...options,
  });

const withLedger = (store: Store, ledger: Partial<Ledger>): Store => ({ ...store, ledger: { ...store.ledger, ...ledger } });
const knownOf = async (store: Store, ...ids: string[]) => [...(await store.ledger.known('trails', ids.map(keyOf)))];
const messages = ({ problems }: RunReport) => problems.map(({ message }) => message);
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

test('a run of two pipelines stores and acknowledges all of both, and saves itself and its jobs', async () => {
  const store = memoryStore();
  const bucket = pipeline([job('c', reading('c'), { pipeline: 's3' })], 1, 's3');
  const run = start(store, [objects('a', 'b'), bucket], { label: 'backfill' });
  const report = await run.report;
  assert.deepEqual([report.state, report.label, report.problems], ['succeeded', 'backfill', []]);
  assert.deepEqual(report.totals, {
    documents: 3,
    dropped: 0,
    deadLetters: 0,
    retired: 0,
    bytes: 3 * BODY_BYTES,
    written: 3,
    jobs: 3,
    failedJobs: 0,
    skippedSources: 0,
  });
  assert.deepEqual(await knownOf(store, 'a', 'b', 'c'), ['a', 'b', 'c'].map(keyOf));
  assert.deepEqual(await store.ledger.runs(5), [report]);
  const { jobs } = await store.ledger.jobs(run.id, { limit: 10 });
  assert.deepEqual(jobs.map(({ id, state }) => [id, state]).sort(), [
    ['a', 'succeeded'],
    ['b', 'succeeded'],
    ['c', 'succeeded'],
  ]);
  const { pipelines } = run.progress();
  assert.deepEqual(
    pipelines.map((each) => [each.pipeline, each.planned, each.done, each.documents, each.planning, each.current]),
    [
      ['trails', 2, 2, 2, false, ''],
      ['s3', 1, 1, 1, false, ''],
    ],
  );
});

test('what a run has acknowledged is not read again by the next one', async () => {
  const store = recordedStore(memoryStore());
  await start(store, [objects('a', 'b')]).report;
  const written = store.calls.length;
  const { state, totals } = await start(store, [objects('a', 'b')]).report;
  assert.deepEqual([state, totals.jobs, totals.skippedSources], ['succeeded', 0, 2]);
  assert.equal(store.calls.length, written);
});

test('a job that fails makes the run failed, and the jobs after it are done', async () => {
  const store = memoryStore();
  const run = start(store, [pipeline([job('a', throwing(failure('denied'))), job('b')])]);
  const report = await run.report;
  assert.deepEqual([report.state, messages(report), report.totals.jobs], ['failed', ['it was denied'], 2]);
  assert.equal(report.totals.failedJobs, 1);
  assert.deepEqual(await knownOf(store, 'a', 'b'), [keyOf('b')]);
  assert.equal((await store.ledger.jobs(run.id, { limit: 5, failedOnly: true })).jobs[0]?.id, 'a');
});

test('another attempt at a job is reported to the caller, and a job that succeeds at last leaves no problem', async () => {
  const retries: [string, ProblemCode][] = [];
  let attempts = 0;
  const work: Work = async function* () {
    if (++attempts < 3) throw failure('throttled');
    yield emit('a');
  };
  const onRetry: RunOptions['onRetry'] = ({ id }, { code }) => void retries.push([id, code]);
  const report = await start(memoryStore(), [pipeline([job('a', work)])], { onRetry }).report;
  assert.deepEqual([report.state, report.problems, report.totals.documents], ['succeeded', [], 1]);
  assert.deepEqual(retries, [
    ['a', 'throttled'],
    ['a', 'throttled'],
  ]);
});

/** Each row: a planner, and what the run reports. */
const PLANS: readonly {
  readonly name: string;
  readonly plan: Plan;
  readonly state: RunReport['state'];
  readonly problems: readonly string[];
  readonly known: readonly string[];
  readonly skipped?: number;
}[] = [
  {
    name: 'a planner that fails makes the run failed, and what it had planned is done',
    async *plan() {
      yield job('a');
      throw failure('missing');
    },
    state: 'failed',
    problems: ['it was missing'],
    known: ['a'],
  },
  {
    name: 'a problem of planning makes the run failed, and the planning goes on',
    async *plan({ report }) {
      report({ code: 'denied', severity: 'failed', message: 'may not list', next: '', where: {} });
      yield job('a');
    },
    state: 'failed',
    problems: ['may not list'],
    known: ['a'],
  },
  {
    name: 'a notice of planning and what planning left out are in the report of a run that succeeded',
    async *plan({ report, leaveOut, skipped }) {
      report({ code: 'empty', severity: 'notice', message: 'no bucket', next: '', where: {} });
      leaveOut('empty', 's3://logs/x');
      skipped(2);
      skipped(3);
      yield job('a');
    },
    state: 'succeeded',
    problems: ['no bucket', 'Left out as empty: s3://logs/x.'],
    known: ['a'],
    skipped: 5,
  },
];

for (const { name, plan, state, problems, known, skipped = 0 } of PLANS) {
  test(name, async () => {
    const store = memoryStore();
    const run = start(store, [pipeline(plan)]);
    const report = await run.report;
    assert.deepEqual([report.state, messages(report), report.totals.skippedSources], [state, problems, skipped]);
    assert.deepEqual(await knownOf(store, 'a'), known.map(keyOf));
    const { jobs } = await store.ledger.problemReports(run.id, undefined, 10);
    assert.deepEqual(
      jobs.map(({ id }) => id),
      ['planning/trails'],
      'the ledger has each problem of planning',
    );
  });
}

test('no more jobs of a pipeline are at work at once than it allows, and jobs of another pipeline beside them', async () => {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const atWork = new Set<string>();
  const waiting = (id: string): Work =>
    async function* () {
      atWork.add(id);
      await opened;
      yield emit(id);
    };
  const jobs = (...ids: string[]) => ids.map((id) => job(id, waiting(id)));
  const run = start(memoryStore(), [pipeline(jobs('a', 'b', 'c'), 2), pipeline(jobs('x', 'y'), 1, 's3')]);
  await settle();
  assert.deepEqual([...atWork].sort(), ['a', 'b', 'x']);
  open();
  assert.equal((await run.report).totals.jobs, 5);
});

test('accounts take turns, however many jobs the first one has', async () => {
  const order: string[] = [];
  const noting = (id: string, lane: string): PlannedJob =>
    job(
      id,
      async function* () {
        order.push(id);
        yield emit(id);
      },
      { lane },
    );
  const { promise: planned, resolve: plannedAll } = Promise.withResolvers<void>();
  const plan: Plan = async function* () {
    for (const id of ['a1', 'a2', 'a3']) yield noting(id, 'a');
    yield noting('b1', 'b');
    plannedAll();
  };
  await start(memoryStore(), [pipeline(plan)], { turn: () => planned }).report;
  assert.deepEqual(order, ['a1', 'a2', 'b1', 'a3'], 'the first one is taken before the others are planned');
});

test('each job waits for its turn, and is not begun before', async () => {
  const turns: (() => void)[] = [];
  const store = recordedStore(memoryStore());
  const turn = () => new Promise<void>((resolve) => turns.push(resolve));
  const run = start(store, [objects('a', 'b')], { turn, limits: ONE_EACH });
  await settle();
  assert.deepEqual([turns.length, store.calls], [1, []]);
  turns[0]?.();
  await settle();
  assert.deepEqual([turns.length, store.calls], [2, ['write a']]);
  turns[1]?.();
  assert.equal((await run.report).totals.documents, 2);
});

test('pipelines share one memory budget, and a job goes on to the next while its documents are being stored', async () => {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const begun: string[] = [];
  const noting = (id: string, name: PipelineName): PlannedJob =>
    job(
      id,
      async function* () {
        begun.push(id);
        yield emit(id);
      },
      { pipeline: name },
    );
  const store = recordedStore(memoryStore(), () => opened);
  const run = start(
    store,
    [
      pipeline(
        ['a', 'b', 'c'].map((id) => noting(id, 'trails')),
        1,
      ),
      pipeline(
        ['x', 'y', 'z'].map((id) => noting(id, 's3')),
        1,
        's3',
      ),
    ],
    { limits: { ...ONE_EACH, budgetBytes: 3 * BODY_BYTES } },
  );
  await settle();
  assert.equal(run.soFar().totals.documents, 0, 'nothing is stored yet');
  assert.equal(begun.length, 5, 'three documents are in memory, and one job of each pipeline waits for room');
  open();
  const report = await run.report;
  assert.deepEqual([report.state, report.totals.documents], ['succeeded', 6]);
});

test('a store that fails ends the run with its failure once; the next run over the recovered store does the rest', async () => {
  let broken = true;
  const store = recordedStore(memoryStore(), (call) => {
    if (broken && call.startsWith('write b')) throw failure('store');
  });
  const ids = ['a', 'b', 'c', 'd', 'e'];
  // One document is in memory at a time: each is written before the next job's is taken.
  const limits = { ...DEFAULT_LIMITS, budgetBytes: BODY_BYTES };
  const first = start(store, [objects(...ids)], { limits });
  const report = await first.report;
  assert.equal(report.state, 'failed');
  assert.deepEqual(
    report.problems.filter(({ code }) => code === 'store').map(({ message }) => message),
    ['it was store'],
  );
  const acknowledged = await knownOf(store, ...ids);
  assert.deepEqual(acknowledged, [keyOf('a')]);
  assert.ok(!store.calls.some((call) => call.startsWith('write c')), 'nothing is written after the failure');
  const { jobs } = await store.ledger.jobs(first.id, { limit: 10 });
  assert.ok(jobs.some(({ id, state }) => id === 'b' && state === 'interrupted'));
  assert.ok(!jobs.some(({ id }) => id === 'e'), 'no job is begun after the failure');

  broken = false;
  const second = await start(store, [objects(...ids)], { limits }).report;
  assert.deepEqual([second.state, second.totals.documents], ['succeeded', 4]);
  assert.deepEqual(await knownOf(store, ...ids), ids.map(keyOf));
  assert.equal((await store.counts())['awscli-trail'], 5);
});

test('a run that is stopped stores and acknowledges what was read, begins no other job, and ends as interrupted', async () => {
  const stop = new AbortController();
  const store = recordedStore(memoryStore());
  const stopping: Work = async function* () {
    yield emit('a');
    stop.abort();
    yield acknowledge('a');
  };
  const run = start(store, [pipeline([job('a', stopping), job('b'), job('c')])], { signal: stop.signal });
  const report = await run.report;
  assert.deepEqual([report.state, report.totals.jobs], ['interrupted', 1]);
  assert.deepEqual(store.calls, [`write a acknowledging ${keyOf('a')}`]);
  assert.deepEqual(await knownOf(store, 'a', 'b', 'c'), [keyOf('a')]);
  assert.equal((await store.ledger.runs(1))[0]?.state, 'interrupted');
});

test('a run that is stopped before it begins reads nothing', async () => {
  const store = recordedStore(memoryStore());
  const report = await start(store, [objects('a')], { signal: AbortSignal.abort() }).report;
  assert.deepEqual([report.state, report.totals.jobs, store.calls], ['interrupted', 0, []]);
});

test('a run that resumes leaves out the sweeps that the interrupted one completed', async () => {
  const stop = new AbortController();
  const store = memoryStore();
  const sweep = (id: string, work = reading(id)) => job(id, work, { kind: 'ec2-instance', account: '1' });
  const last: Work = async function* () {
    stop.abort();
    yield* [];
    throw failure('unreachable');
  };
  await start(store, [pipeline([sweep('a'), sweep('b', last)])], { signal: stop.signal }).report;
  const again = [pipeline([sweep('a'), sweep('b')])];
  const { state, totals } = await start(store, again, { resume: true }).report;
  assert.deepEqual([state, totals.jobs, totals.skippedSources], ['succeeded', 1, 1]);
  const whole = await start(store, again, { resume: true }).report;
  assert.deepEqual(
    [whole.totals.jobs, whole.totals.skippedSources],
    [2, 0],
    'a run that came to its end leaves nothing to resume',
  );
});

test('reports of many jobs are saved while the run goes on, in groups', async () => {
  const inner = memoryStore();
  const groups: number[] = [];
  const store = withLedger(inner, {
    async saveJobs(jobs) {
      groups.push(jobs.length);
      await inner.ledger.saveJobs(jobs);
    },
  });
  const ids = Array.from({ length: 450 }, (_, index) => `job-${index}`);
  const run = start(store, [objects(...ids)], { limits: ONE_EACH });
  await run.report;
  assert.equal((await store.ledger.jobs(run.id, { limit: 1 })).total, 450);
  assert.ok(groups.length > 1 && groups.length <= 3, groups.join());
});

test('a run whose ledger does not take the reports of jobs has failed, and what was read is stored and acknowledged', async () => {
  const inner = memoryStore();
  const store = withLedger(inner, { saveJobs: () => Promise.reject(failure('store')) });
  const report = await start(store, [objects('a', 'b')]).report;
  assert.deepEqual([report.state, messages(report)], ['failed', ['it was store']]);
  assert.deepEqual(await knownOf(inner, 'a', 'b'), ['a', 'b'].map(keyOf));
});

test('objects that jobs leave out are counted over all of them, and do not make the run failed', async () => {
  const leaving = (id: string): PlannedJob =>
    job(id, async function* () {
      yield { type: 'left-out', reason: 'empty', object: keyOf(id) };
    });
  const report = await start(memoryStore(), [pipeline([leaving('a'), leaving('b')])]).report;
  assert.deepEqual([report.state, messages(report)], ['succeeded', ['Left out as empty: 2 objects, such as s3://logs/a.']]);
});

test('a run ends after the last job has given back what it held', async () => {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const run = start(memoryStore(), [pipeline([{ ...job('a'), ended: () => opened }])]);
  let over = false;
  const ending = run.report.then((report) => {
    over = true;
    return report;
  });
  await settle();
  assert.equal(over, false);
  open();
  assert.equal((await ending).totals.jobs, 1);
});

test('dead letters make the run failed, and each is counted', async () => {
  const deadLetter = { pipeline: 'trails', source: 's3://logs/a', reason: 'no record', content: '{' } as const;
  const work: Work = async function* () {
    yield { type: 'dead-letter', deadLetter };
    yield { type: 'documents', documents: [{ ...event('x'), body: Buffer.from('{') }, event('a')] };
    yield acknowledge('a');
  };
  const store = memoryStore();
  const deadLetters = deadLetterFile(join(folder, 'letters.ndjson'));
  const report = await start(store, [pipeline([job('a', work)])], { deadLetters }).report;
  assert.deepEqual([report.state, report.totals.deadLetters, report.totals.documents], ['failed', 2, 1]);
  assert.deepEqual(
    (await deadLetters.first(10)).map(({ source }) => source),
    ['s3://logs/a', 'a'],
  );
  assert.deepEqual(await knownOf(store, 'a'), [keyOf('a')]);
});

test('a pipeline that takes something from what another one stores waits for it, as long as nothing is stored', async () => {
  for (const stored of [false, true]) {
    const begun: string[] = [];
    const gate = Promise.withResolvers<void>();
    const noted = (name: string, wait?: Promise<void>): Work =>
      async function* () {
        begun.push(`${name} begins`);
        await wait;
        begun.push(`${name} ends`);
        yield* [];
      };
    const first = pipeline([job('first', noted('first', gate.promise), { pipeline: 'inventory' })], 1, 'inventory');
    const second: Pipeline = {
      ...pipeline([job('second', noted('second'))]),
      after: { pipeline: 'inventory', hasStored: async () => stored },
    };
    const { report } = startRun({
      id: `after-${stored}`,
      pipelines: [second, first],
      store: memoryStore(),
      deadLetters: deadLetterFile(join(folder, 'after')),
      clock: { now: () => new Date() },
      random: () => 0,
      signal: new AbortController().signal,
    });
    if (stored) while (!begun.includes('second ends')) await new Promise((resolve) => setImmediate(resolve));
    gate.resolve();
    assert.equal((await report).state, 'succeeded');
    assert.equal(begun.indexOf('second begins') > begun.indexOf('first ends'), !stored);
  }
});
