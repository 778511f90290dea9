/** A reproducible stream of random numbers. Each resource of the sample has its own stream, so that an added resource changes no existing one. */
export interface Random {
  /** From 0 (included) to 1 (excluded). */
  next(): number;
  /** A whole number, both ends included. */
  int(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** One of the items; its weight is its relative frequency. */
  weighted<T>(items: readonly (readonly [item: T, weight: number])[]): T;
  /** Lower-case hexadecimal digits. */
  hex(length: number): string;
  digits(length: number): string;
  /** Upper-case letters and digits, as in the ids of AWS users and access keys. */
  id(length: number): string;
}

const HEX = '0123456789abcdef';
const ID = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The stream of this name: mulberry32, seeded with the FNV-1a hash of the name. It is predictable: never use it for secrets. */
export function seeded(...name: readonly (string | number)[]): Random {
  let state = 0x811c9dc5;
  const text = name.join('/');
  for (let at = 0; at < text.length; at += 1) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const characters = (alphabet: string, length: number): string => {
    let made = '';
    for (let count = 0; count < length; count += 1) made += alphabet[Math.floor(next() * alphabet.length)];
    return made;
  };
  const random: Random = {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (items) => {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
    weighted: (items) => {
      let left = next() * items.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [item, weight] of items) {
        left -= weight;
        if (left < 0) return item;
      }
      throw new RangeError('nothing to pick from');
    },
    hex: (length) => characters(HEX, length),
    digits: (length) => characters('0123456789', length),
    id: (length) => characters(ID, length),
  };
  // The first value of neighbouring seeds is correlated; the second no longer is.
  next();
  return random;
}
