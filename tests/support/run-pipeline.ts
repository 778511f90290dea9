import assert from 'node:assert/strict';
import type { Source } from '../../core/batch.ts';
import type { Document } from '../../core/document.ts';
import type { Emission, Job, JobOutcome, Pipeline } from '../../core/pipeline.ts';
import { type Problem, toProblem } from '../../core/problem.ts';
import type { Query } from '../../core/query.ts';
import type { DeadLetter, Ledger, Store } from '../../core/store.ts';
import type { Sweep } from '../../core/sweep.ts';
import { type MappedView, unmappedFields } from './unmapped-fields.ts';

export interface PipelineResult {
  readonly jobs: Job[];
  readonly documents: Document[];
  readonly sources: Source[];
  readonly problems: Problem[];
  readonly deadLetters: DeadLetter[];
  readonly sweeps: Sweep[];
  skipped: number;
  /** The objects that planning or a job skipped, as `reason: object`. */
  readonly leftOut: string[];
  /** All emissions of all jobs, in order. */
  readonly emissions: Emission[];
}

/** A store before the first run. */
export const EMPTY_STORE: Pick<Store, 'answer'> = {
  answer: async ({ type }) => (type === 'rows' ? { type, total: 0, hits: [] } : { type, rows: [] }),
};

export interface RunPipelineOptions {
  readonly known?: ReadonlySet<string>;
  readonly sweepTime?: number;
  readonly store?: Pick<Store, 'answer'>;
  /** Runs the jobs from their JSON, as a worker does. */
  readonly reviving?: Pipeline;
  /** The views that the documents are for; default: those of the product. */
  readonly views?: readonly MappedView[];
}

/**
 * Plans a pipeline and runs its jobs one after the other, without a runner and a store, and keeps what they emit. Rejects if a document has a field that
 * its view does not map, which no store reports.
 */
export async function runPipeline(pipeline: Pipeline, options: RunPipelineOptions = {}): Promise<PipelineResult> {
  const { known = new Set(), sweepTime = Date.UTC(2026, 10, 21) } = options;
  const { signal } = new AbortController();
  const unmapped = unmappedFields(options.views);
  const result: PipelineResult = {
    jobs: [],
    documents: [],
    sources: [],
    problems: [],
    deadLetters: [],
    sweeps: [],
    skipped: 0,
    leftOut: [],
    emissions: [],
  };
  const ledger: Ledger = {
    known: async (_, keys) => new Set(keys.filter((key) => known.has(key))),
    checkpoint: async () => undefined,
    checkpoints: async () => ({ checkpoints: [], next: undefined }),
    saveRun: async () => {},
    saveJobs: async () => {},
    runs: async () => [],
    jobs: async () => ({ total: 0, jobs: [] }),
    problemReports: async () => ({ jobs: [], next: undefined }),
    swept: async () => new Set(),
    delivery: async () => undefined,
    sources: async () => ({ sources: [], next: undefined }),
    note: async () => undefined,
    swapNote: async () => true,
  };
  const planned = pipeline.plan({
    sweepTime,
    ledger,
    signal,
    report: (problem) => result.problems.push(problem),
    skipped: (count) => {
      result.skipped += count;
    },
    leaveOut: (reason, object) => result.leftOut.push(`${reason}: ${object}`),
  });
  const context = {
    sweepTime,
    signal,
    ledger,
    checkpoint: async () => undefined,
    answer: (query: Query) => (options.store ?? EMPTY_STORE).answer(query),
  };
  for await (const own of planned) {
    result.jobs.push(own.job);
    let outcome: JobOutcome = 'succeeded';
    try {
      const { run } = (await options.reviving?.revive(JSON.parse(JSON.stringify(own.job)))) ?? own;
      for await (const emission of run(context)) {
        result.emissions.push(emission);
        if (emission.type === 'documents') result.documents.push(...emission.documents);
        if (emission.type === 'acknowledge') result.sources.push(emission.source);
        if (emission.type === 'problem') {
          result.problems.push(emission.problem);
          if (emission.problem.severity === 'failed') outcome = 'failed';
        }
        if (emission.type === 'left-out') result.leftOut.push(`${emission.reason}: ${emission.object}`);
        if (emission.type === 'dead-letter') result.deadLetters.push(emission.deadLetter);
        if (emission.type === 'retire') result.sweeps.push(emission.sweep);
      }
    } catch (error) {
      outcome = 'failed';
      result.problems.push(toProblem(error));
    }
    await own.ended?.(outcome);
  }
  unmapped.check(result.documents);
  assert.deepEqual(unmapped.found, []);
  return result;
}
