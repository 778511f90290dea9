import type { Problem } from '../core/problem.ts';
import { lineProblems } from './line-problems.ts';
import { type ListLine, lineProblem, parseReader, type Reader, readerKey } from './read-list.ts';

/** A well-formed line that names an account; AWS has not been asked about it yet. */
export interface AccountEntry {
  readonly line: ListLine;
  readonly reader: Reader;
  /** Undefined means all regions that are enabled in the account. */
  readonly regions: readonly string[] | undefined;
}

/** Parses lines of `profile | account id | role ARN` with optional regions. A malformed line becomes a problem and is left out. */
export function readAccountList(
  lines: readonly ListLine[],
  profiles: ReadonlySet<string>,
): { entries: readonly AccountEntry[]; problems: readonly Problem[] } {
  const entries: AccountEntry[] = [];
  const problems = lineProblems();
  const seen = new Map<string, number>();
  for (const line of lines) {
    const [word = '', ...regions] = line.words;
    const reader = parseReader(word, profiles, regions);
    if ('code' in reader) {
      problems.add(lineProblem(line, reader.code, reader.message, reader.next));
      continue;
    }
    const wrong = regions.find((region) => !REGION.test(region));
    if (wrong !== undefined) {
      problems.add(
        lineProblem(
          line,
          'malformed',
          `"${wrong}" is not a region`,
          'Only regions may follow the account, such as eu-west-1 us-east-1.',
        ),
      );
      continue;
    }
    const key = readerKey(reader);
    const earlier = seen.get(key);
    if (earlier !== undefined) {
      problems.add(duplicate(line, `"${word}"`, earlier));
      continue;
    }
    seen.set(key, line.line);
    entries.push({ line, reader, regions: regions.length === 0 ? undefined : [...new Set(regions)] });
  }
  return { entries, problems: problems.all() };
}

/** The problem of a duplicate line. It is reported because the regions of the second line are not read. */
export function duplicate(line: ListLine, what: string, earlier: number): Problem {
  return {
    ...lineProblem(
      line,
      'usage',
      `${what} is already named in line ${earlier}: this line is left out`,
      'Put all its regions in one line.',
    ),
    severity: 'notice',
  };
}

/** A word that is the name of a region. */
export const REGION = /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/;
