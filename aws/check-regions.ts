import { OrgscopeError } from '../core/problem.ts';
import { partitionOfRegion } from './partition.ts';
import type { Identity } from './reach.ts';

/** Throws an OrgscopeError if a region that a line names is of another partition than the account of its reader. */
export function checkRegions(regions: readonly string[] | undefined, { partition }: Identity): void {
  const foreign = regions?.find((region) => partitionOfRegion(region) !== partition);
  if (foreign === undefined) return;
  throw new OrgscopeError(
    'malformed',
    `${foreign} is not a region of the partition ${partition}, to which the account belongs`,
    'Remove it from the line.',
  );
}
