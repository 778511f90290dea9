import type { Delivery, PipelineName, Source } from './batch.ts';
import type { Document } from './document.ts';
import type { Json } from './json.ts';
import type { Problem } from './problem.ts';
import type { Answer, Query } from './query.ts';
import type { DeadLetter, Ledger } from './store.ts';
import type { Sweep } from './sweep.ts';

/** What goes first where jobs wait: what just happened, then what is due, then what is long past. */
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
  /** Fair order: jobs with different lanes take turns, so one account with 500,000 snapshots does not hold up the rest. */
  readonly lane: string;
  /** The AWS service that it calls, such as `ec2`: how many jobs of an account call it at once is limited across all workers. */
  readonly service?: string;
  /** Default `scheduled`. */
  readonly priority?: Priority;
  /**
   * From this `revive` makes the same work in another process, perhaps on another machine. Never holds credentials: it names who reads (a
   * profile, a role), and the other process has its own way to them.
   */
  readonly payload: Json;
}

/**
 * What a running job tells the runner, in order. The runner gathers documents of many jobs into batches, writes them, and only
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
  | { readonly type: 'dead-letter'; readonly letter: DeadLetter }
  /** Something to report without failing the job's other work; `failed` ones make the job failed. */
  | { readonly type: 'problem'; readonly problem: Problem }
  /** The sweep saw everything: retire what it did not see. Never emitted after a failed page. */
  | { readonly type: 'retire'; readonly sweep: Sweep }
  /** From here on this job's documents belong to the delivery. */
  | { readonly type: 'begin-delivery'; readonly delivery: Delivery }
  | { readonly type: 'publish-delivery'; readonly delivery: Delivery };

/** An object that is known to hold nothing for this pipeline. The run says each reason once, with the count and one of them. */
export interface LeftOut {
  readonly type: 'left-out';
  /** Completes "Left out as …": `empty`, `logs of other services`. */
  readonly reason: string;
  readonly object: string;
}

/** What was left out for one reason. */
export interface LeftOutCount {
  readonly reason: string;
  readonly count: number;
  /** One of them. */
  readonly object: string;
}

export interface PlanContext {
  /** Milliseconds: the time of every sweep of this run. */
  readonly sweepTime: number;
  readonly ledger: Ledger;
  readonly signal: AbortSignal;
  /** A problem that belongs to no job. */
  report(problem: Problem): void;
  /** Sources left out since the ledger knows them. */
  skipped(count: number): void;
  /** An object left out since its name tells that it holds nothing for this pipeline. */
  leaveOut(reason: string, object: string): void;
  /** How many jobs it is likely to be in all, as soon as a planner can tell and whenever it knows better. */
  expect?(jobs: number): void;
}

export interface JobContext {
  readonly sweepTime: number;
  /** Asks the store what it holds from before; what is on its way to it may not be there yet. */
  answer(query: Query): Promise<Answer>;
  /** For jobs that find their sources themselves. */
  readonly ledger: Pick<Ledger, 'known'>;
  /** How far the pipeline has read a key (milliseconds), as the last stored `checkpoint` emission says; undefined before the first. */
  checkpoint(key: string): Promise<number | undefined>;
  readonly signal: AbortSignal;
}

export type JobOutcome = 'succeeded' | 'failed' | 'interrupted';

/** A planned job with the work bound to it; the generator may throw an OrgscopeError, which fails this job alone. */
export interface PlannedJob {
  readonly job: Job;
  run(context: JobContext): AsyncIterable<Emission>;
  /**
   * Called once all that the job emitted is stored and what it acknowledged is in the ledger, or it is clear that this will not be: the time to
   * delete the message that told of it, or to give it back. If it rejects the job has failed.
   */
  ended?(outcome: JobOutcome): Promise<void>;
}

/** Names its collectors and processors; the store is given by whoever runs it. */
export interface Pipeline {
  readonly name: PipelineName;
  /** How many jobs may run at once in one process. */
  readonly concurrency: number;
  /** What is to be done, less what the ledger already knows. Lazily: millions of objects are never held at once. */
  plan(context: PlanContext): AsyncIterable<PlannedJob>;
  /** The work of a job that was planned elsewhere, from its payload; rejects with an OrgscopeError where it can't be done here. */
  revive(job: Job): Promise<PlannedJob>;
}
