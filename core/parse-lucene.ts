import { OrgscopeError } from './problem.ts';
import type { Filter } from './query.ts';
import { hasWildcards, wildcardFilter, wildcardParts } from './wildcard.ts';

/**
 * Parses the search language, a subset of Lucene's that means the same on every store (docs/search.md):
 * `field:value`, `field:"a phrase"`, `field:(a OR b)`, `field:val*`, `field:*al?e*`, `field:*`, `field:[a TO b]`, `field:{a TO b}`, `field:>=5`,
 * words and "phrases" anywhere in the document, `AND` `OR` `NOT` (also `&&` `||` `!` `-`), parentheses, `\` before a special character.
 * Two terms side by side are joined with AND. Throws an OrgscopeError (`usage`) that names the place, or a bound below.
 */
export function parseLucene(text: string): Filter {
  if (text.length > MOST_CHARACTERS) {
    throw new OrgscopeError(
      'usage',
      `The search has ${text.length} characters; at most ${MOST_CHARACTERS} are possible.`,
      'Shorten it, or search several times.',
    );
  }
  const parser = new Parser(text);
  return parser.parse();
}

/** The length of a list of a thousand ARNs. */
export const MOST_CHARACTERS = 65_536;
/** The parser recurses at each opening parenthesis. */
const MOST_PARENTHESES = 64;
/** Ten for each condition that a question may have. */
const MOST_TOKENS = 10_000;

type Token =
  | { readonly type: 'and' | 'or' | 'not' | '(' | ')'; readonly at: number }
  | { readonly type: 'field'; readonly name: string; readonly at: number }
  | { readonly type: 'word'; readonly text: string; readonly at: number }
  /** A word with wildcards, still escaped. */
  | { readonly type: 'pattern'; readonly text: string; readonly at: number }
  | { readonly type: 'phrase'; readonly text: string; readonly at: number }
  | { readonly type: 'range'; readonly bounds: Bounds; readonly at: number };

interface Bounds {
  gte?: string;
  gt?: string;
  lte?: string;
  lt?: string;
}

