import { z } from 'zod';
import type { PipelineName } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import { PIPELINE_NAMES } from '../core/declared-pipelines.ts';
import { OrgscopeError, type ProblemCode } from '../core/problem.ts';
import type { Ledger, RunReport } from '../core/store.ts';

/**
 * Allows one run of a pipeline at a time, although many processes write into the same engine. The process that runs it holds a note in the ledger
 * and renews it. Another process takes the note over where the holder is known to be dead, or where it has seen no renewal for some time by its own
 * clock: clocks of different machines are not compared.
 */
export interface Lease {
  /** Aborts when another process has taken over the lease. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** The process that holds a lease. */
export type LeaseHolder = z.output<typeof holderShape>;

const holderShape = z.object({
  run: z.string(),
  host: z.string(),
  pid: z.int(),
  /** ISO 8601, by the holder's clock. */
  renewed: z.string(),
});

export interface LeaseOptions {
  readonly ledger: Pick<Ledger, 'note' | 'swapNote'>;
  readonly pipelines: readonly PipelineName[];
  readonly run: string;
  /** A run with a label excludes only runs with the same label, and a live run excludes none. */
  readonly label?: RunReport['label'];
  readonly self: { readonly host: string; readonly pid: number };
  readonly clock: Clock;
  /** Whether a process of this machine is running. */
  readonly isAlive: (pid: number) => boolean;
  readonly wait: (delayMs: number, signal?: AbortSignal) => Promise<unknown>;
  readonly signal: AbortSignal;
  /** Called each time the lease of a pipeline is found to be held by another process. */
  readonly onWaiting?: (pipeline: PipelineName, holder: LeaseHolder) => void;
}

const RENEW_EVERY_MS = 5_000;
/** Six renewals were missed: pauses of a process or of the network are shorter. */
const EXPIRES_AFTER_MS = 30_000;
const LOOK_EVERY_MS = 1_000;
/** Trying again does not help against these problems. */
const LASTING: readonly ProblemCode[] = ['denied', 'credentials', 'conflict', 'usage', 'unexpected'];

/** Each live run has a note of its own: the message that began it is held until then, and must not wait for the live run of another process. */
function noteOf(pipeline: PipelineName, run: string, label: RunReport['label']): string {
  if (label === undefined) return `run:${pipeline}`;
  return label === 'live' ? `run:${pipeline}:live:${run}` : `run:${pipeline}:${label}`;
}

/** Waits until no other process runs one of these pipelines, and keeps others away until released. Throws an OrgscopeError (`interrupted`) on the signal. */
export async function takeLease(options: LeaseOptions): Promise<Lease> {
  const { ledger, run, self, clock, wait } = options;
  const lost = new AbortController();
  const ended = new AbortController();
  const held = new Map<string, string>();
  const text = (): string => JSON.stringify({ run, ...self, renewed: clock.now().toISOString() } satisfies LeaseHolder);

  async function take(pipeline: PipelineName): Promise<void> {
    const name = noteOf(pipeline, run, options.label);
    let seen: string | undefined;
    let seenForMs = 0;
    for (;;) {
      if (options.signal.aborted)
        throw new OrgscopeError('interrupted', 'Stopped while another run went on.', 'Run again later.');
      try {
        const before = await ledger.note(name);
        if (before !== seen) seenForMs = 0;
        seen = before;
        const holder = parse(before);
        const dead = holder !== undefined && isDead(holder, options);
        if (holder === undefined || dead || seenForMs >= EXPIRES_AFTER_MS) {
          const mine = text();
          if (await ledger.swapNote(name, before, mine)) {
            held.set(name, mine);
            return;
          }
          continue;
        }
        options.onWaiting?.(pipeline, holder);
      } catch (error) {
        if (!(error instanceof OrgscopeError) || LASTING.includes(error.code)) throw error;
        // While the engine is away the holder can't renew either: the time until then does not count.
        seen = undefined;
      }
      await wait(LOOK_EVERY_MS, options.signal).catch(() => undefined);
      seenForMs += LOOK_EVERY_MS;
    }
  }

  async function renew(): Promise<void> {
    while (!ended.signal.aborted) {
      await wait(RENEW_EVERY_MS, ended.signal).catch(() => undefined);
      for (const [name, before] of held) {
        if (ended.signal.aborted) return;
        const after = text();
        try {
          if (await ledger.swapNote(name, before, after)) held.set(name, after);
          else {
            // The answer to an earlier renewal may have been lost on its way: the note is ours, with a later time.
            const now = await ledger.note(name);
            if (now !== undefined && parse(now)?.run === run) held.set(name, now);
            else lost.abort();
          }
        } catch {
          // While the engine is away no other process can take over.
        }
      }
    }
  }

  async function release(): Promise<void> {
    ended.abort();
    await renewing;
    for (const [name, before] of held) await ledger.swapNote(name, before, undefined).catch(() => undefined);
  }

  let renewing: Promise<void> = Promise.resolve();
  try {
    // All runs take their pipelines in the same order, so that two of them never wait for each other.
    for (const pipeline of PIPELINE_NAMES) {
      if (!options.pipelines.includes(pipeline)) continue;
      await take(pipeline);
      if (held.size === 1) renewing = renew();
    }
  } catch (error) {
    await release();
    throw error;
  }
  return { lost: lost.signal, release };
}

/** Whether some process still works on a run that the ledger calls running. */
export async function isHeld(
  run: Pick<RunReport, 'id' | 'pipelines' | 'label'>,
  { ledger, self, clock, isAlive }: Pick<LeaseOptions, 'ledger' | 'self' | 'clock' | 'isAlive'>,
): Promise<boolean> {
  for (const pipeline of run.pipelines) {
    const holder = parse(await ledger.note(noteOf(pipeline, run.id, run.label)));
    if (holder?.run !== run.id) continue;
    if (holder.host === self.host) return isAlive(holder.pid);
    return clock.now().getTime() - Date.parse(holder.renewed) < 2 * EXPIRES_AFTER_MS;
  }
  return false;
}

/** A holder with the number of this process has ended: the first process of a container always has the same number. */
const isDead = (holder: LeaseHolder, { self, isAlive }: Pick<LeaseOptions, 'self' | 'isAlive'>): boolean =>
  holder.host === self.host && (holder.pid === self.pid || !isAlive(holder.pid));

function parse(text: string | undefined): LeaseHolder | undefined {
  try {
    return text === undefined ? undefined : holderShape.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
