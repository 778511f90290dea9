/**
 * Prints a JSON object or list as Java does, `{userName=ana, tags=[a, b]}`: Elastic's AWS integration stores requests and responses in this
 * form, and detection rules search it. Strings lose their quotes and escapes, numbers keep their digits.
 */
export const printTree = (json: string): string =>
  json.replace(TOKEN, (token) => (token[0] === '"' ? JSON.parse(token) : token === ':' ? '=' : ', '));

const TOKEN = /"(?:[^"\\]|\\.)*"|[:,]/g;

/** The JSON text of the value at a path of an object's JSON text, found without parsing; undefined if there is none. */
export function jsonAt(json: string, path: readonly string[]): string | undefined {
  let from = blanksEnd(json, 0);
  for (const key of path) {
    if (json[from] !== '{') return undefined;
    const wanted = JSON.stringify(key);
    from = blanksEnd(json, from + 1);
    for (;;) {
      if (json[from] !== '"') return undefined;
      const keyEnd = valueEnd(json, from);
      const isWanted = json.startsWith(wanted, from) && keyEnd - from === wanted.length;
      const colon = blanksEnd(json, keyEnd);
      if (json[colon] !== ':') return undefined;
      from = blanksEnd(json, colon + 1);
      if (isWanted) break;
      from = blanksEnd(json, valueEnd(json, from));
      if (json[from] !== ',') return undefined;
      from = blanksEnd(json, from + 1);
    }
  }
  return json.slice(from, valueEnd(json, from));
}

function blanksEnd(json: string, from: number): number {
  let at = from;
  while (at < json.length && json.charCodeAt(at) <= 0x20) at++;
  return at;
}

/** The offset after the value that begins at `from`, or the end of a text that is no JSON. */
function valueEnd(json: string, from: number): number {
  let depth = 0;
  for (let at = from; at < json.length; at++) {
    const char = json[at];
    if (char === '"') {
      at = quoteEnd(json, at);
    } else if (char === '{' || char === '[') {
      depth++;
      continue;
    } else if (char === '}' || char === ']') {
      depth--;
    } else if (depth > 0) {
      continue;
    } else {
      while (at + 1 < json.length && !',}] \n\r\t'.includes(json[at + 1] as string)) at++;
    }
    if (depth <= 0) return at + 1;
  }
  return json.length;
}

/** The offset of the closing quote of the string that begins at `from`. */
function quoteEnd(json: string, from: number): number {
  let quote = from;
  do {
    quote = json.indexOf('"', quote + 1);
    if (quote < 0) return json.length - 1;
  } while (isEscaped(json, quote));
  return quote;
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0;
  while (json[at - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}
