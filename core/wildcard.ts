import type { FieldFilter } from './query.ts';

/** A stretch of plain characters, `any` for a `*`, `one` for a `?`. */
export type WildcardPart = { readonly type: 'text'; readonly text: string } | { readonly type: 'any' } | { readonly type: 'one' };

/** The parts of a pattern, in order; a backslash makes the character after it a plain one. Two `*` side by side are one. */
export function wildcardParts(pattern: string): readonly WildcardPart[] {
  const parts: WildcardPart[] = [];
  let text = '';
  const endText = (): void => {
    if (text !== '') parts.push({ type: 'text', text });
    text = '';
  };
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] as string;
    if (char === '\\' && at + 1 < pattern.length) {
      text += pattern[++at];
    } else if (char === '*') {
      endText();
      if (parts.at(-1)?.type !== 'any') parts.push({ type: 'any' });
    } else if (char === '?') {
      endText();
      parts.push({ type: 'one' });
    } else {
      text += char;
    }
  }
  endText();
  return parts;
}

export const hasWildcards = (pattern: string): boolean => wildcardParts(pattern).some(({ type }) => type !== 'text');

/** The simplest filter that means the pattern. */
export function wildcardFilter(field: string, pattern: string): FieldFilter {
  const parts = wildcardParts(pattern);
  const [first, second] = parts;
  if (first === undefined) return { type: 'term', field, value: '' };
  if (parts.length === 1 && first.type === 'any') return { type: 'exists', field };
  if (parts.length === 1 && first.type === 'text') return { type: 'term', field, value: first.text };
  if (parts.length === 2 && first.type === 'text' && second?.type === 'any') return { type: 'prefix', field, value: first.text };
  return { type: 'wildcard', field, value: pattern };
}

/** Whether the pattern means the whole text. Each star takes as little as it can, so time is at most the product of both lengths. */
export function wildcardMatches(parts: readonly WildcardPart[], text: string): boolean {
  const characters = [...text];
  // One entry per character or wildcard.
  const wanted = parts.flatMap((part): WildcardPart[] =>
    part.type === 'text' ? [...part.text].map((one) => ({ type: 'text', text: one })) : [part],
  );
  let [at, next, star, resume] = [0, 0, -1, 0];
  while (at < characters.length) {
    const part = wanted[next];
    if (part?.type === 'any') {
      star = next++;
      resume = at;
    } else if (part?.type === 'one' || (part?.type === 'text' && part.text === characters[at])) {
      next++;
      at++;
    } else if (star >= 0) {
      next = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  return wanted.slice(next).every(({ type }) => type === 'any');
}
