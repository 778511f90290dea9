import type { PipelineName } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import { DAY_MS } from '../core/day-ms.ts';
import { PIPELINE_NAMES } from '../core/declared-pipelines.ts';
import type { Schedule } from '../core/schedule.ts';
import { jitterMs, nextDue } from './next-due.ts';

export interface ScheduleOptions {
  /** As of now: asked again whenever something has ended, since people edit lists. */
  readonly schedules: () => ReadonlyMap<PipelineName, Schedule>;
  /** When a pipeline last began, before this process. */
  readonly lastBegan: ReadonlyMap<PipelineName, Date>;
  /** Runs these pipelines as one run; never rejects. */
  readonly run: (pipelines: readonly PipelineName[]) => Promise<void>;
  readonly clock: Clock;
  readonly random: () => number;
  /** Resolves after the delay, or early when the signal aborts. */
  readonly wait: (delayMs: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Node's timers take no longer delay (24.8 days), so a longer wait is cut into parts. */
const LONGEST_WAIT_MS = DAY_MS;
const LATER = new Date(8.64e15);

/**
 * Runs each pipeline when it is due, until stopped: those that are due together as one run, none while it still runs. Resolves once what runs
 * has ended.
 */
export async function keepSchedules(options: ScheduleOptions): Promise<void> {
  const { clock, random, signal } = options;
  const began = new Map<PipelineName, Date>();
  const due = new Map<PipelineName, Date>();
  const underWay = new Map<PipelineName, Promise<void>>();

  function plan(names: Iterable<PipelineName>, first: boolean): void {
    const schedules = options.schedules();
    // The same for all with the same schedule: they stay one run.
    const jitters = new Map<string, number>();
    for (const name of names) {
      const schedule = schedules.get(name) ?? { type: 'never' };
      // What is set to an interval runs when orgscope starts; a time of day that was missed is made up for.
      const last = first && schedule.type === 'cron' ? options.lastBegan.get(name) : began.get(name);
      const next = nextDue(schedule, last, clock.now());
      due.delete(name);
      if (next === undefined) continue;
      const key = JSON.stringify(schedule);
      const jitter = jitters.get(key) ?? (first && next <= clock.now() ? 0 : jitterMs(schedule, random));
      jitters.set(key, jitter);
      due.set(name, new Date(next.getTime() + jitter));
    }
  }

  plan(options.schedules().keys(), true);
  while (!signal.aborted) {
    const now = clock.now();
    const ready = PIPELINE_NAMES.filter((name) => !underWay.has(name) && (due.get(name) ?? LATER) <= now);
    if (ready.length > 0) {
      for (const name of ready) {
        due.delete(name);
        began.set(name, now);
      }
      const running = options.run(ready).then(() => {
        for (const name of ready) underWay.delete(name);
        plan(ready, false);
      });
      for (const name of ready) underWay.set(name, running);
    }
    const next = Math.min(...[...due.values()].map((at) => at.getTime()));
    const woken = new AbortController();
    const delayMs = Math.max(0, Math.min(next - clock.now().getTime(), LONGEST_WAIT_MS));
    await Promise.race([...underWay.values(), options.wait(delayMs, AbortSignal.any([signal, woken.signal]))]);
    woken.abort();
  }
  await Promise.all(underWay.values());
}
