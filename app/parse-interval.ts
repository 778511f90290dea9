const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** Each run writes a report, and a shorter interval would mostly write reports. */
const MIN_MS = 5_000;
/** Node's timers take no more; a longer one would fire at once. */
const MAX_MS = 2 ** 31 - 1;

/** What an interval may be, for messages. */
export const INTERVALS = 'such as 30s, 5m, 1h or 1d (at least 5s)';

/** `30s`, `5m`, `1h`, `1d` in milliseconds; null for `never`, undefined for anything else. */
export function parseInterval(text: string): number | null | undefined {
  if (text === 'never') return null;
  const match = /^(\d{1,5})([smhd])$/.exec(text);
  if (match === null) return undefined;
  const interval = Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
  return interval < MIN_MS || interval > MAX_MS ? undefined : interval;
}
