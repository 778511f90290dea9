import type { Problem } from '../core/problem.ts';

/** Enough lines of one kind to see what is wrong with them; the person has the file. */
const NAMED = 20;

/** What is wrong with the lines of a list. */
export interface LineProblems {
  add(problem: Problem): void;
  /** The first of each kind, and how many more there are. */
  all(): readonly Problem[];
}

/** Gathers the problems of a list's lines, so that a list of a million bad lines is a handful of problems that count a million. */
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
