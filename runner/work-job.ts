import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../core/clock.ts';
import type { Emission, Job, ObjectCount, PlannedJob } from '../core/pipeline.ts';
import { OrgscopeError, type Problem, type ProblemCode, toProblem, type Where } from '../core/problem.ts';
import type { JobReport, Store } from '../core/store.ts';
import type { DeadLetterFile } from './dead-letter-file.ts';
import type { Ticket } from './ticket.ts';
import type { Writer } from './writer.ts';

export interface WorkContext {
  /** The id of the run. */
  readonly run: string;
  /** Milliseconds: the time of every sweep of the run. */
  readonly sweepTime: number;
  readonly store: Store;
  readonly writer: Writer;
  readonly deadLetters: DeadLetterFile;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Rejects if another worker has taken over this job. Called before what must not be done by a worker that lost it: retiring, publishing. */
  readonly fence?: () => Promise<void>;
  /** An attempt at a job failed with this problem, and another one follows. */
  readonly onRetry?: (job: Job, problem: Problem) => void;
}

/** The report of a job, how many of its documents were new to the store or newer than what it had, and what it left out. */
export interface Worked {
  readonly report: JobReport;
  readonly written: number;
  readonly objects: readonly ObjectCount[];
}

/** One attempt: either the job has ended, and its report follows once the store has everything; or another attempt may help. */
export type Attempt = { readonly worked: Promise<Worked> } | { readonly again: Problem };

/** The SDK has retried each call already; these attempts are for a service or a network that is away for some seconds. */
export const ATTEMPTS = 3;
export const RETRY_BASE_MS = 1_000;
/** Another attempt may help against these. */
export const RETRIED: readonly ProblemCode[] = ['throttled', 'unreachable'];

/** Works through one job, attempts included. Resolves as soon as it emits no more: its documents are on their way to the store. */
export async function workJob(
  planned: PlannedJob,
  context: WorkContext,
  random: () => number,
): Promise<{ readonly worked: Promise<Worked> }> {
  const attempts = beginJob(planned, context);
  for (let count = 1; ; count++) {
    const attempt = await attempts(count === ATTEMPTS);
    if ('worked' in attempt) return attempt;
    // The next attempt has the same sweep time and the same ids, so what this one stored is not stored twice.
    const delayMs = RETRY_BASE_MS * 2 ** (count - 1) * (0.5 + random());
    await sleep(delayMs, undefined, { signal: context.signal }).catch(() => undefined);
  }
}

/** Yields a function that makes one attempt at the job. An attempt that is said to be the last never ends with `again`. */
export function beginJob(planned: PlannedJob, context: WorkContext): (last: boolean) => Promise<Attempt> {
  const { store, writer, deadLetters, clock, signal, sweepTime } = context;
  const { job } = planned;
  const started = clock.now();
  const tickets: Ticket[] = [];

  async function finish(ticket: Ticket): Promise<Worked> {
    for (const each of tickets) await writer.settled(each);
    if (writer.failure !== undefined && !ticket.problems.some(({ code }) => code === 'interrupted')) {
      // The store failed, and may lack some of the documents: the next run reads the job's sources again.
      ticket.problems.push(interruption(job));
    }
    if (ticket.deadLetters > 0) ticket.problems.push(deadLetterNotice(ticket.deadLetters, deadLetters.path, job));
    await planned.ended?.(stateOf(ticket)).catch((error) => void ticket.problems.push(toProblem(error, whereOf(job))));
    const { documents, dropped, deadLetters: refused, retired, bytes, problems } = ticket;
    const counts = { documents, dropped, deadLetters: refused, retired, bytes };
    return {
      report: { ...reportHead(context.run, job, started, clock.now()), state: stateOf(ticket), ...counts, problems },
      written: tickets.reduce((sum, { written }) => sum + written, 0),
      objects: ticket.objects.counts(),
    };
  }

  async function emit(ticket: Ticket, emission: Emission): Promise<void> {
    if (emission.type === 'retire' || emission.type === 'publish-delivery') await context.fence?.();
    // A collector need not repeat the account, region and object of its job in each problem.
    await writer.emit(ticket, emission.type === 'problem' ? { ...emission, problem: located(emission.problem, job) } : emission);
  }

  return async (last) => {
    const ticket = writer.ticket(job.pipeline, job.id, deadLetters);
    tickets.push(ticket);
    try {
      for await (const emission of planned.run({
        sweepTime,
        signal,
        ledger: store.ledger,
        checkpoint: (key) => store.ledger.checkpoint(job.pipeline, key),
        answer: (query) => (store.patient ?? store).answer(query, signal),
      })) {
        await emit(ticket, emission);
      }
    } catch (error) {
      if (error === writer.failure) {
        // The run reports the store's failure once; what this job had not stored is done by the next run.
        ticket.problems.push(interruption(job));
      } else {
        const problem = signal.aborted ? interruption(job) : toProblem(error, whereOf(job));
        if (RETRIED.includes(problem.code) && !last) {
          context.onRetry?.(job, problem);
          return { again: problem };
        }
        ticket.problems.push(problem);
      }
    }
    return { worked: finish(ticket) };
  };
}

/** The report of a job that was never begun. */
export function failedReport(run: string, job: Job, problem: Problem, at: Date): JobReport {
  const counts = { documents: 0, dropped: 0, deadLetters: 0, retired: 0, bytes: 0 };
  return { ...reportHead(run, job, at, at), state: 'failed', ...counts, problems: [problem] };
}

export function describeJob(job: Job): string {
  return job.object ?? [job.account, job.region, job.kind].filter((part) => part !== undefined).join(' ');
}

type ReportHead = Pick<JobReport, 'run' | 'id' | 'pipeline' | 'account' | 'region' | 'kind' | 'object' | 'started' | 'ended'>;

function reportHead(run: string, job: Job, started: Date, ended: Date): ReportHead {
  return {
    run,
    id: job.id,
    pipeline: job.pipeline,
    ...whereOf(job),
    started: started.toISOString(),
    ended: ended.toISOString(),
  };
}

function stateOf({ problems }: Ticket): JobReport['state'] {
  if (problems.some(({ code }) => code === 'interrupted')) return 'interrupted';
  return problems.some(({ severity }) => severity === 'failed') ? 'failed' : 'succeeded';
}

function whereOf(job: Job): Where {
  return {
    ...(job.account === undefined ? {} : { account: job.account }),
    ...(job.region === undefined ? {} : { region: job.region }),
    ...(job.kind === undefined ? {} : { kind: job.kind }),
    ...(job.object === undefined ? {} : { object: job.object }),
  };
}

const located = (problem: Problem, job: Job): Problem => ({ ...problem, where: { ...whereOf(job), ...problem.where } });

function interruption(job: Job): Problem {
  const error = new OrgscopeError(
    'interrupted',
    'Stopped before it was done.',
    'Run again: what is stored is not read again.',
    whereOf(job),
  );
  return toProblem(error);
}

function deadLetterNotice(count: number, file: string, job: Job): Problem {
  const next = 'Look at the reason of each line; correct the source or report the defect, then import or run it again.';
  const message = `what could not be indexed is kept as dead letters in ${file}`;
  return { code: 'malformed', severity: 'failed', message, next, where: whereOf(job), count };
}
