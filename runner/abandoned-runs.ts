import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineName } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import { problemGroups } from '../core/group-problems.ts';
import type { Store } from '../core/store.ts';
import type { SharedQueue } from '../queue/open-queue.ts';
import { addCounts, NO_COUNTS } from './board-counts.ts';
import { addFromBoard } from './problems-by-cause.ts';
import { NO_TOTALS } from './totals.ts';

export interface AbandonedRunsOptions {
  readonly store: Store;
  readonly queue: SharedQueue;
  readonly clock: Clock;
  /** How long a worker is given to end the jobs of such a run that it has in hand. */
  readonly stopWithinMs: number;
  readonly lookEveryMs: number;
}

/** Takes runs off the board whose jobs are no longer wanted. */
export interface AbandonedRuns {
  /**
   * Makes the run the only one of these pipelines. A planner holds the leases of its pipelines, so a run that the board still knows has lost its
   * planner: it is ended as `interrupted`.
   */
  claim(pipelines: readonly PipelineName[], run: string): Promise<void>;
  /** Takes out the jobs that wait, and gives those in hand some time to end. */
  takeBack(pipelines: readonly PipelineName[], run: string): Promise<void>;
}

export function abandonedRuns({ store, queue, clock, stopWithinMs, lookEveryMs }: AbandonedRunsOptions): AbandonedRuns {
  const { board, queues } = queue;

  async function takeBack(pipelines: readonly PipelineName[], run: string): Promise<void> {
    const until = performance.now() + stopWithinMs;
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

  async function end(run: string): Promise<void> {
    await board.cancel(run);
    const held = (await board.current()).filter((each) => each.run === run).map(({ pipeline }) => pipeline);
    await takeBack(held, run);
    const report = (await store.ledger.runs(1_000)).find((each) => each.id === run);
    if (report !== undefined && report.state === 'running') {
      const totals = { ...NO_TOTALS, skippedSources: report.totals.skippedSources };
      for (const name of report.pipelines) addCounts(totals, await board.counts(run, name));
      const met = problemGroups();
      addFromBoard(met, await board.problems(run));
      const problems = [...report.problems, ...met.groups()];
      await store.ledger.saveRun({ ...report, state: 'interrupted', ended: clock.now().toISOString(), problems, totals });
    }
    await board.forget(run);
    for (const name of held) await board.release(name, run);
  }

  return {
    async claim(pipelines, run) {
      for (const name of pipelines) {
        for (let other = await board.claim(name, run); other !== undefined; other = await board.claim(name, run))
          await end(other);
      }
    },
    takeBack,
  };
}
