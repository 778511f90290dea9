import { pipelines } from '../pipelines/registry.ts';

/** Of each pipeline whose objects tell when they were delivered: what reads it off their keys. */
export const deliveryTimes = new Map(
  pipelines.flatMap(({ name, deliveredAt }) => (deliveredAt === undefined ? [] : [[name, deliveredAt] as const])),
);
