import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Delivery } from '../core/batch.ts';
import type { Document } from '../core/document.ts';
import type { Emission, Job, JobContext, JobOutcome, PlannedJob } from '../core/pipeline.ts';
import { OrgscopeError, type Problem, type ProblemCode } from '../core/problem.ts';
import type { Query } from '../core/query.ts';
import { type Sweep, sweepKey } from '../core/sweep.ts';
import { memoryStore } from '../tests/support/memory-store.ts';
import { recordedStore } from '../tests/support/recorded-store.ts';
import { deadLetterFile } from './dead-letter-file.ts';
import { beginJob, describeJob, failedReport, type WorkContext, type Worked, workJob } from './work-job.ts';
import { createWriter, DEFAULT_LIMITS } from './writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-work-job-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

const NOW = new Date('2026-11-21T10:00:00.000Z');
const PLACE = { account: '111111111111', region: 'eu-west-1', kind: 'ec2-instance' };
const JOB: Job = { id: 'job-1', pipeline: 'trails', ...PLACE, lane: '111111111111', payload: null };
const SWEEP: Sweep = { ...PLACE, scope: '', time: 2_000 };
const DELIVERY: Delivery = { report: 'costs', month: '2026-11', delivery: 'd1', modified: 1 };
const KEY = 's3://logs/a#1';
/** With this the delay before another attempt, which is a factor from 0.5 on, is none. */
const NO_DELAY = () => -0.5;

const document = (index: string, id: string, version?: number): Document => ({
  index,
  id,
  ...(version === undefined ? { operation: 'create' } : { operation: 'replace', version }),
  body: Buffer.from(JSON.stringify({ orgscope: { sweep: sweepKey(SWEEP) } })),
});
const emit = (...documents: Document[]): Emission => ({ type: 'documents', documents });
const event = (id: string): Emission => emit(document('awscli-trail-2026.11.21', id));
const resource = (id: string, version = SWEEP.time): Document => document('awscli-current', id, version);
const line = (id: string): Emission => emit(document('awsbilling-2026.11', id));
const ACKNOWLEDGE: Emission = { type: 'acknowledge', source: { pipeline: 'trails', key: KEY, documents: 1 } };
const RETIRE: Emission = { type: 'retire', sweep: SWEEP };
const BEGIN: Emission = { type: 'begin-delivery', delivery: DELIVERY };
const PUBLISH: Emission = { type: 'publish-delivery', delivery: DELIVERY };
const problem = (severity: Problem['severity']): Emission => ({
  type: 'problem',
  problem: { code: 'denied', severity, message: 'may not', next: 'Allow it.', where: { call: 'ec2:DescribeInstances' } },
});
const failure = (code: ProblemCode) => new OrgscopeError(code, `it was ${code}`, 'See there.');

/** What an attempt does, step by step: it emits, or throws. The last attempt is repeated where there are more. */
type Attempts = readonly (readonly (Emission | Error)[])[];

function setUp(
  attempts: Attempts,
  options: { before?: (call: string) => Promise<void> | void; context?: Partial<WorkContext> } = {},
) {
  const inner = memoryStore();
  const store = recordedStore(inner, options.before);
  const writer = createWriter(store, () => undefined, { ...DEFAULT_LIMITS, flushAfterMs: 60_000 });
  const outcomes: JobOutcome[] = [];
  const retries: ProblemCode[] = [];
  const contexts: JobContext[] = [];
  const planned: PlannedJob = {
    job: JOB,
    async *run(context) {
      contexts.push(context);
      for (const step of attempts[Math.min(contexts.length, attempts.length) - 1] ?? []) {
        if (step instanceof Error) throw step;
        yield step;
      }
    },
    async ended(outcome) {
      outcomes.push(outcome);
    },
  };
  const context: WorkContext = {
    run: 'run-1',
    sweepTime: SWEEP.time,
    store,
    writer,
    deadLetters: deadLetterFile(join(folder, `${files++}.ndjson`)),
    clock: { now: () => NOW },
    signal: new AbortController().signal,
    onRetry: (_, { code }) => void retries.push(code),
    ...options.context,
  };
  async function work(job = planned): Promise<Worked> {
    const { worked } = await workJob(job, context, NO_DELAY);
    await writer.flush();
    return worked;
  }
  return { inner, store, writer, planned, context, outcomes, retries, contexts, work };
}

