import type { PipelineName } from './batch.ts';
import type { Json } from './json.ts';
import type { Problem, ProblemCode } from './problem.ts';
import type { Answer, Hit, IndexView, Query, RowsAnswer } from './query.ts';
import type { Gap, JobReport, RunReport } from './store.ts';

/** The HTTP API's shapes, shared by server, page and command line. All under `/api`, JSON unless said otherwise. */

/** GET /api/info */
export interface Info {
  readonly version: string;
  /** True while the page shows the sample organisation and not the user's own. */
  readonly sample: boolean;
  readonly store: string;
}

/** POST /api/query: answers with NDJSON, a QueryLine for each question as soon as the store has told it. */
export interface QueryRequest {
  readonly queries: readonly Query[];
}
export interface QueryLine {
  /** Of the question. */
  readonly index: number;
  /** A question that fails does not stop the others. */
  readonly answer: Answer | { readonly type: 'error'; readonly message: string };
}

/** What one pipeline of a run has done so far. */
export interface PipelineProgress {
  readonly pipeline: PipelineName;
  /** Jobs known so far; final once `planning` is false. */
  readonly planned: number;
  readonly planning: boolean;
  /** How many jobs it is likely to be in all, where a planner that is still at it can tell. */
  readonly expected?: number;
  /** The time that is likely left, where it can be told. */
  readonly leftMs?: number;
  readonly done: number;
  readonly failed: number;
  /** Documents that the store has. */
  readonly documents: number;
  readonly bytes: number;
  /** What is being worked on, for people. */
  readonly current: string;
}

/** GET /api/progress: server-sent events, one of these each; null while nothing runs. */
export interface Progress {
  readonly run: string;
  readonly elapsedMs: number;
  /** Why nothing moves: the store is away, or another process runs one of the pipelines. */
  readonly waiting?: string;
  readonly pipelines: readonly PipelineProgress[];
}

/** GET /api/status */
export interface Status {
  readonly info: Info;
  readonly counts: Readonly<Record<string, number>>;
  /** Newest first. */
  readonly runs: readonly RunReport[];
  readonly progress: Progress | null;
  /** Indices of an engine that hold fewer documents than were stored in them. */
  readonly gaps: readonly Gap[];
  /** Where runs are worked on by many processes; absent where this one does it all. */
  readonly queue?: QueueStatus;
}

/** What waits in Redis, and who works on it. */
export interface QueueStatus {
  /** Its address, without credentials. */
  readonly redis: string;
  readonly paused: boolean;
  readonly pipelines: readonly {
    readonly pipeline: PipelineName;
    /** The run that has not ended. */
    readonly run: string | null;
    readonly waiting: number;
    readonly active: number;
    /** Waiting for their next attempt, or for a place among their account's. */
    readonly delayed: number;
    /** Of the run that has not ended. */
    readonly failed: number;
    /** In the minute before this one. */
    readonly jobsPerMinute: number;
    readonly documentsPerMinute: number;
  }[];
  readonly workers: readonly WorkerStatus[];
}

/** A worker as it says of itself. */
export interface WorkerStatus {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly pipelines: readonly PipelineName[];
  /** In hand. */
  readonly jobs: number;
  readonly done: number;
  readonly failed: number;
  /** ISO 8601 */
  readonly started: string;
}

/** GET /api/runs/:id?limit=&failedOnly= */
export interface RunDetail {
  readonly run: RunReport;
  readonly total: number;
  readonly jobs: readonly JobReport[];
  /** The first dead letters of the run: their content stays where they are kept. */
  readonly deadLetters: readonly DeadLetterLine[];
}
/** GET /api/runs/:id/problems?cause=&after=&limit=: each problem of a run by itself, those of one cause where it is named. */
export interface ProblemsAnswer {
  /** About as many as were asked for: the reports of jobs are not cut. */
  readonly problems: readonly Problem[];
  /** Continues; null after the last. */
  readonly next: string | null;
}
export interface DeadLetterLine {
  readonly source: string;
  readonly reason: string;
}

/** CloudTrail's objects of whole days, both included: `2026-01-31`, in UTC. */
export interface BackfillRange {
  readonly from: string;
  readonly to: string;
  /** Default: all that are found. */
  readonly accounts?: readonly string[];
  readonly regions?: readonly string[];
}

/** POST /api/runs (token): answers with the run's id; an `OrgscopeError` as {code, message, next} with 4xx. */
export interface RunRequest {
  readonly pipelines: readonly PipelineName[];
  /** A folder or s3://bucket/prefix instead of the lists. */
  readonly source?: string;
  /** Leave out the sweeps that runs of the last day completed before they were interrupted. */
  readonly resume?: boolean;
  /** By the clock and not by a person: a list that is empty is no failure. */
  readonly scheduled?: boolean;
  /** Also what was acknowledged: fills what an engine has lost. */
  readonly again?: boolean;
  /** With one pipeline alone that can: these days instead of all there is, one job for each account, region and day, after all other work. */
  readonly backfill?: BackfillRange;
}

