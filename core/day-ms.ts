/** A day in milliseconds. Days are those of UTC, where JavaScript counts no leap seconds: all have the same length. */
export const DAY_MS = 86_400_000;
