/**
 * Finds the end of a JSON object, list or text that is too large or too deep to be held, in one pass over its bytes as they come. It keeps a
 * depth and nothing else, so what it skips is not known to be valid.
 */
export interface ValueSkipper {
  /** A value begins at the next byte; `depth` containers around it are skipped too. */
  begin(depth?: number): void;
  /** The offset after the end, or -1 where it lies in bytes to come. */
  feed(bytes: Uint8Array, from: number, limit: number): number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export function createValueSkipper(): ValueSkipper {
  let depth = 0;
  let inText = false;
  let escaped = false;

  return {
    begin(around = 0) {
      depth = around;
      inText = false;
      escaped = false;
    },
    feed(bytes, from, limit) {
      let at = from;
      while (at < limit) {
        const byte = bytes[at++] as number;
        if (inText) {
          if (escaped) escaped = false;
          else if (byte === BACKSLASH) escaped = true;
          else if (byte === QUOTE) {
            inText = false;
            if (depth === 0) return at;
          }
        } else if (byte === QUOTE) inText = true;
        else if (byte === 0x7b || byte === 0x5b) depth++;
        else if ((byte === 0x7d || byte === 0x5d) && --depth <= 0) return at;
      }
      return -1;
    },
  };
}
