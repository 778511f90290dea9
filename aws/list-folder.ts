import { join, relative } from 'node:path';
import { type Problem, toProblem } from '../core/problem.ts';
import type { Identities } from './identities.ts';
import { type ListLine, readList } from './read-list.ts';

/** The folder of account.txt, trails.txt, …: reads a list and reports what is wrong with it. */
export interface ListFolder {
  read(file: string): readonly ListLine[];
  /** The names of the user's profiles; an empty list does not read the AWS configuration. */
  profilesFor(lines: readonly ListLine[]): Promise<ReadonlySet<string>>;
  /** The problem of a list without entries. */
  emptyList(file: string, next: string): Problem;
}

/** `emptyList` replaces the advice to name something in the list. */
export function openListFolder(folder: string, identities: Identities, emptyList?: (file: string) => Problem): ListFolder {
  const pathOf = (file: string): string => {
    const path = join(folder, file);
    const shown = relative('', path);
    return shown.startsWith('..') ? path : shown;
  };
  return {
    read: (file) => readList(pathOf(file)),
    profilesFor: async (lines) => (lines.length === 0 ? new Set() : identities.profiles()),
    emptyList: (file, next) =>
      emptyList?.(file) ?? {
        code: 'empty',
        severity: 'failed',
        message: 'the list names nothing',
        next,
        where: { file: pathOf(file) },
      },
  };
}

/** Resolves all entries of a list at the same time. A failure becomes a problem with the entry's file and line. */
export async function resolveAll<Entry extends { readonly line: ListLine }, Value>(
  entries: readonly Entry[],
  problems: Problem[],
  resolve: (entry: Entry) => Promise<Value>,
): Promise<{ entry: Entry; value: Value }[]> {
  const outcomes = await Promise.allSettled(entries.map(resolve));
  const found: { entry: Entry; value: Value }[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const entry = entries[index];
    if (entry === undefined) continue;
    if (outcome.status === 'fulfilled') found.push({ entry, value: outcome.value });
    else problems.push(toProblem(outcome.reason, { file: entry.line.file, line: entry.line.line }));
  }
  return found;
}
