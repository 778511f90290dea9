import { keptPart, type Part, scratchPart } from '../record-memory.ts';

/** A value as a piece of JSON that stays as long as the result of a byte cache; undefined is an empty one. */
export const keptJson = (value: unknown): Part => keptPart(binaryJson(value));

/** A value as a piece of JSON for the current document alone. */
export const scratchJson = (value: unknown): Part => scratchPart(binaryJson(value));

const binaryJson = (value: unknown): string => (value === undefined ? '' : Buffer.from(JSON.stringify(value)).toString('latin1'));