/** Ends a word. A colon does so only as the end of a field's name: times and ARNs hold colons. */
const ENDS_WORD = /[\s()"]/;

class Parser {
  private readonly tokens: Token[];
  private next = 0;
  private open = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
    this.tokens = [];
    for (const token of this.tokenize()) {
      if (this.tokens.push(token) > MOST_TOKENS) throw this.error(token.at, `more than ${MOST_TOKENS} words and signs`);
    }
  }

  parse(): Filter {
    if (this.tokens.length === 0) return { type: 'all' };
    const filter = this.either();
    const rest = this.tokens[this.next];
    if (rest !== undefined) throw this.error(rest.at, 'a closing parenthesis without an opening one');
    return filter;
  }

  private either(): Filter {
    const filters = [this.both()];
    while (this.take('or')) filters.push(this.both());
    return filters.length === 1 ? (filters[0] as Filter) : { type: 'or', filters };
  }

  private both(): Filter {
    const filters = [this.one()];
    for (;;) {
      const token = this.tokens[this.next];
      if (token === undefined || token.type === 'or' || token.type === ')') break;
      this.take('and');
      filters.push(this.one());
    }
    return filters.length === 1 ? (filters[0] as Filter) : { type: 'and', filters };
  }

  private one(): Filter {
    const negated = this.negated();
    const filter = this.take('(') ? this.within(() => this.either()) : this.leaf(undefined);
    return negated ? { type: 'not', filter } : filter;
  }

  /** Two of them cancel out. */
  private negated(): boolean {
    let negated = false;
    while (this.take('not')) negated = !negated;
    return negated;
  }

  /** Parses up to the parenthesis that closes the one just read. */
  private within(inner: () => Filter): Filter {
    if (++this.open > MOST_PARENTHESES) {
      const at = this.tokens[this.next - 1]?.at ?? 0;
      throw this.error(at, `more than ${MOST_PARENTHESES} parentheses stand within one another`);
    }
    const filter = inner();
    if (!this.take(')')) throw this.error(this.text.length, 'a closing parenthesis is missing');
    this.open--;
    return filter;
  }

  /** Parses a value: of the field if one is named, else anywhere in the document. */
  private leaf(field: string | undefined): Filter {
    const token = this.tokens[this.next++];
    if (token === undefined) throw this.error(this.text.length, 'something is missing at the end');
    switch (token.type) {
      case 'field': {
        if (field !== undefined) throw this.error(token.at, 'a field within the parentheses of a field');
        return this.take('(') ? this.within(() => this.values(token.name)) : this.leaf(token.name);
      }
      case 'phrase':
        return field === undefined ? { type: 'text', value: token.text } : { type: 'term', field, value: token.text };
      case 'range':
        if (field === undefined) throw this.error(token.at, 'a range without a field');
        return { type: 'range', field, ...token.bounds };
      case 'word':
        return field === undefined ? { type: 'text', value: token.text } : { type: 'term', field, value: token.text };
      case 'pattern':
        return field === undefined ? this.textOf(token.text, token.at) : wildcardFilter(field, token.text);
      default:
        throw this.error(token.at, 'a value is missing');
    }
  }

  /** `field:(a OR b AND NOT c)`. */
  private values(field: string): Filter {
    const either: Filter[] = [];
    do {
      const both: Filter[] = [];
      for (;;) {
        const token = this.tokens[this.next];
        if (token === undefined || token.type === 'or' || token.type === ')') break;
        this.take('and');
        const negated = this.negated();
        const filter = this.take('(') ? this.within(() => this.values(field)) : this.leaf(field);
        both.push(negated ? { type: 'not', filter } : filter);
      }
      if (both.length === 0) throw this.error(this.tokens[this.next]?.at ?? this.text.length, 'a value is missing');
      either.push(both.length === 1 ? (both[0] as Filter) : { type: 'and', filters: both });
    } while (this.take('or'));
    return either.length === 1 ? (either[0] as Filter) : { type: 'or', filters: either };
  }

  private take(type: Token['type']): boolean {
    if (this.tokens[this.next]?.type !== type) return false;
    this.next++;
    return true;
  }

  private *tokenize(): Iterable<Token> {
    let at = 0;
    let afterField = false;
    while (at < this.text.length) {
      const char = this.text[at] as string;
      const start = at;
      if (/\s/.test(char)) {
        at++;
        continue;
      }
      if (char === '(' || char === ')') {
        yield { type: char, at: at++ };
      } else if (char === '"') {
        const end = this.quoteEnd(at);
        yield { type: 'phrase', text: withoutEscapes(this.text.slice(at + 1, end)), at };
        at = end + 1;
      } else if (afterField && (char === '[' || char === '{')) {
        const end = this.text.slice(at).search(/[\]}]/) + at;
        if (end < at) throw this.error(at, 'the range has no end');
        yield { type: 'range', bounds: this.bounds(this.text.slice(at, end + 1), at), at };
        at = end + 1;
      } else if (this.text.startsWith('&&', at) || this.text.startsWith('||', at)) {
        yield { type: char === '&' ? 'and' : 'or', at };
        at += 2;
      } else if (!afterField && (char === '!' || (char === '-' && !/\s/.test(this.text[at + 1] ?? ' ')))) {
        yield { type: 'not', at: at++ };
      } else {
        at = this.wordEnd(at, afterField);
        const raw = this.text.slice(start, at);
        const token = afterField ? this.comparison(raw, start) : operator(raw, start);
        if (token !== undefined) yield token;
        else if (!afterField && raw.length > 1 && raw.endsWith(':') && !raw.endsWith('\\:')) {
          yield { type: 'field', name: withoutEscapes(raw.slice(0, -1)), at: start };
          afterField = true;
          continue;
        } else yield this.word(raw, start);
      }
      afterField = false;
    }
  }

  /** Up to white space, a parenthesis or a quote; up to and with the first colon where a field may stand. */
  private wordEnd(start: number, afterField: boolean): number {
    let at = start;
    for (; at < this.text.length; at++) {
      const char = this.text[at] as string;
      if (char === '\\') at++;
      else if (ENDS_WORD.test(char)) break;
      else if (char === ':' && !afterField) return at + 1;
    }
    return Math.min(at, this.text.length);
  }

  private word(raw: string, at: number): Token {
    return hasWildcards(raw) ? { type: 'pattern', text: raw, at } : { type: 'word', text: withoutEscapes(raw), at };
  }

  /** Words match anywhere in a text, so stars around a word are redundant. */
  private textOf(pattern: string, at: number): Filter {
    const parts = wildcardParts(pattern);
    const inner = parts.slice(parts[0]?.type === 'any' ? 1 : 0, parts.at(-1)?.type === 'any' ? -1 : undefined);
    const [word] = inner;
    if (word === undefined) return { type: 'all' };
    if (inner.length > 1 || word.type !== 'text') throw this.error(at, 'a wildcard within a word needs a field before it');
    return { type: 'text', value: word.text };
  }

  private comparison(raw: string, at: number): Token | undefined {
    const match = /^(>=|<=|>|<)(.*)$/s.exec(raw);
    if (match === null) return undefined;
    const [, sign, value] = match as unknown as [string, string, string];
    if (value === '') throw this.error(at, `a value is missing after ${sign}`);
    const name = { '>=': 'gte', '>': 'gt', '<=': 'lte', '<': 'lt' }[sign] as keyof Bounds;
    return { type: 'range', bounds: { [name]: withoutEscapes(value) }, at };
  }

  private bounds(range: string, at: number): Bounds {
    const match = /^([[{])\s*(\S+)\s+TO\s+(\S+?)\s*([\]}])$/.exec(range);
    if (match === null) throw this.error(at, 'a range looks like [a TO b] or {a TO b}');
    const [, open, low, high, end] = match as unknown as [string, string, string, string, string];
    const bounds: Bounds = {};
    if (low !== '*') bounds[open === '[' ? 'gte' : 'gt'] = strip(low);
    if (high !== '*') bounds[end === ']' ? 'lte' : 'lt'] = strip(high);
    return bounds;
  }

  private quoteEnd(start: number): number {
    for (let at = start + 1; at < this.text.length; at++) {
      if (this.text[at] === '\\') at++;
      else if (this.text[at] === '"') return at;
    }
    throw this.error(start, 'the quote has no end');
  }

  private error(at: number, what: string): OrgscopeError {
    const next =
      'Examples: event.outcome:failure AND NOT user.name:ana · resource.vcpus:>=8 · resource.name:web* (docs/search.md)';
    return new OrgscopeError('usage', `The search can't be understood at character ${at + 1}: ${what}.`, next);
  }
}

function operator(raw: string, at: number): Token | undefined {
  if (raw === 'AND' || raw === 'OR' || raw === 'NOT') return { type: raw.toLowerCase() as 'and' | 'or' | 'not', at };
  return undefined;
}

const withoutEscapes = (text: string): string => text.replace(/\\(.)/gs, '$1');
const strip = (text: string): string => withoutEscapes(text.replace(/^"(.*)"$/s, '$1'));
