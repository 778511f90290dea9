import { byteCache } from '../byte-cache.ts';
import { binaryOf, constantPart } from '../record-memory.ts';
import { endOf, isPresent, setPart, startOf } from './line-slots.ts';

export const SUCCESS = constantPart('"success"');
export const FAILURE = constantPart('"failure"');

/** 000 is the status of a request that ended before an answer. */
const outcomes = byteCache((from, to) => {
  const status = Number(binaryOf(from, to));
  return status > 0 && status < 400 ? SUCCESS : FAILURE;
});

/** Gives a slot the outcome of a request by its status in another one. */
export function setOutcome(status: number, outcome: number): void {
  if (isPresent(status)) setPart(outcome, outcomes(startOf(status), endOf(status)));
}
