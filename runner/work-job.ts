import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../core/clock.ts';
import type { Emission, Job, LeftOutCount, PlannedJob } from '../core/pipeline.ts';
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
  /** Rejects if this job is another's by now; asked before what can't be said twice: retiring, and showing a delivery. */
  readonly fence?: () => Promise<void>;
  /** An attempt at a job failed of this, and another one follows. */
  readonly onRetry?: (job: Job, problem: Problem) => void;
}

/** What became of a job, how many of its documents were new to the store or newer than what it had, and what it left out. */
export interface Worked {
  readonly report: JobReport;
  readonly written: number;
  readonly leftOut: readonly LeftOutCount[];
}

/** One attempt: it is over, and the report follows once the store has everything; or what failed it may pass. */
export type Attempt = { readonly worked: Promise<Worked> } | { readonly again: Problem };

/** The SDK has retried each call already; this is for a service or a network that stays away for some seconds. */
export const ATTEMPTS = 3;
export const RETRY_BASE_MS = 1_000;
/** What another attempt may help against. */
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
    // The same sweep time and the same ids: what the first attempt stored is not stored twice.
    const delayMs = RETRY_BASE_MS * 2 ** (count - 1) * (0.5 + random());
    await sleep(delayMs, undefined, { signal: context.signal }).catch(() => undefined);
  }
}

/** The attempts of one job, made by calling what this returns; after the last one there is no `again`. */
export function beginJob(planned: PlannedJob, context: WorkContext): (last: boolean) => Promise<Attempt> {
  const { store, writer, deadLetters, clock, signal, sweepTime } = context;
  const { job } = planned;
  const started = clock.now();
  const tickets: Ticket[] = [];

  async function finish(ticket: Ticket): Promise<Worked> {
    for (const each of tickets) await writer.settled(each);
    if (writer.failure !== undefined && !ticket.problems.some(({ code }) => code === 'interrupted')) {
      // Not all of it was stored, or nobody knows: the next run does it.
      ticket.problems.push(interruption(job));
    }
    if (ticket.deadLetters > 0) ticket.problems.push(deadLetterNotice(ticket.deadLetters, deadLetters.path, job));
    await planned.ended?.(stateOf(ticket)).catch((error) => void ticket.problems.push(toProblem(error, place(job))));
    const { documents, dropped, deadLetters: letters, retired, bytes, problems } = ticket;
    const counts = { documents, dropped, deadLetters: letters, retired, bytes };
    return {
      report: { ...reportHead(context.run, job, started, clock.now()), state: stateOf(ticket), ...counts, problems },
      written: tickets.reduce((sum, { written }) => sum + written, 0),
      leftOut: ticket.leftOut.counts(),
    };
  }

  async function emit(ticket: Ticket, emission: Emission): Promise<void> {
    if (emission.type === 'retire' || emission.type === 'publish-delivery') await context.fence?.();
    // What a collector says need not repeat where the job is at work.
    await writer.emit(ticket, emission.type === 'problem' ? { ...emission, problem: placed(emission.problem, job) } : emission);
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
        const problem = signal.aborted ? interruption(job) : toProblem(error, place(job));
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

/** A job that could not even be begun, or that must not be. */
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
    ...place(job),
    started: started.toISOString(),
    ended: ended.toISOString(),
  };
}

function stateOf({ problems }: Ticket): JobReport['state'] {
  if (problems.some(({ code }) => code === 'interrupted')) return 'interrupted';
  return problems.some(({ severity }) => severity === 'failed') ? 'failed' : 'succeeded';
}

function place(job: Job): Where {
  return {
    ...(job.account === undefined ? {} : { account: job.account }),
    ...(job.region === undefined ? {} : { region: job.region }),
    ...(job.kind === undefined ? {} : { kind: job.kind }),
    ...(job.object === undefined ? {} : { object: job.object }),
  };
}

const placed = (problem: Problem, job: Job): Problem => ({ ...problem, where: { ...place(job), ...problem.where } });

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
  const message = `what could not be indexed is kept as dead letters in ${file}`;
  return { code: 'malformed', severity: 'failed', message, next, where: place(job), count };
}
