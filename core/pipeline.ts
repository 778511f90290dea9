import type { Delivery, PipelineName, Source } from './batch.ts';
import type { Document } from './document.ts';
import type { Json } from './json.ts';
import type { Problem } from './problem.ts';
import type { Answer, Query } from './query.ts';
import type { DeadLetter, Ledger } from './store.ts';
import type { Sweep } from './sweep.ts';

/** The order in which waiting jobs run: live ones, then scheduled ones, then backfills. */
export type Priority = 'live' | 'scheduled' | 'backfill';

/** The unit of planning, retry and report: (account, region, kind), an object, a delivery. Plain data, so that a queue can carry it. */
export interface Job {
  /** Unique within a run, stable over retries. */
  readonly id: string;
  readonly pipeline: PipelineName;
  readonly account?: string;
  readonly region?: string;
  readonly kind?: string;
  readonly object?: string;
  /** Jobs of different lanes take turns, so that one account with 500,000 snapshots does not delay all others. */
  readonly lane: string;
  /** The AWS service that it calls, such as `ec2`. The number of concurrent jobs for an account and service is limited across all workers. */
  readonly service?: string;
  /** Default `scheduled`. */
  readonly priority?: Priority;
  /**
   * `revive` recreates the work from it in another process, possibly on another machine. It never contains credentials: it names the profile or
   * role that reads, and the other process obtains their credentials itself.
   */
  readonly payload: Json;
}

/**
 * What a running job emits, in order. The runner collects documents of many jobs into batches, writes them, and only
 * then acknowledges, retires or publishes.
 */
export type Emission =
  | { readonly type: 'documents'; readonly documents: readonly Document[] }
  /** All documents of this source have been emitted. */
  | { readonly type: 'acknowledge'; readonly source: Source }
  /** All documents of this key from before that time have been emitted (milliseconds); the next job reads from there on. Never emitted after a failed page. */
  | { readonly type: 'checkpoint'; readonly key: string; readonly reached: number }
  | { readonly type: 'dropped'; readonly count: number; readonly reason: string }
  | LeftOut
  | TakenFor
  /** Lookups of names in the inventory, and how they ended; completes "logs: 12 names …". */
  | { readonly type: 'looked-up'; readonly reason: string; readonly count: number }
  | { readonly type: 'dead-letter'; readonly deadLetter: DeadLetter }
  /** A problem that does not stop the job; one of severity `failed` makes the job's state failed. */
  | { readonly type: 'problem'; readonly problem: Problem }
  /** The sweep saw everything: retire what it did not see. Never emitted after a failed page. */
  | { readonly type: 'retire'; readonly sweep: Sweep }
  /** From here on this job's documents belong to the delivery. */
  | { readonly type: 'begin-delivery'; readonly delivery: Delivery }
  | { readonly type: 'publish-delivery'; readonly delivery: Delivery };

/** An object that is known to hold nothing for this pipeline. The report has each reason once, with the count and an example. */
export interface LeftOut {
  readonly type: 'left-out';
  /** Completes "Left out as …": `empty`, `logs of other services`. */
  readonly reason: string;
  readonly object: string;
}

/** An object whose content was recognised. The report has the count of each, in one line for the pipeline. */
export interface TakenFor {
  readonly type: 'taken-for';
  /** What for, and by what: `vpcflow by key`. */
  readonly reason: string;
  readonly object: string;
}

/** The number of objects that were left out for one reason or taken for one thing, or of lookups that ended in one way. */
export interface ObjectCount {
  readonly type: 'left-out' | 'taken-for' | 'looked-up';
  readonly pipeline: PipelineName;
  readonly reason: string;
  readonly count: number;
  /** An example. */
  readonly object: string;
}

export interface PlanContext {
  /** Milliseconds: the time of every sweep of this run. */
  readonly sweepTime: number;
  readonly ledger: Ledger;
  readonly signal: AbortSignal;
  /** A problem that belongs to no job. */
  report(problem: Problem): void;
  /** Counts sources that are skipped, since the ledger has them. */
  skipped(count: number): void;
  /** Reports an object that holds nothing for this pipeline, as its name tells. */
  leaveOut(reason: string, object: string): void;
  /** Sets the expected total of jobs, as soon as the planner can estimate it and whenever the estimate changes. */
  expect?(jobs: number): void;
}

export interface JobContext {
  readonly sweepTime: number;
  /** Asks the store. Documents that this run has emitted may not be stored yet. */
  answer(query: Query): Promise<Answer>;
  /** For jobs that list their sources themselves. */
  readonly ledger: Pick<Ledger, 'known'>;
  /** How far the pipeline has read a key (milliseconds), as the last stored `checkpoint` emission says; undefined before the first. */
  checkpoint(key: string): Promise<number | undefined>;
  readonly signal: AbortSignal;
}

export type JobOutcome = 'succeeded' | 'failed' | 'interrupted';

/** A planned job with its work. An OrgscopeError thrown by the generator fails this job alone. */
export interface PlannedJob {
  readonly job: Job;
  run(context: JobContext): AsyncIterable<Emission>;
  /**
   * Called when everything that the job emitted is stored and acknowledged, or when the job has failed or was interrupted. Then a queue's message is
   * deleted or returned. If it rejects, the job has failed.
   */
  ended?(outcome: JobOutcome): Promise<void>;
}

/** Plans jobs and does their work. The runner brings the store. */
export interface Pipeline {
  readonly name: PipelineName;
  /** How many jobs may run at once in one process. */
  readonly concurrency: number;
  /**
   * Its documents take something from what another pipeline stores. In a run of both it begins when that one has ended, if that one has stored nothing
   * yet: documents that are created once would lack it for ever.
   */
  readonly after?: { readonly pipeline: PipelineName; hasStored(answer: JobContext['answer']): Promise<boolean> };
  /** Yields the jobs for what the ledger does not have yet. Lazily, so that millions of objects are never held in memory. */
  plan(context: PlanContext): AsyncIterable<PlannedJob>;
  /** Recreates the work of a job that another process planned, from its payload; rejects with an OrgscopeError if this process can't do it. */
  revive(job: Job): Promise<PlannedJob>;
}
