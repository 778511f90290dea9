import { setTimeout as sleep } from 'node:timers/promises';
import { LONG_POLL_SECONDS } from '../collectors/objects/queue-limits.ts';
import type { NotificationQueue, Received } from '../collectors/objects/sqs-notifications.ts';
import type { Clock } from '../core/clock.ts';
import type { Emission, Pipeline } from '../core/pipeline.ts';
import { type Problem, toProblem } from '../core/problem.ts';
import { isS3Location } from '../core/s3-location.ts';
import type { RunReport } from '../core/store.ts';
import type { WorkGate } from '../runner/work-gate.ts';
import type { WriterLimits } from '../runner/writer.ts';
import type { LiveOpener, LiveQueue } from './compose.ts';

export interface FollowOptions extends LiveOpener {
  /** The queues that the lists name, asked again and again: an edited list takes effect without a new start. */
  queues(): Promise<readonly LiveQueue[]>;
  /** Runs it to its end, and never rejects. */
  run(pipeline: Pipeline): Promise<RunReport>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A run begins with a message and ends after this time, so that reports are few and each covers a limited time. */
const RUN_MS = 60 * 60_000;
const LIST_EVERY_MS = 60_000;
/** A failure is likely to happen again: the queue is tried after one minute, two, four, …, and the failure is reported again only when it changes. */
const FIRST_RETRY_MS = 60_000;
const MAX_RETRY_MS = 15 * 60_000;

/**
 * Keeps listening to all queues that the lists name until stopped: what S3 delivers is stored seconds later. While nothing comes there is no run, so
 * that the list of runs shows what happened. Resolves once every queue is closed; never rejects.
 */
export async function followQueues(options: FollowOptions): Promise<void> {
  const { signal } = options;
  const listening = new Map<string, { readonly stop: AbortController; readonly ended: Promise<void> }>();
  while (!signal.aborted) {
    // Scheduled runs report what is wrong with a list.
    const queues = await options.queues().catch(() => undefined);
    if (queues !== undefined) {
      const wanted = new Map(
        queues.map((queue) => [`${queue.pipeline} ${queue.target.identity.key} ${queue.target.url}`, queue]),
      );
      for (const [key, { stop }] of listening) {
        if (wanted.has(key)) continue;
        stop.abort();
        listening.delete(key);
      }
      for (const [key, queue] of wanted) {
        if (listening.has(key)) continue;
        const stop = new AbortController();
        const ended = listen(queue, options, AbortSignal.any([signal, stop.signal]));
        listening.set(key, { stop, ended });
      }
    }
    await pause(LIST_EVERY_MS, signal);
  }
  await Promise.all([...listening.values()].map(({ ended }) => ended));
}

async function listen({ pipeline, target }: LiveQueue, options: FollowOptions, signal: AbortSignal): Promise<void> {
  const { clock } = options;
  const queue = options.open(target);
  let retryMs = FIRST_RETRY_MS;
  let reported: string | undefined;
  const wait = async (): Promise<void> => {
    await pause(retryMs, signal);
    retryMs = Math.min(MAX_RETRY_MS, retryMs * 2);
  };

  while (!signal.aborted) {
    let first: () => Promise<Received>;
    try {
      const received = await queue.receive(signal, LONG_POLL_SECONDS);
      reported = undefined;
      // A message that is not understood comes again until SQS moves it to its dead-letter queue; there is nothing to run for it.
      if (received.messages.length === 0 && received.problems.length === 0) continue;
      first = async () => received;
    } catch (error) {
      if (signal.aborted) break;
      const { code, message } = toProblem(error);
      if (reported === `${code} ${message}`) {
        await wait();
        continue;
      }
      reported = `${code} ${message}`;
      // Starts a run that fails at once, since people look for failures in the runs.
      first = () => Promise.reject(error);
    }
    const until = clock.now().getTime() + RUN_MS;
    const isOver = (): boolean => clock.now().getTime() >= until;
    const { problems } = await options.run(await options.pipeline(pipeline, beginningWith(queue, first), isOver));
    if (problems.some(isLasting)) await wait();
    else retryMs = FIRST_RETRY_MS;
  }
  queue.close();
}

/** Objects that arrive minutes apart need no large batches, and other runs of this process have memory budgets too. */
export const LIVE_LIMITS: WriterLimits = {
  batchBytes: 4 * 1024 * 1024,
  batchDocuments: 8192,
  budgetBytes: 12 * 1024 * 1024,
  flushAfterMs: 500,
};

/** Yields the same pipeline, whose running jobs make a backfill's jobs wait. */
export function aheadOfBackfills(pipeline: Pipeline, gate: WorkGate): Pipeline {
  async function* during(emissions: AsyncIterable<Emission>): AsyncIterable<Emission> {
    const leave = gate.enter();
    try {
      yield* emissions;
    } finally {
      leave();
    }
  }
  return {
    ...pipeline,
    async *plan(context) {
      for await (const planned of pipeline.plan(context)) yield { ...planned, run: (job) => during(planned.run(job)) };
    },
  };
}

/** Whether the problem concerns the queue or the store, and so the next message too. */
const isLasting = ({ severity, code, where }: Problem): boolean =>
  severity === 'failed' && code !== 'malformed' && !isS3Location(where.object ?? '');

/** Yields the same queue; its first `receive` returns what was received before. */
function beginningWith(queue: NotificationQueue, first: () => Promise<Received>): NotificationQueue {
  let begun = false;
  return {
    ...queue,
    receive(signal, waitSeconds) {
      if (begun) return queue.receive(signal, waitSeconds);
      begun = true;
      return first();
    },
  };
}

const pause = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal }).catch(() => undefined);
