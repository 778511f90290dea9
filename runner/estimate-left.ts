/** Yields the time that a run is likely to take until its end, from its latest rate: whole accounts and months differ in theirs. */
export interface LeftEstimate {
  /** Milliseconds; undefined until something was done. */
  leftMs(nowMs: number, done: number, expected: number): number | undefined;
}

/** The rate is that of the last five minutes: long enough that one large job does not look like a halt. */
const WINDOW_MS = 5 * 60_000;
/** A rate over less time is left to chance. */
const LEAST_MS = 1_000;
/** Progress is asked for several times a second: keeping a sample of each would cost memory and add nothing. */
const SAMPLE_EVERY_MS = 1_000;

export function estimateLeft(startedMs: number): LeftEstimate {
  const samples = [{ atMs: startedMs, done: 0 }];
  return {
    leftMs(nowMs, done, expected) {
      const last = samples.at(-1);
      if (last === undefined || nowMs - last.atMs >= SAMPLE_EVERY_MS) samples.push({ atMs: nowMs, done });
      while (samples.length > 2 && nowMs - (samples[1]?.atMs ?? nowMs) >= WINDOW_MS) samples.shift();
      if (done >= expected) return 0;
      const [first = { atMs: nowMs, done }] = samples;
      const passedMs = nowMs - first.atMs;
      const finished = done - first.done;
      return passedMs < LEAST_MS || finished <= 0 ? undefined : Math.round(((expected - done) * passedMs) / finished);
    },
  };
}
