import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineName } from '../core/batch.ts';
import type { SharedQueue } from '../queue/open-queue.ts';
import { NO_COUNTS } from './settled-counts.ts';

export interface TakeBackOptions {
  readonly run: string;
  readonly pipelines: readonly PipelineName[];
  /** How long jobs that workers are at may take to end. */
  readonly withinMs: number;
  readonly lookEveryMs: number;
}

/** Takes a run's waiting jobs out of Redis, and gives those that workers are at some time to end. */
export async function takeBack({ board, queues }: SharedQueue, options: TakeBackOptions): Promise<void> {
  const { run, pipelines, withinMs, lookEveryMs } = options;
  const until = performance.now() + withinMs;
  for (let left = 1; left > 0 && performance.now() < until; ) {
    left = 0;
    for (const name of pipelines) {
      for (const key of await board.openKeys(run, name)) {
        if ((await queues.remove(name, key)) || (await queues.missing(name, [key])).length > 0) {
          await board.settle(run, name, key, NO_COUNTS);
        } else left++;
      }
    }
    if (left > 0) await sleep(lookEveryMs);
  }
}
