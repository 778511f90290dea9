/**
 * A JSON value without nulls, empty texts, empty lists and empty objects at any depth, and without blanks; the empty text if
 * nothing is left. Elastic's integration leaves the same out, and a document must be one line. Every number keeps its digits.
 *
 * Takes and gives a binary string: one character per byte of UTF-8. The value must be valid JSON.
 */
export function dropEmpty(json: string): string {
  let at = 0;

  function skipBlanks(): number {
    for (;;) {
      const code = json.charCodeAt(at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
      at++;
    }
  }

  function text(): string {
    const start = at++;
    for (;;) {
      const code = json.charCodeAt(at);
      if (code === 0x22) break;
      at += code === 0x5c ? 2 : 1;
    }
    at++;
    return pairSurrogates(json.slice(start, at));
  }

  function container(close: number, isObject: boolean): string {
    at++;
    let out = '';
    for (;;) {
      const code = skipBlanks();
      if (code === close) break;
      if (code === 0x2c) {
        at++;
        continue;
      }
      let key = '';
      if (isObject) {
        key = `${text()}:`;
        skipBlanks();
        at++;
      }
      const inner = value();
      if (inner !== '') out += out === '' ? key + inner : `,${key}${inner}`;
    }
    at++;
    return out;
  }

  function value(): string {
    const code = skipBlanks();
    if (code === 0x22) {
      const content = text();
      return content === '""' ? '' : content;
    }
    if (code === 0x7b) {
      const out = container(0x7d, true);
      return out === '' ? '' : `{${out}}`;
    }
    if (code === 0x5b) {
      const out = container(0x5d, false);
      return out === '' ? '' : `[${out}]`;
    }
    const start = at;
    while (at < json.length && !ENDS_LITERAL.has(json.charCodeAt(at))) at++;
    const literal = json.slice(start, at);
    return literal === 'null' ? '' : literal;
  }

  return value();
}

const ENDS_LITERAL = new Set([0x2c, 0x5d, 0x7d, 0x20, 0x0a, 0x0d, 0x09]);

/** A surrogate without its partner is valid JSON and no valid text: stores refuse it, so it becomes U+FFFD. */
export function pairSurrogates(quoted: string): string {
  if (!/\\u[dD][89a-fA-F]/.test(quoted)) return quoted;
  const text: string = JSON.parse(Buffer.from(quoted, 'latin1').toString('utf8'));
  return Buffer.from(JSON.stringify(text.toWellFormed())).toString('latin1');
}
