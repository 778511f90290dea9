import { seeded } from './seeded.ts';

/** The number of times that a test kills a process: two on a developer's machine, five in CI, or the value of `FAULT_ROUNDS`. */
export const FAULT_ROUNDS = Number(process.env.FAULT_ROUNDS ?? (process.env.CI === 'true' ? 5 : 2));

/** Yields numbers below a limit, for the points at which a process is killed. Each run prints its seed; `FAULT_SEED` repeats that run. */
export function faultPoints(): (limit: number) => number {
  const seed = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 2 ** 31));
  process.stderr.write(`FAULT_SEED=${seed} FAULT_ROUNDS=${FAULT_ROUNDS} kills at the same points again\n`);
  return seeded(seed);
}
