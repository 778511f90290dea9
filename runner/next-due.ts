import { Cron } from 'croner';
import type { Schedule } from '../core/schedule.ts';

/**
 * When it is to run next, undefined for never again; `last` is when it last began. A time that has passed means at once, and however many were
 * missed, while the pipeline ran or no process was there, the next one counts from the run that makes up for them.
 */
export function nextDue(schedule: Schedule, last: Date | undefined, now: Date): Date | undefined {
  switch (schedule.type) {
    case 'every':
      return last === undefined ? now : new Date(last.getTime() + schedule.everyMs);
    case 'cron':
      return new Cron(schedule.pattern).nextRun(last ?? now) ?? undefined;
    case 'once':
      return last === undefined ? now : undefined;
    case 'never':
      return undefined;
  }
}

const JITTER_AT_MOST_MS = 30_000;

/** How much later than due, so that many orgscopes, and the robots that keep the same hours, don't all ask AWS at the same second. */
export function jitterMs(schedule: Schedule, random: () => number): number {
  return random() * (schedule.type === 'every' ? Math.min(schedule.everyMs / 10, JITTER_AT_MOST_MS) : JITTER_AT_MOST_MS);
}
