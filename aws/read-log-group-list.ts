import type { Problem } from '../core/problem.ts';
import { lineProblems } from './line-problems.ts';
import { duplicate, REGION } from './read-account-list.ts';
import { type ListLine, lineProblem, parseReader, type Reader, readerKey } from './read-list.ts';
import { takeDataset } from './take-dataset.ts';

/** A well-formed line that names log groups. */
export interface LogGroupEntry {
  readonly line: ListLine;
  /** The name of a group, or a pattern with `*`. */
  readonly pattern: string;
  /** Undefined means the caller; `all` the accounts that inventory reads. */
  readonly reader: Reader | 'all' | undefined;
  /** Undefined means all regions that are enabled in the account. */
  readonly regions: readonly string[] | undefined;
  readonly dataset: string | undefined;
}

/** Names of log groups and `*`. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
const PATTERN = /^[\w.\-/#*]{1,512}$/;
const ADVICE =
  'Write a log group or a pattern such as /aws/ecs/*, then optionally who reads it (a profile, role ARN, account id, or * for all accounts), then regions';

/** Parses lines of `pattern [who] [region …] [dataset]`. A malformed line becomes a problem and is left out. */
export function readLogGroupList(
  lines: readonly ListLine[],
  profiles: ReadonlySet<string>,
  datasets: readonly string[],
): { entries: readonly LogGroupEntry[]; problems: readonly Problem[] } {
  const entries: LogGroupEntry[] = [];
  const problems = lineProblems();
  const seen = new Map<string, number>();
  const advice = `${ADVICE}, then a dataset (${datasets.join(', ')}).`;
  for (const line of lines) {
    const [pattern = '', ...words] = line.words;
    if (!PATTERN.test(pattern)) {
      problems.add(lineProblem(line, 'malformed', `"${pattern}" is not the name of a log group`, advice));
      continue;
    }
    const { dataset, unclear } = takeDataset(words, datasets, profiles);
    if (unclear !== undefined) {
      problems.add(lineProblem(line, 'malformed', unclear.message, unclear.next));
      continue;
    }
    const first = words[0];
    const namesReader = first !== undefined && (profiles.has(first) || !REGION.test(first));
    const regions = namesReader ? words.slice(1) : words;
    const reader = namesReader ? parseWho(first, profiles, regions) : undefined;
    if (reader !== undefined && reader !== 'all' && 'code' in reader) {
      const isMissing = reader.code === 'missing';
      const next = isMissing ? `${reader.next} Datasets: ${datasets.join(', ')}.` : reader.next;
      problems.add(lineProblem(line, reader.code, `${reader.message}${isMissing ? ' and no such dataset' : ''}`, next));
      continue;
    }
    const wrong = regions.find((region) => !REGION.test(region));
    if (wrong !== undefined) {
      problems.add(lineProblem(line, 'malformed', `"${wrong}" is neither a region nor a dataset`, advice));
      continue;
    }
    const who = reader === undefined || reader === 'all' ? reader : readerKey(reader);
    const key = `${who ?? ''} ${pattern}`;
    const earlier = seen.get(key);
    if (earlier !== undefined) {
      problems.add(duplicate(line, `"${pattern}"`, earlier));
      continue;
    }
    seen.set(key, line.line);
    entries.push({ line, pattern, reader, regions: regions.length === 0 ? undefined : [...new Set(regions)], dataset });
  }
  return { entries, problems: problems.all() };
}

function parseWho(word: string, profiles: ReadonlySet<string>, rest: readonly string[]): 'all' | ReturnType<typeof parseReader> {
  return word === '*' ? 'all' : parseReader(word, profiles, rest);
}
