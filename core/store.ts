import type { Batch, Checkpoint, Delivery, PipelineName, Source } from './batch.ts';
import type { Document } from './document.ts';
import type { ProblemGroup } from './group-problems.ts';
import type { Json } from './json.ts';
import type { JobOutcome } from './pipeline.ts';
import type { Problem } from './problem.ts';
import type { Answer, IndexView, Query } from './query.ts';
import type { Sweep } from './sweep.ts';

/** A document that could not be indexed (or a record that could not be understood), kept with its reason. */
export interface DeadLetter {
  readonly pipeline: PipelineName;
  /** Where it came from: a source key or a sweep key. */
  readonly source: string;
  readonly reason: string;
  /** The content as text, cut at 64 KiB. */
  readonly content: string;
}

export interface WriteResult {
  /** Documents that are new or replaced an older version. */
  readonly written: number;
  /** Documents that were there already. */
  readonly unchanged: number;
  /** Documents that the store refused: index in `batch.documents`, and why. */
  readonly rejected: readonly { readonly index: number; readonly reason: string }[];
  /** How many are new, by index. Only of stores whose indices other programs can delete. */
  readonly created?: ReadonlyMap<string, number>;
}

export type RunState = 'running' | 'succeeded' | 'failed' | 'interrupted';

/** One run of one or more pipelines, as the run page and `status` show it. Times in ISO 8601. */
export interface RunReport {
  readonly id: string;
  readonly pipelines: readonly PipelineName[];
  /** Set if the run is not an ordinary one. */
  readonly label?: 'live' | 'backfill';
  readonly state: RunState;
  readonly started: string;
  readonly ended?: string;
  /** What went wrong or was left out, of its planning and of all its jobs, by cause; `problemReports` of the ledger has each of them. */
  readonly problems: readonly (Problem | ProblemGroup)[];
  readonly totals: JobCounts & {
    /** Documents that were new or replaced an older version. */
    readonly written: number;
    readonly jobs: number;
    readonly failedJobs: number;
    /** Sources left out since they were acknowledged before. */
    readonly skippedSources: number;
  };
}

export interface JobCounts {
  /** Documents that the store took, new or there already. */
  readonly documents: number;
  readonly dropped: number;
  readonly deadLetters: number;
  readonly retired: number;
  readonly bytes: number;
}

/** The outcome of one job, the unit of planning, retry and report. */
export interface JobReport extends JobCounts {
  readonly run: string;
  readonly id: string;
  readonly pipeline: PipelineName;
  readonly account?: string;
  readonly region?: string;
  readonly kind?: string;
  /** For object jobs: what was read. */
  readonly object?: string;
  readonly state: JobOutcome;
  readonly started: string;
  readonly ended: string;
  readonly problems: readonly Problem[];
}

/**
 * The `object` of a report that belongs to no job: it holds problems of planning, or those for which the report of their job has no room. Its counts are
 * zero, and it is not listed among the jobs.
 */
export const NO_JOB = '(no job)';

/** What has been read and what ran: in the store itself, so that it commits with the documents and can be rebuilt with them. */
export interface Ledger {
  /** Of these source keys, those already acknowledged. */
  known(pipeline: PipelineName, keys: readonly string[]): Promise<Set<string>>;
  /** How far a pipeline has read a key, in milliseconds; undefined where it never did. */
  checkpoint(pipeline: PipelineName, key: string): Promise<number | undefined>;
  /** All checkpoints, a page at a time; `next` continues, and is undefined after the last. */
  checkpoints(
    after: string | undefined,
    limit: number,
  ): Promise<{ readonly checkpoints: readonly Checkpoint[]; readonly next: string | undefined }>;
  saveRun(run: RunReport): Promise<void>;
  saveJobs(jobs: readonly JobReport[]): Promise<void>;
  /** Newest first. */
  runs(limit: number): Promise<RunReport[]>;
  /** Failed jobs first, then by account, region, kind; without reports that belong to no job. */
  jobs(run: string, options: { limit: number; failedOnly?: boolean }): Promise<{ total: number; jobs: JobReport[] }>;
  /** The reports with problems, including those that belong to no job, a page at a time; `next` continues, and is undefined after the last. */
  problemReports(
    run: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ readonly jobs: readonly JobReport[]; readonly next: string | undefined }>;
  /** The ids of the sweeps (jobs of a kind) that a run completed. */
  swept(run: string): Promise<Set<string>>;
  /** The newest delivery that is published for a report's month, if any. */
  delivery(report: string, month: string): Promise<Delivery | undefined>;
  /** All acknowledged sources, a page at a time; `next` continues, and is undefined after the last. */
  sources(
    after: string | undefined,
    limit: number,
  ): Promise<{ readonly sources: readonly Source[]; readonly next: string | undefined }>;
  /** A short text that was stored under a name. */
  note(name: string): Promise<string | undefined>;
  /** Sets a note, or removes it with undefined, if it still is `before`; else returns false and changes nothing. */
  swapNote(name: string, before: string | undefined, after: string | undefined): Promise<boolean>;
}

