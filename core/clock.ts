/** Time is an effect: it is passed in, so that a test or a sample can hold it still. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