/** Each row: what a job's attempts do, and what becomes of it. */
const JOBS: readonly {
  readonly name: string;
  readonly attempts: Attempts;
  readonly state: JobOutcome;
  readonly problems?: readonly ProblemCode[];
  readonly retries?: readonly ProblemCode[];
  readonly calls: readonly string[];
  readonly documents?: number;
  readonly written?: number;
}[] = [
  {
    name: 'a job whose documents are stored has succeeded',
    attempts: [[event('a'), ACKNOWLEDGE]],
    state: 'succeeded',
    calls: [`write a acknowledging ${KEY}`],
    documents: 1,
  },
  { name: 'a job that emits nothing has succeeded', attempts: [[]], state: 'succeeded', calls: [] },
  {
    name: 'a job that reports a failure has failed, and the rest of it is stored',
    attempts: [[problem('failed'), event('a')]],
    state: 'failed',
    problems: ['denied'],
    calls: ['write a'],
    documents: 1,
  },
  {
    name: 'a job that gives notice of something has succeeded',
    attempts: [[problem('notice')]],
    state: 'succeeded',
    problems: ['denied'],
    calls: [],
  },
  {
    name: 'what a job emitted before it failed is stored, and its source is not acknowledged',
    attempts: [[event('a'), failure('malformed'), ACKNOWLEDGE]],
    state: 'failed',
    problems: ['malformed'],
    calls: ['write a'],
    documents: 1,
  },
  {
    name: 'nothing is retired after a page that failed',
    attempts: [[emit(resource('a')), failure('denied'), RETIRE]],
    state: 'failed',
    problems: ['denied'],
    calls: ['write a'],
    documents: 1,
  },
  {
    name: 'a sweep is retired by the attempt that saw all pages',
    attempts: [
      [emit(resource('a')), failure('throttled'), RETIRE],
      [emit(resource('a')), emit(resource('b')), RETIRE],
    ],
    state: 'succeeded',
    retries: ['throttled'],
    calls: ['write a a b', 'retire ec2-instance'],
    documents: 2,
    written: 2,
  },
  {
    name: 'a delivery that is read again is loaded again from its beginning',
    attempts: [
      [BEGIN, line('a'), failure('unreachable')],
      [BEGIN, line('a'), line('b'), PUBLISH],
    ],
    state: 'succeeded',
    retries: ['unreachable'],
    calls: ['begin d1', 'begin d1', 'write a b of d1', 'publish d1'],
    documents: 2,
  },
  {
    name: 'an error that is no OrgscopeError fails the job as unexpected',
    attempts: [[new TypeError('x is undefined')]],
    state: 'failed',
    problems: ['unexpected'],
    calls: [],
  },
  {
    name: 'a job with dead letters has failed, and says how many there are and where',
    attempts: [[emit({ ...document('awscli-trail-2026.11.21', 'x'), body: Buffer.from('{') }), ACKNOWLEDGE]],
    state: 'failed',
    problems: ['malformed'],
    calls: [`write x acknowledging ${KEY}`],
  },
];

for (const row of JOBS) {
  test(row.name, async () => {
    const { store, outcomes, retries, work, context } = setUp(row.attempts);
    const { report, written } = await work();
    assert.equal(report.state, row.state);
    assert.deepEqual(
      report.problems.map(({ code }) => code),
      row.problems ?? [],
    );
    assert.deepEqual(retries, row.retries ?? []);
    assert.deepEqual(store.calls, row.calls);
    assert.deepEqual([report.documents, written], [row.documents ?? 0, row.written ?? row.documents ?? 0]);
    assert.deepEqual(outcomes, [row.state], 'ended is called once, after all attempts');
    for (const { where } of report.problems) {
      assert.deepEqual({ account: where.account, region: where.region, kind: where.kind }, PLACE);
    }
    if (report.deadLetters === 0) return;
    assert.equal(report.problems[0]?.count, report.deadLetters);
    assert.ok(report.problems[0]?.message.includes(context.deadLetters.path));
  });
}

/** How many attempts each code gets that a job fails with. */
const ATTEMPTS_OF: Readonly<Record<ProblemCode, number>> = {
  denied: 1,
  credentials: 1,
  throttled: 3,
  unreachable: 3,
  malformed: 1,
  missing: 1,
  empty: 1,
  usage: 1,
  conflict: 1,
  store: 1,
  interrupted: 1,
  unexpected: 1,
};

