import { z } from 'zod';
import { PIPELINE_NAMES } from '../declared-pipelines.ts';
import type { Problem } from '../problem.ts';
import { MOST } from '../question-bounds.ts';
import type { Gap, JobReport, RunReport } from '../store.ts';
import { fieldName } from './questions.ts';
import { count, listOf, shape, typed } from './shape.ts';

/** What is asked of runs over HTTP: to start them, how far they are, what they did and what failed. All paths are under `/api`. */

const pipeline = z.enum(PIPELINE_NAMES);

/** GET /api/info */
export const info = shape({
  version: z.string(),
  /** True while the page shows the sample organisation and not the user's own. */
  sample: z.boolean(),
  store: z.string(),
});
export type Info = z.infer<typeof info>;

/** What one pipeline of a run has done so far. */
export const pipelineProgress = shape({
  pipeline,
  /** Jobs known so far; final once `planning` is false. */
  planned: count,
  planning: z.boolean(),
  /** How many jobs there will probably be, where a planner that has not ended can estimate it. */
  expected: z.number().exactOptional(),
  /** The estimated time until the last job ends, where it can be estimated. */
  leftMs: z.number().exactOptional(),
  done: count,
  failed: count,
  /** Documents that the store has. */
  documents: count,
  bytes: count,
  /** The job that was started last, for people. */
  current: z.string(),
});
export type PipelineProgress = z.infer<typeof pipelineProgress>;

/** GET /api/progress: server-sent events, one of these each; null while nothing runs. */
export const progress = shape({
  run: z.string(),
  elapsedMs: z.number(),
  /** Why nothing moves: the store does not answer, or another process runs one of the pipelines. */
  waiting: z.string().exactOptional(),
  pipelines: listOf(pipelineProgress),
});
export type Progress = z.infer<typeof progress>;

/** A worker as it describes itself. */
export const workerStatus = shape({
  id: z.string(),
  host: z.string(),
  pid: z.int(),
  pipelines: listOf(pipeline),
  /** Jobs that it works on now. */
  jobs: count,
  done: count,
  failed: count,
  /** ISO 8601 */
  started: z.string(),
});
export type WorkerStatus = z.infer<typeof workerStatus>;

/** What waits in Redis, and which workers there are. */
export const queueStatus = shape({
  /** Its address, without credentials. */
  redis: z.string(),
  paused: z.boolean(),
  pipelines: listOf(
    shape({
      pipeline,
      /** The run that has not ended. */
      run: z.string().nullable(),
      waiting: count,
      active: count,
      /** Jobs that wait for their next attempt, or until fewer jobs of their account are active. */
      delayed: count,
      /** Of the run that has not ended. */
      failed: count,
      /** In the minute before this one. */
      jobsPerMinute: z.number(),
      documentsPerMinute: z.number(),
    }),
  ),
  workers: listOf(workerStatus),
});
export type QueueStatus = z.infer<typeof queueStatus>;

/** GET /api/status */
export const status = shape({
  info,
  counts: z.record(z.string(), z.number()).readonly(),
  /** Newest first. */
  runs: listOf(typed<RunReport>()),
  progress: progress.nullable(),
  /** Indices of an engine that hold fewer documents than were stored in them. */
  gaps: listOf(typed<Gap>()),
  /** Where several processes work on the jobs; absent where this process does all of them. */
  queue: queueStatus.exactOptional(),
});
export type Status = z.infer<typeof status>;

/** GET /api/runs/:id?limit=&failedOnly= */
export const runOptions = z.object({
  limit: z.coerce.number().int().min(0).max(MOST.rows).default(100),
  failedOnly: z.stringbool().default(false),
});

const deadLetterLine = shape({ source: z.string(), reason: z.string() });

export const runDetail = shape({
  run: typed<RunReport>(),
  total: count,
  jobs: listOf(typed<JobReport>()),
  /** The first dead letters of the run; their content stays in the dead-letter file. */
  deadLetters: listOf(deadLetterLine),
});
export type RunDetail = z.infer<typeof runDetail>;

/** GET /api/runs/:id/problems?cause=&after=&limit=: each problem of a run by itself, those of one cause where it is named. */
export const problemsOptions = z.object({
  cause: z.string().max(64).optional(),
  after: z.string().max(16_384).optional(),
  limit: z.coerce.number().int().min(1).max(MOST.rows).default(100),
});

export const problemsAnswer = shape({
  /** About as many as were asked for: the reports of jobs are not cut. */
  problems: listOf(typed<Problem>()),
  /** Continues; null after the last. */
  next: z.string().nullable(),
});
export type ProblemsAnswer = z.infer<typeof problemsAnswer>;

/** CloudTrail's objects of whole days, both included: `2026-01-31`, in UTC. */
export const backfillRange = shape({
  from: z.iso.date(),
  to: z.iso.date(),
  /** Default: all that are found. */
  accounts: z.array(z.string().min(1).max(64)).min(1).max(10_000).readonly().exactOptional(),
  regions: z.array(z.string().min(1).max(64)).min(1).max(100).readonly().exactOptional(),
});
export type BackfillRange = z.infer<typeof backfillRange>;

/** POST /api/runs (token): answered with the run's id. */
export const runRequest = shape({
  pipelines: z.array(pipeline).min(1).max(PIPELINE_NAMES.length).readonly(),
  /** A folder or s3://bucket/prefix instead of the lists. */
  source: z.string().min(1).max(4_096).exactOptional(),
  /** Leave out the sweeps that runs of the last day completed before they were interrupted. */
  resume: z.boolean().exactOptional(),
  /** Also what was acknowledged: restores what an engine has lost. */
  again: z.boolean().exactOptional(),
  /** For one pipeline that can read past days: these days instead of all there is, one job for each account, region and day, after all other work. */
  backfill: backfillRange.exactOptional(),
});
export type RunRequest = z.infer<typeof runRequest> & {
  /** Started by a schedule and not by a person: an empty list is then no failure. Never set by a request. */
  readonly scheduled?: boolean;
};

/** POST /api/import (token): dumps made with `aws … --output json`, by path, read by the process that holds the store. */
export const importRequest = shape({
  kind: fieldName,
  /** Absolute paths. */
  files: z.array(z.string().min(1).max(4_096)).min(1).max(100_000).readonly(),
  /** For dumps that do not name their account or region. */
  account: z
    .string()
    .regex(/^\d{12}$/)
    .exactOptional(),
  region: z.string().min(1).max(64).exactOptional(),
});
export type ImportRequest = z.infer<typeof importRequest>;

/** The answer to what starts a run. */
export const startedRun = shape({ id: z.string() });
