/** Yields the time that a run is likely to go on for, from how fast it went of late: whole accounts or months differ from each other. */
export interface LeftEstimate {
  /** Milliseconds; undefined until something was done. */
  leftMs(nowMs: number, done: number, expected: number): number | undefined;
}

/** What is looked back on: long enough that a large job does not look like a halt. */
const WINDOW_MS = 5 * 60_000;
/** Before that a rate is chance. */
const LEAST_MS = 1_000;
/** A look every tenth of a second would fill the memory for nothing. */
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
