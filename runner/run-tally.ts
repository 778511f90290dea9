import type { Progress } from '../core/api/runs.ts';
import type { Clock } from '../core/clock.ts';
import { type ProblemGroups, problemGroups } from '../core/group-problems.ts';
import type { Pipeline } from '../core/pipeline.ts';
import type { RunReport } from '../core/store.ts';
import type { SettledCounts } from '../queue/run-board.ts';
import { type Counter, newCounter } from './counter.ts';
import { estimateLeft } from './estimate-left.ts';
import { type ObjectCounter, objectCounter } from './object-counter.ts';
import { NO_COUNTS, sumOf } from './settled-counts.ts';

/** Yields the report and the progress of a run at any moment, from what was planned and what has ended so far. */
export interface RunTally {
  readonly id: string;
  readonly started: Date;
  /** In the order in which the run was given them. */
  readonly pipelines: readonly PipelineTally[];
  /** What went wrong while planning, in jobs, and with the run as a whole. */
  readonly problems: ProblemGroups;
  readonly objects: ObjectCounter;
  /** Counts sources that were left out because they had been acknowledged before. */
  skip(sources: number): void;
  report(state: RunReport['state']): RunReport;
  progress(): Progress;
}

export interface PipelineTally {
  readonly pipeline: Pipeline;
  readonly counter: Counter;
  /** Sets the sums over all jobs of the pipeline that have ended. */
  setCounts(counts: SettledCounts): void;
  /** Adds to these sums. */
  addCounts(counts: SettledCounts): void;
}

export interface TallyOptions {
  readonly id: string;
  readonly pipelines: readonly Pipeline[];
  readonly clock: Clock;
  readonly label?: RunReport['label'];
}

export function runTally({ id, pipelines, clock, label }: TallyOptions): RunTally {
  const started = clock.now();
  const problems = problemGroups();
  const objects = objectCounter();
  const tallies = pipelines.map((pipeline) => pipelineTally(pipeline, started.getTime()));
  let skippedSources = 0;
  return {
    id,
    started,
    pipelines: tallies,
    problems,
    objects,
    skip(sources) {
      skippedSources += sources;
    },
    report: (state) => ({
      id,
      pipelines: pipelines.map(({ name }) => name),
      ...(label === undefined ? {} : { label }),
      state,
      started: started.toISOString(),
      ...(state === 'running' ? {} : { ended: clock.now().toISOString() }),
      problems: [...problems.groups(), ...objects.notices()],
      totals: { ...sumOf(tallies.map(({ counts }) => counts())), skippedSources },
    }),
    progress() {
      const now = clock.now().getTime();
      return {
        run: id,
        elapsedMs: now - started.getTime(),
        pipelines: tallies.map(({ counter, leftMs }) => ({ ...counter, ...leftMs(now) })),
      };
    },
  };
}

function pipelineTally(pipeline: Pipeline, startedMs: number) {
  const counter = newCounter(pipeline.name);
  const estimate = estimateLeft(startedMs);
  let sums = NO_COUNTS;
  function setCounts(counts: SettledCounts): void {
    sums = counts;
    counter.done = counts.jobs;
    counter.failed = counts.failedJobs;
    counter.documents = counts.documents;
    counter.bytes = counts.bytes;
  }
  return {
    pipeline,
    counter,
    counts: () => sums,
    setCounts,
    addCounts: (counts: SettledCounts) => setCounts(sumOf([sums, counts])),
    /** The time that is left, once it is known how many jobs there are. */
    leftMs(nowMs: number): { leftMs?: number } {
      const { planning, planned, expected, done } = counter;
      const jobs = planning ? expected : planned;
      if (jobs === undefined) return {};
      const leftMs = estimate.leftMs(nowMs, done, Math.max(jobs, planned));
      return leftMs === undefined ? {} : { leftMs };
    },
  };
}
