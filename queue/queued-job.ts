import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PIPELINE_NAMES } from '../core/declared-pipelines.ts';
import type { Json } from '../core/json.ts';
import type { Job } from '../core/pipeline.ts';
import { OrgscopeError } from '../core/problem.ts';

/** A job and its run, as they wait in Redis. */
export interface QueuedJob {
  readonly run: string;
  readonly job: Job;
}

const queuedJob: z.ZodType<QueuedJob> = z.object({
  run: z.string().min(1),
  job: z.object({
    id: z.string().min(1),
    pipeline: z.enum(PIPELINE_NAMES),
    account: z.string().exactOptional(),
    region: z.string().exactOptional(),
    kind: z.string().exactOptional(),
    object: z.string().exactOptional(),
    lane: z.string(),
    service: z.string().exactOptional(),
    priority: z.enum(['live', 'scheduled', 'backfill']).exactOptional(),
    payload: z.json() as z.ZodType<Json>,
  }),
});

/** Yields the job that Redis holds, checked: another version of orgscope may have written it. */
export function parseQueuedJob(value: unknown): QueuedJob {
  const parsed = queuedJob.safeParse(value);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join('.') ?? '';
  const next = 'Run the same version of orgscope everywhere.';
  throw new OrgscopeError('conflict', `The queue holds a job of another shape (${field}).`, next);
}

/**
 * The key of a job in its queue, which holds the same job of the same run once. It is a hash, since BullMQ allows no colons in keys and the ids of
 * jobs may be long.
 */
export const jobKey = ({ run, job }: QueuedJob): string =>
  `${run}-${createHash('sha256').update(job.id).digest('base64url').slice(0, 22)}`;
