import { LONG_POLL_SECONDS, MESSAGES_PER_RECEIVE } from '../../collectors/objects/queue-limits.ts';
import type { NotificationQueue, QueueMessage } from '../../collectors/objects/sqs-notifications.ts';
import type { PipelineName } from '../../core/batch.ts';
import type { JobOutcome, PlanContext, PlannedJob } from '../../core/pipeline.ts';
import { toProblem } from '../../core/problem.ts';
import { JOB_BYTES, JOB_OBJECTS } from './job-limits.ts';
import type { FoundObject } from './object-format.ts';
import type { ObjectsDefinition } from './objects-pipeline.ts';

export interface PlanQueueOptions {
  readonly pipeline: PipelineName;
  readonly recognize: ObjectsDefinition['recognize'];
  readonly queue: NotificationQueue;
  readonly context: PlanContext;
  /** Whether to end, asked after each long poll. Without it the queue is drained until a poll brings nothing, and then closed. */
  readonly isOver?: () => boolean;
  /** `id` is unique within the run. */
  plannedJob(id: string, objects: readonly FoundObject[]): Promise<PlannedJob>;
}

/** How many jobs may be unfinished before more messages are received: enough to keep the workers busy. */
const UNFINISHED_JOBS = 4;
/** Without a wait SQS asks only some of its servers, and may give nothing of a queue that holds messages. */
const DRAIN_SECONDS = 2;
/** A failed message comes again after a minute, two, four, …: an hour without S3 or without a KMS key must not fill the dead-letter queue. */
const FIRST_DELAY_SECONDS = 60;
const MAX_DELAY_SECONDS = 900;

interface Gathered {
  readonly message: QueueMessage;
  readonly objects: readonly FoundObject[];
}

/**
 * Yields jobs of the objects that an SQS queue announces. A message must not be lost: it is held until the ledger has all its objects, and then
 * deleted; it is given back where one of them failed. So only few jobs are planned before the first is done, however many messages wait:
 * another process may take the rest.
 */
export async function* planQueue(options: PlanQueueOptions): AsyncIterable<PlannedJob> {
  const { pipeline, recognize, queue, context, isOver } = options;
  const { signal, ledger, report } = context;
  let unfinished = 0;
  let wake: (() => void) | undefined;

  const reportTroubles = (): void => {
    for (const problem of queue.troubles()) report(problem);
  };

  /** Resolves once fewer jobs than this are unfinished; at once when stopped, since the jobs that wait are then never run. */
  async function fewerThan(jobs: number): Promise<void> {
    while (unfinished >= jobs && !signal.aborted) {
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

  /** The objects of one message; undefined where S3 could not be asked about them and the message was given back. */
  async function objectsOf(message: QueueMessage): Promise<FoundObject[] | undefined> {
    const found: FoundObject[] = [];
    for (const notified of message.objects) {
      const name = `s3://${notified.bucket}/${notified.key}`;
      const recognized = recognize(name, queue.dataset);
      // A bucket's notifications may cover objects of other kinds.
      if (recognized.type === 'other') {
        context.leaveOut(recognized.reason, name);
        continue;
      }
      try {
        const object = await queue.open(notified, signal);
        found.push({ ...recognized, object });
      } catch (error) {
        if (!signal.aborted) report(toProblem(error, { object: name }));
        await giveBack([message], signal.aborted ? 'interrupted' : 'failed');
        return undefined;
      }
    }
    return found;
  }

  /** Receives messages that have objects to read; messages whose objects are all known are deleted. */
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
      const known = keys.length === 0 ? new Set<string>() : await ledger.known(pipeline, keys);
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
    // Two messages may announce the same object.
    const objects = new Map(gathered.flatMap((each) => each.objects.map((found) => [found.object.key, found])));
    const [first] = gathered;
    const planned = await options.plannedJob(`${first?.message.id}/${first?.message.received}`, [...objects.values()]);
    unfinished++;
    return {
      ...planned,
      async ended(outcome) {
        try {
          const keys = [...objects.keys()];
          // A failed job may have stored some of its objects. Where the ledger can't be asked, all messages come again, and are known then.
          const known = outcome === 'succeeded' ? objects : await ledger.known(pipeline, keys).catch(() => new Set());
          const isStored = (each: Gathered): boolean => each.objects.every(({ object }) => known.has(object.key));
          const done = gathered.filter(isStored).map(({ message }) => message);
          const left = gathered.filter((each) => !isStored(each)).map(({ message }) => message);
          if (done.length > 0) await queue.finish(done);
          await giveBack(left, outcome);
        } finally {
          unfinished--;
          wake?.();
        }
      },
    };
  }

  try {
    while (!signal.aborted) {
      await fewerThan(UNFINISHED_JOBS);
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
    // Ends the hold on messages of jobs that were planned and will not be run, so that SQS gives them out again.
    if (isOver === undefined) queue.close();
  }
  reportTroubles();
}
