import type { PruneAnswer, PruneRequest } from './api/prune.ts';
import type { SearchRequest } from './api/questions.ts';
import type { ImportRequest, Info, ProblemsAnswer, Progress, QueueStatus, RunDetail, RunRequest, Status } from './api/runs.ts';
import type { Answer, Query, RowsAnswer } from './query.ts';
import type { RunReport, SqlAnswer } from './store.ts';

/**
 * What can be asked of orgscope, whoever holds the store: this process, or one that runs `up` and is reached over HTTP. Every
 * command is written against it once. What goes wrong is an OrgscopeError.
 */
export interface Orgscope {
  info(): Promise<Info>;
  status(): Promise<Status>;
  /** Given up once the signal aborts, as all that is asked. */
  search(request: SearchRequest, signal?: AbortSignal): Promise<RowsAnswer>;
  sql(text: string, signal?: AbortSignal): Promise<SqlAnswer>;
  prune(request: PruneRequest): Promise<PruneAnswer>;
  /** Runs wait for each other: two of them would write the same sweeps and deliveries. Answers with the run's id at once. */
  submit(request: RunRequest): Promise<string>;
  /** A run as well: it is reported like one. */
  submitImport(request: ImportRequest): Promise<string>;
  /** Resolves when the run has ended. */
  follow(run: string, onProgress: (progress: Progress) => void): Promise<RunReport>;
  /** Undefined for a run that nobody knows. */
  run(id: string, options: { readonly limit: number; readonly failedOnly: boolean }): Promise<RunDetail | undefined>;
  /** Each problem of a run by itself, a page at a time. */
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

/** Held by this process. */
export interface LocalOrgscope extends Orgscope {
  answer(query: Query, signal?: AbortSignal): Promise<Answer>;
  /** What runs now. */
  progress(): Progress | null;
  /** Resolves once the store has answered a small question; rejects where it can't, or where its file is gone. */
  ready(): Promise<void>;
  /** What waits in Redis; undefined without one. */
  queue(): Promise<QueueStatus | undefined>;
}
