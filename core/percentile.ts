/** A percentage in thousandths, so that 99.9 is a whole number and ranks are reckoned without rounding. */
export const thousandths = (percent: number): number => Number((percent * 1_000).toFixed(6));

/** The rank, from 1, of a percentile among so many values in ascending order: the nearest rank, so that it is one of the values. */
export const rankOf = (percent: number, values: number): number =>
  Math.max(1, Math.ceil((thousandths(percent) * values) / 100_000));
