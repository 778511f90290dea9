import type { Job } from '../core/pipeline.ts';
import type { Leases } from '../queue/leases.ts';

/** Gives the slot back. */
export type ReleaseSlot = () => Promise<void>;

/**
 * Takes one of the slots for jobs that call the same service of the same account, and keeps its lease until it is released. Undefined where
 * none is free. A job without an account needs no slot.
 */
export async function takeAccountSlot(
  leases: Leases,
  job: Job,
  holder: string,
  takeoverMs: number,
): Promise<ReleaseSlot | undefined> {
  if (job.account === undefined) return async () => undefined;
  const limited = `${job.account}/${job.service ?? job.pipeline}`;
  if (!(await leases.take(limited, holder))) return undefined;
  // A renewal that fails is repeated in time: two of three may fail.
  const renewal = setInterval(() => void leases.take(limited, holder).catch(() => undefined), takeoverMs / 3);
  return async () => {
    clearInterval(renewal);
    await leases.release(limited, holder);
  };
}