/** One concrete index and how much of it is visible; of a delivered view, one published delivery of a report's month. */
export interface StoredIndex {
  readonly view: IndexView;
  readonly index: string;
  readonly documents: number;
  readonly delivery?: Delivery;
  /** It was closed outside of orgscope: its documents exist and can't be read. */
  readonly closed?: true;
}

/** An index that holds fewer documents than were stored in it: they were removed, or it was closed, outside of orgscope. */
export interface Gap {
  readonly view: IndexView;
  readonly index: string;
  readonly expected: number;
  readonly stored: number;
  /** Its documents exist and can't be read. */
  readonly closed?: true;
}

/** Documents of the view that are older than this are pruned. */
export interface Cutoff {
  readonly view: IndexView;
  /** `2026-11-21`, in UTC. An index that is cut by month goes as a whole, once its month ended before this day. */
  readonly before: string;
}

export interface Pruned {
  /** Documents of each cutoff, in the order of these, and the time of the oldest of them in ISO 8601. */
  readonly removed: readonly { readonly documents: number; readonly oldest: string | null }[];
  /** Reports of runs, each with its jobs. */
  readonly runs: number;
}

/** Stores documents and answers questions. Every implementation has the same set of files. */
export interface Store {
  readonly name: string;
  readonly ledger: Ledger;
  /**
   * Resolves once all documents and the batch's sources and checkpoints are durable, these never before the documents. Throws an OrgscopeError (`store`) when it can't; the caller
   * may repeat the batch, which changes nothing.
   */
  write(batch: Batch): Promise<WriteResult>;
  /** Removes from current state what complete sweeps no longer saw, and only what is older than they are. Returns how many, per sweep. */
  retire(sweeps: readonly Sweep[]): Promise<readonly number[]>;
  /**
   * Removes the documents that lie before their view's cutoff, by its time field and in whole days, or in whole months where its indices are
   * cut so; and all reports but those of the newest `keptRuns` runs of each set of pipelines. All of it at once or, if it throws, nothing. What was
   * acknowledged stays so: what was pruned is not read again. Deliveries that are not yet published are left alone. `dryRun` only counts.
   * Throws an OrgscopeError for a view without a time field and for what is no day, before anything is removed.
   */
  prune(cutoffs: readonly Cutoff[], options: { readonly keptRuns: number; readonly dryRun: boolean }): Promise<Pruned>;
  /** Forgets half-loaded documents of this delivery (and of older attempts at the same report and month). */
  beginDelivery(delivery: Delivery): Promise<void>;
  /**
   * Makes the delivery's documents visible in place of the report's month, and acknowledges it, all at once. A delivery
   * older than the published one is discarded; false then.
   */
  publishDelivery(delivery: Delivery): Promise<boolean>;
  /** The question is cancelled once the signal aborts. */
  answer(query: Query, signal?: AbortSignal): Promise<Answer>;
  /**
   * The same for questions of runs: while the store is busy or away they wait, as writes do, until the signal aborts. Questions of people fail at once.
   * Absent in stores that are always reachable.
   */
  readonly patient?: { answer(query: Query, signal: AbortSignal): Promise<Answer> };
  /** Resolves once the store has answered a small question; rejects if it can't, or if its file is gone. */
  ready(): Promise<void>;
  /** Documents per view, for the overview of `status`. */
  counts(): Promise<Record<string, number>>;
  indices(): Promise<readonly StoredIndex[]>;
  /** A page of documents of one index as they were written, in the order of their ids, after this id. Used to copy a store. */
  page(index: StoredIndex, after: string | undefined, limit: number): Promise<readonly Document[]>;
  close(): Promise<void>;
}

/** Only the embedded store speaks SQL. Read-only, without reach into files, and bounded (docs/stores.md). */
export interface SqlStore extends Store {
  /** Throws an OrgscopeError (`usage`) before the first rows, or between them. */
  sql(text: string, signal?: AbortSignal): Promise<SqlAnswer>;
}

/** Rows as they come, some at a time; DECIMAL and BIGINT as text. They are either read to their end or returned. */
export interface SqlAnswer {
  readonly columns: readonly string[];
  readonly rows: AsyncGenerator<readonly Readonly<Record<string, Json>>[], void>;
}
