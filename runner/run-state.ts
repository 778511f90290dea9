import type { Progress } from '../core/api.ts';
import type { Clock } from '../core/clock.ts';
import { type ProblemGroups, problemGroups } from '../core/group-problems.ts';
import type { Pipeline, PlannedJob } from '../core/pipeline.ts';
import { type Problem, toProblem } from '../core/problem.ts';
import type { JobReport, RunReport, Store } from '../core/store.ts';
import type { FairQueue } from '../queue/fair-queue.ts';
import { type Counter, newCounter } from './counter.ts';
import { estimateLeft, type LeftEstimate } from './estimate-left.ts';
import { type LeftOutCounter, leftOutCounter } from './left-out.ts';
import { pagedReports, planningReport } from './paged-reports.ts';
import { planInto } from './plan-into.ts';
import { sweptByInterrupted } from './swept-by-interrupted.ts';
import { NO_TOTALS, type Totals } from './totals.ts';

export interface RunStateOptions {
  readonly id: string;
  readonly pipelines: readonly Pipeline[];
  readonly store: Store;
  readonly clock: Clock;
  /** How the run is shown, where it does not stand for all pipelines together. */
  readonly label?: RunReport['label'];
}

/** What a run knows about itself while it goes on, and the reports made of it: the same in one process and over many workers. */
export interface RunState {
  readonly started: Date;
  readonly problems: ProblemGroups;
  readonly leftOut: LeftOutCounter;
  readonly totals: Totals;
  /** One for each pipeline, in their order. */
  readonly counters: readonly Counter[];
  /** Leaves out of planning what runs of the last day completed before they were interrupted. */
  resume(): Promise<void>;
  /**
   * Plans a pipeline into a queue until all of it is planned or the signal aborts. Never rejects. Resolves with what planning has to say in the
   * ledger: nothing where it met no problem.
   */
  plan(queue: FairQueue<PlannedJob>, pipeline: Pipeline, counter: Counter, signal: AbortSignal): Promise<readonly JobReport[]>;
  progress(): Progress;
  report(state: RunReport['state']): RunReport;
  /** Saves the last report and yields it: `failed` where a job or the run itself failed. Never rejects. */
  end(interrupted: boolean): Promise<RunReport>;
}

export function runState({ id, pipelines, store, clock, label }: RunStateOptions): RunState {
  const started = clock.now();
  const names = pipelines.map(({ name }) => name);
  const problems = problemGroups();
  const leftOut = leftOutCounter();
  const totals: Totals = { ...NO_TOTALS };
  const counters = names.map(newCounter);
  const estimates = counters.map(() => estimateLeft(started.getTime()));
  let sweptBefore: ReadonlySet<string> = new Set();

  function report(state: RunReport['state']): RunReport {
    return {
      id,
      pipelines: names,
      ...(label === undefined ? {} : { label }),
      state,
      started: started.toISOString(),
      ...(state === 'running' ? {} : { ended: clock.now().toISOString() }),
      problems: [...problems.groups(), ...leftOut.notices()],
      totals: { ...totals },
    };
  }

  /** The time that is left, once it is known how much there is to do. */
  function leftOf({ planning, planned, expected, done }: Counter, estimate: LeftEstimate | undefined): { leftMs?: number } {
    const jobs = planning ? expected : planned;
    if (jobs === undefined) return {};
    const leftMs = estimate?.leftMs(clock.now().getTime(), done, Math.max(jobs, planned));
    return leftMs === undefined ? {} : { leftMs };
  }

  return {
    started,
    problems,
    leftOut,
    totals,
    counters,
    async resume() {
      sweptBefore = await sweptByInterrupted(store.ledger, names, started);
    },
    async plan(queue, pipeline, counter, signal) {
      const met: Problem[] = [];
      await planInto(queue, pipeline, {
        sweepTime: started.getTime(),
        ledger: store.ledger,
        signal,
        sweptBefore,
        report: (problem) => {
          met.push(problem);
          problems.add(problem);
        },
        skipped: (count) => {
          totals.skippedSources += count;
        },
        leaveOut: (reason, object) => leftOut.add({ reason, count: 1, object }),
        planned: () => {
          counter.planned++;
        },
        expect: (jobs) => {
          counter.expected = jobs;
        },
      });
      counter.planning = false;
      return met.length === 0 ? [] : pagedReports(planningReport(id, pipeline.name, met, clock.now()));
    },
    progress: () => ({
      run: id,
      elapsedMs: clock.now().getTime() - started.getTime(),
      pipelines: counters.map((counter, index) => ({ ...counter, ...leftOf(counter, estimates[index]) })),
    }),
    report,
    async end(interrupted) {
      const failed = totals.failedJobs > 0 || problems.groups().some(({ severity }) => severity === 'failed');
      const last = report(interrupted ? 'interrupted' : failed ? 'failed' : 'succeeded');
      try {
        await store.ledger.saveRun(last);
        return last;
      } catch (error) {
        // The ledger can't take the report, but the caller still shows it.
        problems.add(toProblem(error));
        return report('failed');
      }
    },
  };
}
