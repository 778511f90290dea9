import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineProgress, Progress } from '../core/api.ts';
import type { PipelineName } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import type { Job, Pipeline, PlannedJob } from '../core/pipeline.ts';
import { OrgscopeError, type Problem, type ProblemCode, toProblem, type Where } from '../core/problem.ts';
import type { JobReport, Ledger, RunReport, Store } from '../core/store.ts';
import { fairQueue } from '../queue/fair-queue.ts';
import type { DeadLetterFile } from './dead-letter-file.ts';
import { createWriter, DEFAULT_LIMITS, type Ticket, type WriterLimits } from './writer.ts';

export interface RunOptions {
  readonly id: string;
  readonly pipelines: readonly Pipeline[];
  readonly store: Store;
  readonly deadLetters: DeadLetterFile;
  readonly clock: Clock;
  /** Between 0 and 1, for the jitter of retries. */
  readonly random: () => number;
  /** Stops taking jobs, lets what was read be stored, and ends the run as `interrupted`. */
  readonly signal: AbortSignal;
  readonly limits?: WriterLimits;
  /** Leaves out the sweeps that runs of the last day completed before they were interrupted. */
  readonly resume?: boolean;
  /** An attempt at a job failed of this, and another one follows. */
  readonly onRetry?: (job: Job, problem: Problem) => void;
}

/** A run under way. */
export interface Run {
  readonly id: string;
  progress(): Progress;
  /** Never rejects: whatever went wrong is in the report. */
  readonly report: Promise<RunReport>;
}

/** Jobs planned ahead of the workers: enough to take turns between accounts, far too few to matter in memory. */
const PLANNED_AHEAD = 2_000;
/** The SDK has retried each call already; this is for a service or a network that stays away for some seconds. */
const ATTEMPTS = 3;
const RETRIED: readonly ProblemCode[] = ['throttled', 'unreachable'];
const RETRY_BASE_MS = 1_000;
/** Job reports are saved in groups, so that the ledger costs few transactions. */
const REPORTS_PER_SAVE = 200;

/** A sweep of yesterday is no look at today. */
const RESUMED_WITHIN_MS = 24 * 60 * 60_000;
const RESUMED_RUNS = 50;

type Counter = { -readonly [Key in keyof PipelineProgress]: PipelineProgress[Key] };