for (const [code, count] of Object.entries(ATTEMPTS_OF) as [ProblemCode, number][]) {
  test(`a job that fails as ${code} gets ${count === 1 ? 'one attempt' : `${count} attempts`}`, async () => {
    const { contexts, retries, work } = setUp([[failure(code)]]);
    const { report } = await work();
    assert.equal(contexts.length, count);
    assert.deepEqual(
      retries,
      Array.from({ length: count - 1 }, () => code),
    );
    assert.equal(report.state, code === 'interrupted' ? 'interrupted' : 'failed');
    assert.deepEqual(
      report.problems.map(({ message }) => message),
      [`it was ${code}`],
      'only the last attempt is reported',
    );
  });
}

test('the report has the times, the place and the counts of a job', async () => {
  const { work } = setUp([
    [
      event('a'),
      { type: 'dropped', count: 4, reason: 'of another service' },
      { type: 'left-out', reason: 'empty', object: 's3://logs/b' },
    ],
  ]);
  const { report, objects } = await work();
  const at = NOW.toISOString();
  const { bytes, ...rest } = report;
  assert.deepEqual(rest, {
    run: 'run-1',
    id: 'job-1',
    pipeline: 'trails',
    ...PLACE,
    started: at,
    ended: at,
    state: 'succeeded',
    documents: 1,
    dropped: 4,
    deadLetters: 0,
    retired: 0,
    problems: [],
  });
  assert.equal(bytes, document('x', 'a').body.byteLength);
  assert.deepEqual(objects, [{ type: 'left-out', pipeline: 'trails', reason: 'empty', count: 1, object: 's3://logs/b' }]);
});

test('a problem keeps the place that it names and gets the rest of it from the job', async () => {
  const where = { region: 'us-east-1', call: 'ec2:DescribeInstances' };
  const { work } = setUp([
    [{ type: 'problem', problem: { code: 'denied', severity: 'failed', message: 'may not', next: '', where } }],
  ]);
  assert.deepEqual((await work()).report.problems[0]?.where, { ...PLACE, ...where });
});

test('a job is reported once the store has all that it emitted, and its ended is called after that', async () => {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const { store, writer, planned, context, outcomes } = setUp([[event('a'), ACKNOWLEDGE]], { before: () => opened });
  const { worked } = await workJob(planned, context, NO_DELAY);
  const flushed = writer.flush();
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  assert.deepEqual([outcomes, store.calls.length], [[], 1]);
  open();
  await flushed;
  assert.equal((await worked).report.state, 'succeeded');
  assert.deepEqual([outcomes, (await store.ledger.known('trails', [KEY])).size], [['succeeded'], 1]);
});

test('a job fails when its ended rejects, and its documents stay', async () => {
  const { planned, work } = setUp([[event('a')]]);
  const { report } = await work({ ...planned, ended: () => Promise.reject(failure('unreachable')) });
  assert.deepEqual([report.state, report.documents, report.problems.map(({ code }) => code)], ['failed', 1, ['unreachable']]);
});

for (const code of ['throttled', 'malformed'] as const) {
  test(`a job that fails as ${code} while the run is stopped is interrupted and not attempted again`, async () => {
    const { work, contexts, retries, outcomes } = setUp([[failure(code)]], { context: { signal: AbortSignal.abort() } });
    const { report } = await work();
    assert.deepEqual([report.state, report.problems.map((each) => each.code)], ['interrupted', ['interrupted']]);
    assert.deepEqual([contexts.length, retries, outcomes], [1, [], ['interrupted']]);
  });
}

test('a run that is stopped between two attempts makes the next one at once', async () => {
  const stop = new AbortController();
  const { planned, context, contexts, writer } = setUp([[failure('throttled')], []], {
    context: { signal: stop.signal, onRetry: () => stop.abort() },
  });
  const { worked } = await workJob(planned, context, () => 1e6);
  await writer.flush();
  assert.equal((await worked).report.state, 'succeeded');
  assert.equal(contexts.length, 2);
});

test('a job is interrupted, not failed, when the store fails at its documents', async () => {
  const { work, outcomes, writer, store } = setUp([[event('a'), ACKNOWLEDGE]], {
    before: () => Promise.reject(failure('store')),
  });
  const { report } = await work();
  assert.equal(writer.failure?.message, 'it was store');
  assert.deepEqual(
    [report.state, report.documents, report.problems.map(({ code }) => code)],
    ['interrupted', 0, ['interrupted']],
  );
  assert.deepEqual(outcomes, ['interrupted']);
  assert.equal((await store.ledger.known('trails', [KEY])).size, 0);
});

test('a job that the store refuses half-way through is interrupted once and not attempted again', async () => {
  const { work, contexts } = setUp([[BEGIN, line('a'), PUBLISH]], { before: () => Promise.reject(failure('unreachable')) });
  const { report } = await work();
  assert.deepEqual([report.state, report.problems.map(({ code }) => code)], ['interrupted', ['interrupted']]);
  assert.equal(contexts.length, 1);
});

