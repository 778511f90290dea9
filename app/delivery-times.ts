import { pipelines } from '../pipelines/registry.ts';

/** For each pipeline whose object keys hold the time of delivery: the function that parses it. */
export const deliveryTimes = new Map(
  pipelines.flatMap(({ name, deliveredAt }) => (deliveredAt === undefined ? [] : [[name, deliveredAt] as const])),
);