/** Runs pipelines into a store: plans, works through the jobs, retries, writes, acknowledges and reports. */
export function startRun(options: RunOptions): Run {
  const { pipelines, store, clock } = options;
  const started = clock.now();
  const aborter = new AbortController();
  const signal = AbortSignal.any([options.signal, aborter.signal]);
  const writer = createWriter(store, options.deadLetters, () => aborter.abort(), options.limits ?? DEFAULT_LIMITS);
  const problems: Problem[] = [];
  const totals = { documents: 0, dropped: 0, deadLetters: 0, retired: 0, bytes: 0, jobs: 0, failedJobs: 0, skippedSources: 0 };
  const names = pipelines.map(({ name }) => name);
  const unsaved: JobReport[] = [];
  let sweptBefore: ReadonlySet<string> = new Set();
  const counters: Counter[] = pipelines.map(({ name }) => ({
    pipeline: name,
    planned: 0,
    planning: true,
    done: 0,
    failed: 0,
    documents: 0,
    bytes: 0,
    current: '',
  }));

  function snapshot(state: RunReport['state']): RunReport {
    return {
      id: options.id,
      pipelines: pipelines.map(({ name }) => name),
      state,
      started: started.toISOString(),
      ...(state === 'running' ? {} : { ended: clock.now().toISOString() }),
      problems: [...problems],
      totals: { ...totals, written: writer.written },
    };
  }

  async function saveJobs(atLeast: number): Promise<void> {
    if (unsaved.length >= atLeast) await store.ledger.saveJobs(unsaved.splice(0));
  }

  async function finish(job: Job, ticket: Ticket, jobStarted: Date, counter: Counter): Promise<void> {
    await writer.settled(ticket);
    if (ticket.deadLetters > 0) ticket.problems.push(deadLetterNotice(ticket.deadLetters, options.deadLetters.path, job));
    const interrupted = ticket.problems.some((problem) => problem.code === 'interrupted');
    const failed = ticket.problems.some((problem) => problem.severity === 'failed');
    const { documents, dropped, deadLetters, retired, bytes } = ticket;
    unsaved.push({
      run: options.id,
      id: job.id,
      pipeline: job.pipeline,
      ...place(job),
      ...(job.object === undefined ? {} : { object: job.object }),
      state: interrupted ? 'interrupted' : failed ? 'failed' : 'succeeded',
      started: jobStarted.toISOString(),
      ended: clock.now().toISOString(),
      documents,
      dropped,
      deadLetters,
      retired,
      bytes,
      problems: ticket.problems,
    });
    totals.documents += documents;
    totals.dropped += dropped;
    totals.deadLetters += deadLetters;
    totals.retired += retired;
    totals.bytes += bytes;
    totals.jobs++;
    counter.documents += documents;
    counter.bytes += bytes;
    counter.done++;
    if (failed && !interrupted) {
      totals.failedJobs++;
      counter.failed++;
    }
  }

  /** One attempt; true if another one may help. */
  async function attempt(planned: PlannedJob, ticket: Ticket, last: boolean): Promise<boolean> {
    try {
      for await (const emission of planned.run({ sweepTime: started.getTime(), signal, answer: (query) => store.answer(query) }))
        await writer.emit(ticket, emission);
    } catch (error) {
      if (error === writer.failure) {
        // The run reports the store's failure once; what this job had not stored is done by the next run.
        ticket.problems.push(interruption(planned.job));
        return false;
      }
      const problem = signal.aborted ? interruption(planned.job) : toProblem(error, place(planned.job));
      if (RETRIED.includes(problem.code) && !last) {
        options.onRetry?.(planned.job, problem);
        return true;
      }
      ticket.problems.push(problem);
    }
    return false;
  }

  async function work(planned: PlannedJob, counter: Counter): Promise<() => Promise<void>> {
    const { job } = planned;
    const jobStarted = clock.now();
    counter.current = describe(job);
    for (let count = 1; ; count++) {
      const ticket = writer.ticket(job.pipeline, job.id);
      if (!(await attempt(planned, ticket, count === ATTEMPTS))) return () => finish(job, ticket, jobStarted, counter);
      // The same sweep time and the same ids: what the first attempt stored is not stored twice.
      await sleep(RETRY_BASE_MS * 2 ** (count - 1) * (0.5 + options.random()), undefined, { signal }).catch(() => undefined);
    }
  }

  async function drive(pipeline: Pipeline, counter: Counter): Promise<void> {
    const queue = fairQueue<PlannedJob>(PLANNED_AHEAD);
    const stop = () => queue.clear();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();

    const planner = (async () => {
      try {
        const context = {
          sweepTime: started.getTime(),
          ledger: store.ledger,
          signal,
          report: (problem: Problem) => void problems.push(problem),
          skipped: (count: number) => {
            totals.skippedSources += count;
          },
        };
        for await (const planned of pipeline.plan(context)) {
          if (signal.aborted) break;
          if (sweptBefore.has(planned.job.id)) {
            totals.skippedSources++;
            continue;
          }
          counter.planned++;
          await queue.push(planned.job.lane, planned);
        }
      } catch (error) {
        if (!signal.aborted) problems.push(toProblem(error));
      } finally {
        counter.planning = false;
        queue.close();
      }
    })();

    // A worker goes on to its next job while the last one's documents are still being stored.
    const finishing = new Set<Promise<void>>();
    const worker = async () => {
      for (let planned = await queue.take(); planned !== undefined; planned = await queue.take()) {
        const end = (await work(planned, counter))();
        const tracked = end.then(() => void finishing.delete(tracked));
        finishing.add(tracked);
        await saveJobs(REPORTS_PER_SAVE);
      }
    };
    await Promise.all([planner, ...Array.from({ length: pipeline.concurrency }, worker)]);
    await writer.flush();
    await Promise.all(finishing);
    counter.current = '';
    signal.removeEventListener('abort', stop);
  }

  async function run(): Promise<RunReport> {
    try {
      if (options.resume === true) sweptBefore = await sweptByInterrupted(store.ledger, names, started);
      await store.ledger.saveRun(snapshot('running'));
      await Promise.all(pipelines.map((pipeline, index) => drive(pipeline, counters[index] as Counter)));
      await saveJobs(1);
    } catch (error) {
      problems.push(toProblem(error));
    }
    if (writer.failure !== undefined) problems.push(toProblem(writer.failure));
    const failed = totals.failedJobs > 0 || problems.some((problem) => problem.severity === 'failed');
    const state = options.signal.aborted ? 'interrupted' : failed ? 'failed' : 'succeeded';
    try {
      await store.ledger.saveRun(snapshot(state));
    } catch (error) {
      // Nowhere left to write it down, but the caller still shows it.
      problems.push(toProblem(error));
      return snapshot('failed');
    }
    return snapshot(state);
  }

  return {
    id: options.id,
    progress: () => ({
      run: options.id,
      elapsedMs: clock.now().getTime() - started.getTime(),
      pipelines: counters.map((counter) => ({ ...counter })),
    }),
    report: run(),
  };
}

/** What the last runs completed, back to the last one that came to its end. A run that still says running was killed. */
async function sweptByInterrupted(ledger: Ledger, names: readonly PipelineName[], now: Date): Promise<ReadonlySet<string>> {
  const swept = new Set<string>();
  for (const { id, state, started, pipelines } of await ledger.runs(RESUMED_RUNS)) {
    if (!pipelines.some((name) => names.includes(name))) continue;
    const old = now.getTime() - Date.parse(started) > RESUMED_WITHIN_MS;
    if (old || (state !== 'interrupted' && state !== 'running')) break;
    for (const job of await ledger.swept(id)) swept.add(job);
  }
  return swept;
}

function place(job: Job): Pick<Where, 'account' | 'region' | 'kind'> {
  return {
    ...(job.account === undefined ? {} : { account: job.account }),
    ...(job.region === undefined ? {} : { region: job.region }),
    ...(job.kind === undefined ? {} : { kind: job.kind }),
  };
}

function describe(job: Job): string {
  return job.object ?? [job.account, job.region, job.kind].filter((part) => part !== undefined).join(' ');
}

function interruption(job: Job): Problem {
  const error = new OrgscopeError(
    'interrupted',
    'Stopped before it was done.',
    'Run again: what is stored is not read again.',
    place(job),
  );
  return toProblem(error);
}

function deadLetterNotice(count: number, file: string, job: Job): Problem {
  const next = 'Look at the reason of each line; mend the source or report it, then import or run it again.';
  return { code: 'malformed', severity: 'failed', message: `${count} dead letters in ${file}`, next, where: place(job) };
}
