import { constant, forThisRecord, numbersAt, repeated } from './record-memory.ts';

/** The result of a pure function of some bytes in the memory of records, kept for when the same bytes come again. */
export type ByteCache<T> = (from: number, to: number) => T;

/** Longer values are rare and repeat seldom; they are computed each time, so that a cache has a bounded size. */
const MAX_BYTES = 16 * 1024;

const SLOTS = constant('REPEATED_SLOTS');
/** Of four numbers for each value that repeats, the third is its own. */
const places = numbersAt(constant('REPEATED'), SLOTS * 4);

/** The pieces that `make` keeps (`keptPart`) live as long as its result is cached. */
export function byteCache<T>(make: (from: number, to: number) => T): ByteCache<T> {
  // The places of values are common to all caches; a place may have got another value since this cache used it.
  const serials = new Int32Array(SLOTS);
  const values = new Array<T | undefined>(SLOTS).fill(undefined);
  return (from, to) => {
    if (to - from > MAX_BYTES) return forThisRecord(() => make(from, to));
    const place = repeated(from, to);
    const serial = places[place * 4 + 2] as number;
    if (serials[place] === serial) return values[place] as T;
    const value = make(from, to);
    serials[place] = serial;
    values[place] = value;
    return value;
  };
}