/** Each row: what must not happen twice, and what reaches the store when another process has the job. */
const FENCED: readonly { readonly act: string; readonly emissions: readonly Emission[]; readonly calls: readonly string[] }[] = [
  { act: 'retires no sweep', emissions: [emit(resource('a')), RETIRE], calls: ['write a'] },
  { act: 'publishes no delivery', emissions: [BEGIN, line('a'), PUBLISH], calls: ['begin d1', 'write a of d1'] },
];

for (const { act, emissions, calls } of FENCED) {
  test(`a process that has lost its job to another ${act}`, async () => {
    const { store, work } = setUp([emissions], { context: { fence: () => Promise.reject(failure('conflict')) } });
    const { report } = await work();
    assert.deepEqual([report.state, report.problems.map(({ code }) => code)], ['failed', ['conflict']]);
    assert.deepEqual(store.calls, calls);
  });

  test(`a process ${act} before the fence has let it pass, and writes documents without it`, async () => {
    let asked = 0;
    const { promise: passed, resolve: pass } = Promise.withResolvers<void>();
    const fence = (): Promise<void> => {
      asked++;
      return passed;
    };
    const { store, work, writer } = setUp([emissions], { context: { fence } });
    const working = work();
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    await writer.flush();
    assert.deepEqual([asked, store.calls], [1, calls]);
    pass();
    assert.equal((await working).report.state, 'succeeded');
    assert.equal(store.calls.length, calls.length + 1);
  });
}

test('a last attempt has no other one after it, whatever it fails with', async () => {
  const { planned, context, writer, retries } = setUp([[failure('throttled')]]);
  const attempt = beginJob(planned, context);
  const first = await attempt(false);
  assert.equal('again' in first && first.again.code, 'throttled');
  const last = await attempt(true);
  await writer.flush();
  assert.equal('worked' in last && (await last.worked).report.state, 'failed');
  assert.deepEqual(retries, ['throttled']);
});

const QUESTION: Query = { type: 'rows', view: 'awscli', filter: { type: 'all' }, sort: [], limit: 1, offset: 0 };
const NOTHING = { type: 'rows', total: 0, hits: [] } as const;

test('what a job asks waits for a store that may be away, until the run is stopped', async () => {
  const stop = new AbortController();
  const asked: AbortSignal[] = [];
  const patient = {
    async answer(_: Query, signal: AbortSignal) {
      asked.push(signal);
      return NOTHING;
    },
  };
  const { planned, work } = setUp([], { context: { store: { ...memoryStore(), patient }, signal: stop.signal } });
  const { report } = await work({
    ...planned,
    async *run({ answer }) {
      assert.deepEqual(await answer(QUESTION), NOTHING);
      yield event('a');
    },
  });
  assert.deepEqual([report.state, asked], ['succeeded', [stop.signal]]);
});

test('a job knows the time of its sweep, what is acknowledged and what is stored', async () => {
  const { inner, planned, work } = setUp([]);
  await inner.write({ documents: [resource('a')], bytes: 0, sources: [{ pipeline: 'trails', key: KEY, documents: 1 }] });
  const { report } = await work({
    ...planned,
    async *run({ sweepTime, ledger, answer }) {
      assert.equal(sweepTime, SWEEP.time);
      assert.deepEqual(await ledger.known('trails', [KEY, 'another']), new Set([KEY]));
      const rows = await answer({ ...QUESTION, view: 'awscli-current' });
      assert.equal('total' in rows && rows.total, 1);
      yield event('a');
    },
  });
  assert.deepEqual(report.problems, []);
});

test('a job that could not be begun is reported as failed with its place', () => {
  const why: Problem = { code: 'missing', severity: 'failed', message: 'gone', next: '', where: {} };
  const { state, account, started, ended, problems, documents } = failedReport('run-1', JOB, why, NOW);
  assert.deepEqual([state, account, documents, problems], ['failed', PLACE.account, 0, [why]]);
  assert.deepEqual([started, ended], [NOW.toISOString(), NOW.toISOString()]);
});

test('a job is described by its object, else by its account, region and kind', () => {
  const bare: Job = { id: 'x', pipeline: 's3', lane: '', payload: null };
  assert.deepEqual([JOB, { ...bare, account: '1' }, { ...JOB, object: 's3://logs/a' }, bare].map(describeJob), [
    '111111111111 eu-west-1 ec2-instance',
    '1',
    's3://logs/a',
    '',
  ]);
});
