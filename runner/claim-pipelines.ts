import type { PipelineName } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import { problemGroups } from '../core/group-problems.ts';
import type { Ledger } from '../core/store.ts';
import type { SharedQueue } from '../queue/open-queue.ts';
import { addFromBoard } from './problems-by-cause.ts';
import { sumOf } from './settled-counts.ts';
import { takeBack } from './take-back.ts';

export interface ClaimOptions {
  readonly run: string;
  readonly pipelines: readonly PipelineName[];
  readonly queue: SharedQueue;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly stopWithinMs: number;
  readonly lookEveryMs: number;
}

/** More than the ledger is likely to hold since the planner died. */
const RUNS_SEARCHED = 1_000;

/**
 * Makes a run the one that the board has for its pipelines. The caller holds the leases of these pipelines, so that another run which the board
 * still has for one of them was left by a planner that died: that run is ended as `interrupted`.
 */
export async function claimPipelines(options: ClaimOptions): Promise<void> {
  const { run, pipelines, queue } = options;
  for (const name of pipelines) {
    for (let left = await queue.board.claim(name, run); left !== undefined; left = await queue.board.claim(name, run)) {
      await endAbandoned(left, options);
    }
  }
}

async function endAbandoned(run: string, { queue, ledger, clock, stopWithinMs, lookEveryMs }: ClaimOptions): Promise<void> {
  const { board } = queue;
  await board.cancel(run);
  const held = (await board.current()).filter((each) => each.run === run).map(({ pipeline }) => pipeline);
  await takeBack(queue, { run, pipelines: held, withinMs: stopWithinMs, lookEveryMs });
  const report = (await ledger.runs(RUNS_SEARCHED)).find((each) => each.id === run);
  if (report !== undefined && report.state === 'running') {
    const counts = await Promise.all(report.pipelines.map((name) => board.counts(run, name)));
    const inJobs = problemGroups();
    addFromBoard(inJobs, await board.problems(run));
    await ledger.saveRun({
      ...report,
      state: 'interrupted',
      ended: clock.now().toISOString(),
      problems: [...report.problems, ...inJobs.groups()],
      totals: { ...sumOf(counts), skippedSources: report.totals.skippedSources },
    });
  }
  await board.forget(run);
  for (const name of held) await board.release(name, run);
}
