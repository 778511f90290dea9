import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../core/clock.ts';
import type { Pipeline } from '../core/pipeline.ts';
import type { Ledger, RunReport, RunState } from '../core/store.ts';
import { nullStore } from '../tests/support/null-store.ts';
import { conductRun, type RunDriver } from './conduct-run.ts';
import { type RunTally, runTally } from './run-tally.ts';
import { NO_COUNTS } from './settled-counts.ts';

const clock: Clock = { now: () => new Date('2026-11-28T10:00:00Z') };
const trails: Pipeline = {
  name: 'trails',
  concurrency: 1,
  async *plan() {},
  revive: () => assert.fail('nothing is revived'),
};

/** Conducts a run and yields its report, what the ledger was given of it, and the steps in their order. */
async function conduct(
  makeDriver: (tally: RunTally) => Partial<RunDriver>,
  { failAt = 0, resume = false, saveEveryMs }: { failAt?: number; resume?: boolean; saveEveryMs?: number } = {},
) {
  const saved: RunReport[] = [];
  const steps: string[] = [];
  let saves = 0;
  const ledger: Ledger = {
    ...nullStore().ledger,
    async saveRun(report) {
      steps.push(`save ${report.state}`);
      if (++saves === failAt) throw new Error('the ledger is away');
      saved.push(report);
    },
    runs: async () => [
      { ...runTally({ id: 'before', pipelines: [trails], clock }).report('interrupted'), started: '2026-11-28T09:00:00Z' },
    ],
    swept: async () => new Set(['swept']),
  };
  const tally = runTally({ id: 'run', pipelines: [trails], clock });
  const made = makeDriver(tally);
  const driver: RunDriver = {
    async begin() {
      steps.push('begin');
      await made.begin?.();
    },
    async work(sweptBefore) {
      steps.push(`work without ${[...sweptBefore].join()}`);
      await made.work?.(sweptBefore);
    },
    async saveReports() {
      steps.push('save reports');
      await made.saveReports?.();
    },
    async settle() {
      steps.push('settle');
      await made.settle?.();
    },
    isInterrupted: made.isInterrupted ?? (() => false),
  };
  const report = await conductRun(tally, driver, { ledger, resume, saveEveryMs });
  return { report, saved, steps };
}

test('a run is saved before its work and after it, when its job reports are saved', async () => {
  const { report, saved, steps } = await conduct(() => ({}));
  assert.deepEqual(steps, ['begin', 'save running', 'work without ', 'save reports', 'settle', 'save succeeded']);
  assert.deepEqual(saved.at(-1), report);
  assert.deepEqual([report.ended, saved[0]?.ended], ['2026-11-28T10:00:00.000Z', undefined]);
});

test('a run that resumes leaves out what the interrupted run before it completed', async () => {
  const { steps } = await conduct(() => ({}), { resume: true });
  assert.ok(steps.includes('work without swept'), steps.join());
});

const away = (): Promise<void> => Promise.reject(new Error('away'));
const ends: readonly {
  readonly title: string;
  readonly driver: (tally: RunTally) => Partial<RunDriver>;
  readonly failAt?: number;
  readonly state: RunState;
  readonly problems?: readonly string[];
  readonly works?: boolean;
}[] = [
  { title: 'nothing fails', driver: () => ({}), state: 'succeeded' },
  {
    title: 'a job failed',
    driver: (tally) => ({ work: async () => tally.pipelines[0]?.addCounts({ ...NO_COUNTS, jobs: 1, failedJobs: 1 }) }),
    state: 'failed',
  },
  {
    title: 'a problem that only informs',
    driver: (tally) => ({
      settle: async () =>
        tally.problems.add({ code: 'empty', severity: 'notice', message: 'nothing there', next: '', where: {} }),
    }),
    state: 'succeeded',
    problems: ['nothing there'],
  },
  { title: 'it cannot begin', driver: () => ({ begin: away }), state: 'failed', problems: ['away'], works: false },
  { title: 'the work fails', driver: () => ({ work: away }), state: 'failed', problems: ['away'] },
  { title: 'job reports can not be saved', driver: () => ({ saveReports: away }), state: 'failed', problems: ['away'] },
  { title: 'it cannot be settled', driver: () => ({ settle: away }), state: 'failed', problems: ['away'] },
  { title: 'it was stopped', driver: () => ({ isInterrupted: () => true }), state: 'interrupted' },
  {
    title: 'it was stopped and something failed',
    driver: () => ({ work: away, isInterrupted: () => true }),
    state: 'interrupted',
    problems: ['away'],
  },
  {
    title: 'the ledger refuses the first report',
    driver: () => ({}),
    failAt: 1,
    state: 'failed',
    problems: ['the ledger is away'],
    works: false,
  },
  {
    title: 'the ledger refuses the last report',
    driver: () => ({}),
    failAt: 2,
    state: 'failed',
    problems: ['the ledger is away'],
  },
];
for (const { title, driver, failAt = 0, state, problems = [], works = true } of ends) {
  test(`${title}: the run ends as ${state}`, async () => {
    const { report, steps } = await conduct(driver, { failAt });
    assert.equal(report.state, state);
    assert.deepEqual(
      report.problems.map(({ message }) => message),
      problems,
    );
    assert.equal(
      steps.some((step) => step.startsWith('work')),
      works,
    );
    assert.ok(steps.includes('settle'), 'it is settled in any case');
  });
}

test('a run that lasts is saved in between, job reports first, once more jobs have ended', async () => {
  const settled = Promise.withResolvers<void>();
  const { steps, saved } = await conduct(
    (tally) => ({
      async work() {
        tally.pipelines[0]?.addCounts({ ...NO_COUNTS, jobs: 1, documents: 7 });
        await settled.promise;
      },
      saveReports: async () => void setTimeout(settled.resolve, 20),
    }),
    { saveEveryMs: 2 },
  );
  const expected = ['begin', 'save running', 'work without ', 'save reports', 'save running', 'save reports', 'settle'];
  assert.deepEqual(steps, [...expected, 'save succeeded']);
  assert.deepEqual([saved[1]?.totals.jobs, saved[1]?.totals.documents], [1, 7]);
});
