import { lineProblems } from '../aws/line-problems.ts';
import { type ListLine, lineProblem, readList } from '../aws/read-list.ts';
import type { IndexMapping } from '../core/field.ts';
import { type IndexNames, indexNames } from '../core/index-names.ts';
import type { Problem } from '../core/problem.ts';
import type { IndexView } from '../core/query.ts';

const WRITE =
  'Write INDEX-PATTERN DAYS or INDEX-PATTERN keep, such as awscli-trail-* 400; until then only what other lines name is pruned.';

/**
 * How many days of each index are kept (null: all), from retention.txt, else from the view's declaration. While a line is not understood, no
 * declared retention applies: the line may have meant to keep that index, and pruned documents are not read again.
 */
export function readRetention(
  file: string,
  mappings: readonly IndexMapping[],
): { readonly days: ReadonlyMap<IndexView, number | null>; readonly problems: readonly Problem[] } {
  const listed = new Map<IndexView, { line: number; days: number | null }>();
  const bad = lineProblems();
  const { resolve } = indexNames(mappings);
  for (const line of readList(file)) {
    const parsed = parseLine(line, mappings, resolve);
    if (typeof parsed === 'string') {
      bad.add(lineProblem(line, 'malformed', parsed, WRITE));
      continue;
    }
    const earlier = listed.get(parsed.view);
    if (earlier === undefined) listed.set(parsed.view, { line: line.line, days: parsed.days });
    else {
      listed.set(parsed.view, { ...earlier, days: null });
      const next = 'Remove one of them; until then all of it is kept.';
      bad.add(lineProblem(line, 'usage', `"${line.words[0]}" is named already in line ${earlier.line}`, next));
    }
  }
  const problems = bad.all();
  const own = (mapping: IndexMapping): number | null => (problems.length > 0 ? null : mapping.retentionDays);
  return {
    days: new Map(mappings.map((mapping) => [mapping.view, (listed.get(mapping.view) ?? { days: own(mapping) }).days])),
    problems,
  };
}

/** The meaning of a line, or the error in it. */
function parseLine(
  { words }: ListLine,
  mappings: readonly IndexMapping[],
  resolve: IndexNames['resolve'],
): { readonly view: IndexView; readonly days: number | null } | string {
  const [pattern = '', kept = '', ...rest] = words;
  const mapping = mappings.find(({ view }) => view === viewOf(pattern, resolve));
  if (mapping === undefined) return `"${pattern}" is no index`;
  if (rest.length > 0) return `"${rest.join(' ')}" is more than an index and its days`;
  if (kept === 'keep') return { view: mapping.view, days: null };
  if (!/^[1-9]\d{0,4}$/.test(kept)) return `"${kept}" is no number of days, which is from 1 to 99999`;
  if (mapping.timeField === null) return `"${pattern}" is current state: it has no time to be pruned by`;
  return { view: mapping.view, days: Number(kept) };
}

function viewOf(pattern: string, resolve: IndexNames['resolve']): IndexView | undefined {
  try {
    const { view, filter } = resolve(pattern);
    // A single day or month has no retention of its own.
    return filter.type === 'all' ? view : undefined;
  } catch {
    return undefined;
  }
}
