import type { Problem } from '../core/problem.ts';

/** How many problems of one kind are shown in full; the file itself has the rest. */
const NAMED = 20;

/** Collects the problems of a list's lines. */
export interface LineProblems {
  add(problem: Problem): void;
  /** The first problems of each kind, and one that counts the rest. */
  all(): readonly Problem[];
}

/** Limits the number of problems: a list with a million bad lines gives a few problems that together count a million. */
export function lineProblems(): LineProblems {
  const kinds = new Map<string, { seen: number; more: number }>();
  const kept: { problem: Problem; readonly kind: { readonly more: number } | undefined }[] = [];
  return {
    add(problem) {
      const { code, severity, next, where } = problem;
      const key = [code, severity, next, where.file].join('\n');
      let kind = kinds.get(key);
      if (kind === undefined) {
        kind = { seen: 0, more: 0 };
        kinds.set(key, kind);
      }
      kind.seen++;
      if (kind.seen <= NAMED) kept.push({ problem, kind: undefined });
      else if (kind.more++ === 0) kept.push({ problem, kind });
    },
    all: () => kept.map(({ problem, kind }) => (kind === undefined ? problem : { ...problem, count: kind.more })),
  };
}
