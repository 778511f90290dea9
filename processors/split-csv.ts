import { StringDecoder } from 'node:string_decoder';
import { OrgscopeError } from '../core/problem.ts';

export interface CsvRow {
  /** Where the row begins, from 1; a quoted value may hold line breaks of its own. */
  readonly line: number;
  readonly values: string[];
}

export interface CsvSplitter {
  /** The rows that are complete so far. Throws an OrgscopeError (`malformed`) with the line. */
  push(chunk: Uint8Array): CsvRow[];
  /** The last row, where the file does not end with a line break. */
  end(): CsvRow[];
}

/** The largest row: an unclosed quote would otherwise read the rest of the file into memory. Real rows have some kilobytes. */
const MAX_ROW_LENGTH = 4 * 1024 * 1024;
const QUOTE = 34;
const COMMA = 44;
const NEWLINE = 10;
const RETURN = 13;

/**
 * Yields the rows of a CSV file (RFC 4180, UTF-8) that comes in chunks. It is strict, since the values are money: a quote within
 * an unquoted value and text after a closing quote are errors. csv-parse does the same at a fifth of the speed
 * (docs/decisions/0006-csv-parse.md): here native `indexOf` and `split` look at the characters.
 */
export function csvSplitter(): CsvSplitter {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let line = 1;
  let first = true;
  /** How much text there must be for the next look. */
  let lookAt = 0;

  function take(text: string, last: boolean): CsvRow[] {
    const rows: CsvRow[] = [];
    let start = 0;
    // The next quote and the next line break at or after the place; -1, and the text's length, mean none in this text. Each is looked for
    // once: a row of a million quoted values would else be searched to its end a million times.
    let quote = text.indexOf('"');
    let newline = newlineFrom(text, 0);
    while (start < text.length) {
      const values: string[] = [];
      let at = start;
      let lines = 1;
      let end = -1;
      for (;;) {
        if (newline < at) newline = newlineFrom(text, at);
        if (newline === text.length && !last && (quote < 0 || quote < at)) break;
        if (quote >= 0 && quote < at) quote = text.indexOf('"', at);
        if (quote < 0 || quote >= newline) {
          if (newline === text.length && !last) break;
          const stop = newline > at && text.charCodeAt(newline - 1) === RETURN ? newline - 1 : newline;
          append(values, text.slice(at, stop));
          end = newline + 1;
          break;
        }
        if (quote > at) {
          if (text.charCodeAt(quote - 1) !== COMMA) throw malformed('a quote within a value that is not quoted', line);
          append(values, text.slice(at, quote - 1));
        }
        // From here on a quoted value, whose end is a quote that no second one follows.
        let close = text.indexOf('"', quote + 1);
        let doubled = false;
        while (close >= 0 && text.charCodeAt(close + 1) === QUOTE) {
          doubled = true;
          close = text.indexOf('"', close + 2);
        }
        if (close < 0 || (close + 1 === text.length && !last)) {
          if (last) throw malformed('a quoted value does not end', line);
          break;
        }
        const value = text.slice(quote + 1, close);
        values.push(doubled ? value.replaceAll('""', '"') : value);
        for (let inner = value.indexOf('\n'); inner >= 0; inner = value.indexOf('\n', inner + 1)) lines++;
        at = close + 1;
        quote = text.indexOf('"', at);
        const next = at < text.length ? text.charCodeAt(at) : NEWLINE;
        if (next === COMMA) {
          at++;
          continue;
        }
        if (next === RETURN && at + 1 === text.length && !last) break;
        if (next === RETURN && (at + 1 === text.length || text.charCodeAt(at + 1) === NEWLINE)) at++;
        else if (next !== NEWLINE) throw malformed('text after the end of a quoted value', line);
        end = at + 1;
        break;
      }
      if (end < 0) break;
      // An empty line is not a row.
      if (values.length > 1 || values[0] !== '') rows.push({ line, values });
      line += lines;
      start = end;
    }
    rest = start < text.length ? text.slice(start) : '';
    // A row that is much longer than a chunk is looked at again only when twice as much of it is there.
    lookAt = Math.min(2 * rest.length, MAX_ROW_LENGTH + 1);
    if (rest.length > MAX_ROW_LENGTH) throw malformed('a row that does not end: is a closing quote missing?', line);
    return rows;
  }

  return {
    push(chunk) {
      let text = rest + decoder.write(chunk as Buffer);
      if (first && text !== '') {
        first = false;
        if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
      }
      if (text.length < lookAt && text.length < MAX_ROW_LENGTH) {
        rest = text;
        return [];
      }
      return take(text, false);
    },
    end: () => take(rest + decoder.end(), true),
  };
}

function newlineFrom(text: string, at: number): number {
  const found = text.indexOf('\n', at);
  return found < 0 ? text.length : found;
}

function append(values: string[], text: string): void {
  for (const value of text.split(',')) values.push(value);
}

function malformed(reason: string, line: number): OrgscopeError {
  return new OrgscopeError('malformed', reason, '', { line });
}
