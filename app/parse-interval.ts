const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** Node's timers take no more; a longer one would fire at once. */
const MAX_MS = 2 ** 31 - 1;

/** `30m`, `1h`, `1d` in milliseconds; null for `never`, undefined for what is no interval. */
export function parseInterval(text: string): number | null | undefined {
  if (text === 'never') return null;
  const match = /^(\d{1,5})([mhd])$/.exec(text);
  if (match === null) return undefined;
  const interval = Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
  return interval === 0 || interval > MAX_MS ? undefined : interval;
}
