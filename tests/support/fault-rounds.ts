/** How often a test kills a process, and the points at which it does: few times on a developer's machine, more often in CI. */
import { seeded } from './seeded.ts';

/** `FAULT_ROUNDS` sets the number, as a long run by night does. */
export const FAULT_ROUNDS = Number(process.env.FAULT_ROUNDS ?? (process.env.CI === 'true' ? 5 : 2));

/** A number below a limit, of a sequence that `FAULT_SEED` repeats; each run has another one, which it prints. */
export function faultPoints(): (limit: number) => number {
  const seed = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 2 ** 31));
  process.stderr.write(`FAULT_SEED=${seed} FAULT_ROUNDS=${FAULT_ROUNDS} kills at the same points again\n`);
  return seeded(seed);
}
