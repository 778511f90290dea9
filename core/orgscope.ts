import type { PruneAnswer, PruneRequest } from './api/prune.ts';
import type { SearchRequest } from './api/questions.ts';
import type { ImportRequest, Info, ProblemsAnswer, Progress, QueueStatus, RunDetail, RunRequest, Status } from './api/runs.ts';
import type { Answer, Query, RowsAnswer } from './query.ts';
import type { RunReport, SqlAnswer } from './store.ts';

/**
 * What commands and the page ask of orgscope, whether this process holds the store or one that runs `up` and is reached over HTTP. Failures
 * are OrgscopeErrors.
 */
export interface Orgscope {
  info(): Promise<Info>;
  status(): Promise<Status>;
  /** Aborts with the signal, as every question does. */
  search(request: SearchRequest, signal?: AbortSignal): Promise<RowsAnswer>;
  sql(text: string, signal?: AbortSignal): Promise<SqlAnswer>;
  prune(request: PruneRequest): Promise<PruneAnswer>;
  /** Answers with the run's id at once. Runs of the same pipeline wait for each other, since two would write the same sweeps and deliveries. */
  submit(request: RunRequest): Promise<string>;
  /** An import is a run too, and reported as one. */
  submitImport(request: ImportRequest): Promise<string>;
  /** Resolves when the run has ended. */
  follow(run: string, onProgress: (progress: Progress) => void): Promise<RunReport>;
  /** Undefined for an unknown run. */
  run(id: string, options: { readonly limit: number; readonly failedOnly: boolean }): Promise<RunDetail | undefined>;
  /** The single problems of a run, page by page. */
  problems(id: string, options: ProblemsOptions): Promise<ProblemsAnswer>;
  close(): Promise<void>;
}

export interface ProblemsOptions {
  /** The `id` of a `ProblemGroup`: only those of this cause. */
  readonly cause?: string | undefined;
  /** The `next` of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Orgscope over a store that this process holds. */
export interface LocalOrgscope extends Orgscope {
  answer(query: Query, signal?: AbortSignal): Promise<Answer>;
  /** The progress of current runs. */
  progress(): Progress | null;
  /** Resolves once the store has answered a small question; rejects where it can't, or where its file is gone. */
  ready(): Promise<void>;
  /** What waits in Redis; undefined without one. */
  queue(): Promise<QueueStatus | undefined>;
}
