import { z } from 'zod';
import type { PipelineName } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import { PIPELINE_NAMES } from '../core/declared-pipelines.ts';
import { OrgscopeError, type ProblemCode } from '../core/problem.ts';
import type { Ledger, RunReport } from '../core/store.ts';

/**
 * One run of a pipeline at a time, although many processes write into the same engine. Who runs holds a note in the ledger and renews it.
 * It is taken over where its process is known to be dead, or where it was not renewed for so long as seen from here: clocks are not compared.
 */
export interface Lease {
  /** Aborts when another process took over: this one was taken for dead. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** Who holds a lease. */
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
  /** A run beside the others: it keeps nobody away but those of its own label, and live ones nobody at all. */
  readonly label?: RunReport['label'];
  readonly self: { readonly host: string; readonly pid: number };
  readonly clock: Clock;
  /** Whether a process of this machine lives. */
  readonly isAlive: (pid: number) => boolean;
  readonly wait: (delayMs: number, signal?: AbortSignal) => Promise<unknown>;
  readonly signal: AbortSignal;
  /** Called while another holds it. */
  readonly onWaiting?: (pipeline: PipelineName, holder: LeaseHolder) => void;
}

const RENEW_EVERY_MS = 5_000;
/** Six renewals missed: no pause of a process or of the network is as long. */
const EXPIRES_AFTER_MS = 30_000;
const LOOK_EVERY_MS = 1_000;
/** Trying again does not help against these. */
const LASTING: readonly ProblemCode[] = ['denied', 'credentials', 'conflict', 'usage', 'unexpected'];

/** A message that began a live run is held until the run has begun: it must not wait for the live run of another process. */
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
        // While the engine is away nobody can renew.
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
            // The answer to an earlier renewal may have been lost on the way: then the note is ours all the same.
            const now = await ledger.note(name);
            if (now !== undefined && parse(now)?.run === run) held.set(name, now);
            else lost.abort();
          }
        } catch {
          // The engine is away, for the others too.
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
    // Always in the same order: two runs never wait for each other.
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

/** Whether a run that the ledger calls running is still worked on by some process. */
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

/** With this process's own number it is one that ended before: a container's first process always has the same. */
const isDead = (holder: LeaseHolder, { self, isAlive }: Pick<LeaseOptions, 'self' | 'isAlive'>): boolean =>
  holder.host === self.host && (holder.pid === self.pid || !isAlive(holder.pid));

function parse(text: string | undefined): LeaseHolder | undefined {
  try {
    return text === undefined ? undefined : holderShape.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