/** POST /api/search, answered with a `RowsAnswer`: documents of an index pattern, in the order of their ids so that pages join. */
export interface SearchRequest {
  /** Such as `awscli-trail-*` or `awscli-2026.11.21`. */
  readonly index: string;
  /** The Lucene subset; empty means everything. */
  readonly query: string;
  readonly limit: number;
  /** The last `_id` of the page before; the answer's total counts what comes after it. */
  readonly after?: string;
}

/** POST /api/sql (token): read-only, embedded store only. Answers with NDJSON, a SqlLine each; without a last `count` the answer is not whole. */
export interface SqlRequest {
  readonly sql: string;
}
export type SqlLine =
  /** The first one. */
  | { readonly columns: readonly string[] }
  | { readonly rows: readonly Readonly<Record<string, Json>>[] }
  /** The last one: how many rows there were, or why no more come. */
  | { readonly count: number }
  | { readonly error: { readonly code: ProblemCode; readonly message: string; readonly next: string } };

/** POST /api/prune (token): removes what is older than the retention of its index. */
export interface PruneRequest {
  /** Only count what would go. */
  readonly dryRun: boolean;
}
export interface PruneAnswer {
  readonly indices: readonly PrunedIndex[];
  /** How many reports of runs went, beyond the newest ones. */
  readonly runs: number;
  /** Lines of lists/retention.txt that could not be understood. */
  readonly problems: readonly Problem[];
}
export interface PrunedIndex {
  readonly view: IndexView;
  /** Such as `awscli-trail-*`. */
  readonly index: string;
  /** Null: all is kept. */
  readonly retentionDays: number | null;
  /** The first day that is kept, `2026-11-21`; null where all is. */
  readonly before: string | null;
  readonly documents: number;
  /** The time of the oldest of these documents. */
  readonly oldest: string | null;
}

/** POST /api/import (token): dumps made with `aws … --output json`, by path, read by the process that holds the store. */
export interface ImportRequest {
  readonly kind: string;
  /** Absolute paths. */
  readonly files: readonly string[];
  /** For dumps that don't say it themselves. */
  readonly account?: string;
  readonly region?: string;
}

/** POST /api/find: resources by id, ARN, name or address; whole ones first, then those that begin so, then those that say it anywhere. */
export interface FindRequest {
  readonly text: string;
  readonly limit: number;
}
export interface FindAnswer {
  readonly resources: readonly FoundResource[];
}
export interface FoundResource {
  /** As `resource.key`: what its page is called by. */
  readonly key: string;
  readonly type: string;
  readonly id: string;
  readonly arn: string | null;
  readonly name: string | null;
  readonly state: string | null;
  readonly accountId: string;
  readonly accountName: string | null;
  readonly region: string;
  /** When it was last seen so. */
  readonly seen: string;
  /** Known from the past alone. */
  readonly gone: boolean;
}

/** POST /api/resource: all that is known of one resource, by its key or by an id, ARN, name or address that means one. */
export interface ResourceRequest {
  readonly key: string;
}
export interface ResourceAnswer {
  /** Null where no inventory has ever seen it: what trails and bills say of the text is told all the same. */
  readonly resource: FoundResource | null;
  /** Its newest document. */
  readonly document: Json;
  /** Where the text means several: these, and nothing else. */
  readonly choices: readonly FoundResource[];
  /** Newest first, the newest ones only; `total` counts all. */
  readonly changes: RowsAnswer;
  readonly events: RowsAnswer;
  /** The newest event that changed it and did not fail. */
  readonly lastChange: Hit | null;
  readonly cost: ResourceCost;
  readonly connected: readonly ConnectedKind[];
  /** Of a security group, or of the groups of what it protects. */
  readonly rules: readonly AccessRule[];
}
export interface ResourceCost {
  /** Text where the store is exact. */
  readonly total: string | number | null;
  readonly days: readonly { readonly day: string; readonly cost: string | number }[];
  readonly usage: readonly { readonly type: string; readonly cost: string | number }[];
}
export interface ConnectedKind {
  readonly type: string;
  /** More than are listed, at times. */
  readonly total: number;
  readonly resources: readonly ConnectedResource[];
}
export interface ConnectedResource extends FoundResource {
  /** The member that names the other, such as `BlockDeviceMappings.Ebs.VolumeId`. */
  readonly via: string;
  /** `names`: it is named in the record of this one; `named-by`: its own record names this one. */
  readonly direction: 'names' | 'named-by';
}
export interface AccessRule {
  /** The security group that has the rule. */
  readonly group: string;
  readonly groupName: string | null;
  readonly direction: 'in' | 'out';
  /** `tcp/22`, `udp/1000-2000`, `all` */
  readonly ports: string;
  /** A range of addresses, a security group or a prefix list. */
  readonly peer: string;
  readonly peerKind: 'addresses' | 'group' | 'list';
  /** Admits every address. */
  readonly world: boolean;
  readonly description: string | null;
}

/** GET /api/export?format=csv|json&query=…&column=…: all rows of a `RowsQuery` (as JSON, its limit and offset are ignored), as a file. */
export type ExportFormat = 'csv' | 'json';
