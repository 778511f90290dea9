/** The current time. It is passed in, so that tests and the sample can fix it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
