import type { z } from 'zod';
import { OrgscopeError } from '../core/problem.ts';
import { MOST } from '../core/question-bounds.ts';

/** What a request carries, as its shape in `core/api/` says; an error names the member that is wrong. */
export function parsed<Shape extends z.ZodType>(shape: Shape, value: unknown): z.output<Shape> {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const member = issue === undefined || issue.path.length === 0 ? 'the request' : issue.path.join('.');
  throw new OrgscopeError('usage', `${member}: ${issue?.message ?? 'wrong'}`, 'See core/api/ for what the API takes.');
}

/** The same of JSON that may have any size and depth. */
export function parsedJson<Shape extends z.ZodType>(shape: Shape, value: unknown): z.output<Shape> {
  const tooMuch = tooMuchJson(value);
  if (tooMuch !== undefined) throw new OrgscopeError('usage', tooMuch, 'Ask for less, or in several requests.');
  return parsed(shape, value);
}

export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OrgscopeError('usage', 'query: no JSON', 'See core/api/ for what the API takes.');
  }
}

/** Brackets within brackets; a condition takes two. */
const MAX_DEPTH = 2 * MOST.depth + 12;
/** Members and entries of a whole request. */
const MAX_PARTS = 400_000;

/** Why JSON is too large or too deep for a shape to check: a shape reports each wrong entry, and calls itself for each bracket. */
function tooMuchJson(value: unknown): string | undefined {
  let level: unknown[] = [value];
  let parts = 0;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return `The request is nested more than ${MAX_DEPTH} deep.`;
    const inside: unknown[] = [];
    for (const one of level) {
      if (typeof one !== 'object' || one === null) continue;
      if (Array.isArray(one) && one.length > MOST.values) return `A list of the request has more than ${MOST.values} entries.`;
      for (const inner of Object.values(one)) inside.push(inner);
    }
    parts += inside.length;
    if (parts > MAX_PARTS) return `The request has more than ${MAX_PARTS} members and entries.`;
    level = inside;
  }
  return undefined;
}
