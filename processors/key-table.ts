/** Finds the number of a name from its bytes, without making a string; -1 for an unknown name. */
export type KeyTable = (bytes: Uint8Array, start: number, end: number) => number;

const SLOTS = 1024;

export function keyTable(names: readonly string[]): KeyTable {
  const texts = names.map((name) => Buffer.from(name));
  // Chained hashing: `first` holds a name's number + 1, `next` the one that shares its slot.
  const first = new Uint16Array(SLOTS);
  const next = new Uint16Array(names.length + 1);
  for (const [number, text] of texts.entries()) {
    const slot = hash(text, 0, text.length);
    next[number + 1] = first[slot] as number;
    first[slot] = number + 1;
  }
  return (bytes, start, end) => {
    const length = end - start;
    if (length === 0) return -1;
    search: for (let entry = first[hash(bytes, start, end)] as number; entry !== 0; entry = next[entry] as number) {
      const text = texts[entry - 1] as Buffer;
      if (text.length !== length) continue;
      for (let index = 0; index < length; index++) if (text[index] !== bytes[start + index]) continue search;
      return entry - 1;
    }
    return -1;
  };
}

function hash(bytes: Uint8Array, start: number, end: number): number {
  const middle = bytes[start + ((end - start) >> 1)] as number;
  return ((end - start) * 37 + (bytes[start] as number) * 5 + (bytes[end - 1] as number) * 11 + middle * 17) & (SLOTS - 1);
}
