import type { NotificationQueue, QueueMessage } from '../collectors/objects/sqs-notifications.ts';
import { LONG_POLL_SECONDS, MESSAGES_PER_RECEIVE } from '../collectors/objects/sqs-notifications.ts';
import type { SourceObject } from '../core/object.ts';
import type { JobOutcome, PlanContext, PlannedJob } from '../core/pipeline.ts';
import { toProblem } from '../core/problem.ts';
import { trailObjectName } from '../processors/find-trail-objects.ts';

/**
 * Yields jobs of the objects that a queue tells of. SQS is the queue here and its messages are what must not be lost: each is held until the
 * ledger has all its objects, and then deleted; it is given back where one of them failed. So only few jobs are planned ahead, whatever
 * waits in the queue: another process may take the rest.
 */
export interface PlanQueueOptions {
  readonly queue: NotificationQueue;
  readonly context: PlanContext;
  /** Says after a long poll whether to end. Without it the queue is drained until a poll brings nothing, and then closed. */
  readonly isOver?: () => boolean;
  /** `id` is unique within the run. */
  plannedJob(id: string, objects: readonly QueuedObject[]): Promise<PlannedJob>;
}

export interface QueuedObject {
  readonly object: SourceObject;
  /** By its key, where that tells. */
  readonly account: string | undefined;
}

/** As many as keep the workers busy while messages are received. */
const JOBS_AHEAD = 4;
/** Without any wait SQS asks a part of its servers only, and may give nothing of a queue that holds something. */
const DRAIN_SECONDS = 2;
/** A job's objects share a report: gathered while the queue is full of messages, and not waited for. */
const JOB_OBJECTS = 64;
const JOB_BYTES = 32 * 1024 * 1024;
/** What failed comes again after a minute, two, four, …: an S3 or a key that is away for an hour must not fill the dead-letter queue. */
const FIRST_DELAY_SECONDS = 60;
const MAX_DELAY_SECONDS = 900;

interface Gathered {
  readonly message: QueueMessage;
  readonly objects: readonly QueuedObject[];
}

export async function* planQueue(options: PlanQueueOptions): AsyncIterable<PlannedJob> {
  const { queue, context, isOver } = options;
  const { signal, ledger, report } = context;
  let ahead = 0;
  let wake: (() => void) | undefined;

  const reportTroubles = (): void => {
    for (const problem of queue.troubles()) report(problem);
  };

  /** Resolves once fewer jobs than this are under way; at once when stopped, since what waits is then never done. */
  async function fewerThan(jobs: number): Promise<void> {
    while (ahead >= jobs && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          signal.removeEventListener('abort', done);
          resolve();
        };
        wake = done;
        signal.addEventListener('abort', done);
      });
    }
  }

  const giveBack = async (messages: readonly QueueMessage[], outcome: JobOutcome): Promise<void> => {
    const delays = new Map<number, QueueMessage[]>();
    for (const message of messages) {
      const delay =
        outcome === 'interrupted' ? 0 : Math.min(MAX_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** (message.received - 1));
      delays.set(delay, [...(delays.get(delay) ?? []), message]);
    }
    for (const [delay, several] of delays) await queue.giveBack(several, delay);
  };

  /** The objects of one message; undefined where S3 could not be asked about them, and it is given back. */
  async function objectsOf(message: QueueMessage): Promise<QueuedObject[] | undefined> {
    const found: QueuedObject[] = [];
    for (const notified of message.objects) {
      const place = `s3://${notified.bucket}/${notified.key}`;
      const name = trailObjectName(place);
      // Digests, and what else lies in the bucket: news, but not for us.
      if (name.type === 'other') {
        context.leaveOut(name.reason, place);
        continue;
      }
      try {
        found.push({ object: await queue.open(notified, signal), account: name.account });
      } catch (error) {
        if (!signal.aborted) report(toProblem(error, { object: place }));
        await giveBack([message], signal.aborted ? 'interrupted' : 'failed');
        return undefined;
      }
    }
    return found;
  }

  /** Messages that still have something to read; those that have not are deleted. */
  async function gather(): Promise<{ readonly gathered: Gathered[]; readonly count: number }> {
    const gathered: Gathered[] = [];
    let count = 0;
    let objects = 0;
    let bytes = 0;
    for (let waitSeconds = isOver === undefined ? DRAIN_SECONDS : LONG_POLL_SECONDS; ; waitSeconds = 0) {
      const received = await queue.receive(signal, waitSeconds);
      count += received.count;
      for (const problem of received.problems) report(problem);
      const opened: Gathered[] = [];
      for (const message of received.messages) {
        const found = await objectsOf(message);
        if (found !== undefined) opened.push({ message, objects: found });
      }
      const keys = opened.flatMap((each) => each.objects.map(({ object }) => object.key));
      const known = keys.length === 0 ? new Set<string>() : await ledger.known('trails', keys);
      if (known.size > 0) context.skipped(known.size);
      const old: QueueMessage[] = [];
      for (const { message, objects: all } of opened) {
        const left = all.filter(({ object }) => !known.has(object.key));
        if (left.length === 0) old.push(message);
        else gathered.push({ message, objects: left });
        objects += left.length;
        bytes += left.reduce((sum, { object }) => sum + object.size, 0);
      }
      if (old.length > 0) await queue.finish(old);
      if (received.count < MESSAGES_PER_RECEIVE || objects >= JOB_OBJECTS || bytes >= JOB_BYTES) return { gathered, count };
    }
  }

  async function job(gathered: readonly Gathered[]): Promise<PlannedJob> {
    // The same object may be told of twice.
    const objects = new Map(gathered.flatMap((each) => each.objects.map((queued) => [queued.object.key, queued])));
    const [first] = gathered;
    const planned = await options.plannedJob(`${first?.message.id}/${first?.message.received}`, [...objects.values()]);
    ahead++;
    return {
      ...planned,
      async ended(outcome) {
        try {
          const keys = [...objects.keys()];
          // Some of a job that failed are stored all the same. Where the store can't be asked, all come again, and are then known.
          const known = outcome === 'succeeded' ? objects : await ledger.known('trails', keys).catch(() => new Set());
          const isStored = (each: Gathered): boolean => each.objects.every(({ object }) => known.has(object.key));
          const done = gathered.filter(isStored).map(({ message }) => message);
          const left = gathered.filter((each) => !isStored(each)).map(({ message }) => message);
          if (done.length > 0) await queue.finish(done);
          await giveBack(left, outcome);
        } finally {
          ahead--;
          wake?.();
        }
      },
    };
  }

  try {
    while (!signal.aborted) {
      await fewerThan(JOBS_AHEAD);
      if (signal.aborted) break;
      const { gathered, count } = await gather();
      reportTroubles();
      if (gathered.length > 0) yield await job(gathered);
      if (isOver === undefined ? count === 0 : isOver()) break;
    }
    await fewerThan(1);
  } catch (error) {
    if (!signal.aborted) report(toProblem(error, { object: queue.name }));
    await fewerThan(1);
  } finally {
    // A job that was planned and will never be run holds messages, which are to come again.
    if (isOver === undefined) queue.close();
  }
  reportTroubles();
}
