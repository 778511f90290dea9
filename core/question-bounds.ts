import { OrgscopeError } from './problem.ts';
import type { Filter, Metric, Query } from './query.ts';
import { wildcardParts } from './wildcard.ts';

/**
 * The most that one question may hold. No panel and no person comes near these bounds, and within them a store takes time in proportion to the
 * question: planning a question takes time before any document is read, and can't be interrupted. The depth is less than what engines allow (30).
 */
export const MOST = {
  /** Levels of conditions within conditions. */
  depth: 24,
  /** A field that equals one of several values is one condition. */
  conditions: 1_000,
  /** Parts of the field names of all conditions together: each part takes a millisecond and a third of a megabyte to plan. */
  allNameParts: 2_000,
  /** Values of all lists together: enough for every account of a large organisation. */
  values: 10_000,
  /** Words and phrases without a field: each is searched for in every field. */
  texts: 64,
  nameCharacters: 512,
  /** Parts of a field's name between its dots. */
  nameParts: 32,
  valueCharacters: 8_192,
  textCharacters: 1_024,
  /** Engines compile a pattern to an automaton that doubles with each `?` after a `*`, and refuse it beyond a few more of them. */
  wildcards: 10,
  sorts: 8,
  groups: 4,
  metrics: 32,
  /** Documents of one page. */
  rows: 10_000,
  /** Groups of one level: a sweep is compared with this many resources of the previous one. */
  levelGroups: 20_000,
  /** All groups of an answer: as many as an engine returns at once. */
  answerRows: 65_535,
  offset: 1_000_000_000,
} as const;

/** The fields that a metric names. */
const fieldsOf = (metric: Metric): readonly string[] =>
  metric.op === 'count' ? [] : metric.op === 'last' ? [metric.field, metric.over] : [metric.field];

/** The bound that a question exceeds, as a sentence; undefined where it exceeds none. */
export function beyondBounds(query: Query): string | undefined {
  const fields = [
    ...(query.type === 'rows' ? query.sort : query.groups).map(({ field }) => field),
    ...(query.type === 'rows' ? [] : query.metrics.flatMap(fieldsOf)),
  ];
  for (const field of fields) {
    const problem = nameProblem(field);
    if (problem !== undefined) return problem;
  }
  if (query.type === 'rows') {
    return (
      more(query.sort.length, MOST.sorts, 'fields to sort by') ??
      more(query.limit, MOST.rows, 'documents of one page') ??
      more(query.offset, MOST.offset, 'documents to pass over') ??
      filterProblem(query.filter)
    );
  }
  const size = Math.max(0, ...query.groups.map((group) => (group.by === 'terms' ? group.size : 0)));
  return (
    more(query.groups.length, MOST.groups, 'levels of groups') ??
    more(query.metrics.length, MOST.metrics, 'metrics') ??
    more(size, MOST.levelGroups, 'groups of one level') ??
    filterProblem(query.filter)
  );
}

/** Refuses a question that exceeds a bound. Throws an OrgscopeError (`usage`) that names the bound. */
export function checkBounds(query: Query): void {
  const problem = beyondBounds(query);
  if (problem !== undefined) throw new OrgscopeError('usage', problem, 'Ask for less, or in several questions.');
}

/** Refuses an answer with too many groups, since it is held in memory as a whole. */
export function checkAnswerRows(rows: number): void {
  const problem = more(rows, MOST.answerRows, 'groups in the answer');
  if (problem !== undefined)
    throw new OrgscopeError('usage', problem, 'Narrow it by time or a filter, or ask for fewer groups or longer intervals.');
}

/** Does not use recursion, since the depth is one of the things to be checked. */
function filterProblem(whole: Filter): string | undefined {
  const waiting: { readonly filter: Filter; readonly depth: number; readonly known: boolean }[] = [
    { filter: whole, depth: 1, known: false },
  ];
  let conditions = 0;
  let parts = 0;
  let values = 0;
  let texts = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { filter, depth, known } = next;
    const problem = more(depth, MOST.depth, 'conditions within one another') ?? valueProblem(filter);
    if (problem !== undefined) return problem;
    if (filter.type === 'and' || filter.type === 'or') {
      const equal = new Set<string>();
      for (const part of filter.filters) {
        // Counts as a further value of the condition on the same field.
        const joins = filter.type === 'or' && part.type === 'term' && equal.has(part.field);
        if (part.type === 'term') equal.add(part.field);
        if (joins) values++;
        waiting.push({ filter: part, depth: depth + 1, known: joins });
      }
      if (filter.filters.length === 0) conditions++;
    } else if (filter.type === 'not') {
      waiting.push({ filter: filter.filter, depth: depth + 1, known: false });
    } else if (!known) {
      conditions++;
      if ('field' in filter) parts += filter.field.split('.').length;
    }
    if (filter.type === 'text') texts++;
    if (filter.type === 'terms') values += filter.values.length;
  }
  return (
    more(conditions, MOST.conditions, 'conditions') ??
    more(parts, MOST.allNameParts, "parts of all fields' names") ??
    more(values, MOST.values, 'values in lists') ??
    more(texts, MOST.texts, 'words and phrases to be found anywhere')
  );
}

function valueProblem(filter: Filter): string | undefined {
  switch (filter.type) {
    case 'all':
    case 'and':
    case 'or':
    case 'not':
      return undefined;
    case 'text':
      return more(filter.value.length, MOST.textCharacters, 'characters of a text to be found anywhere');
    case 'exists':
      return nameProblem(filter.field);
    case 'term':
    case 'prefix':
      return nameProblem(filter.field) ?? lengthProblem(filter.value);
    case 'wildcard':
      return (
        nameProblem(filter.field) ??
        more(filter.value.length, MOST.textCharacters, 'characters of a pattern') ??
        more(wildcardParts(filter.value).filter(({ type }) => type !== 'text').length, MOST.wildcards, 'wildcards of a pattern')
      );
    case 'terms':
      return nameProblem(filter.field) ?? firstProblem(filter.values, lengthProblem);
    case 'range':
      return nameProblem(filter.field) ?? firstProblem([filter.gte, filter.gt, filter.lte, filter.lt], lengthProblem);
  }
}

const nameProblem = (name: string): string | undefined =>
  more(name.length, MOST.nameCharacters, "characters of a field's name") ??
  more(name.split('.').length, MOST.nameParts, "parts of a field's name, with dots between them");

const lengthProblem = (value: string | number | boolean | undefined): string | undefined =>
  typeof value === 'string' ? more(value.length, MOST.valueCharacters, 'characters of a value') : undefined;

function firstProblem<Value>(values: readonly Value[], problemOf: (value: Value) => string | undefined): string | undefined {
  for (const value of values) {
    const problem = problemOf(value);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const more = (count: number, most: number, of: string): string | undefined =>
  count > most ? `Too much is asked: ${count} ${of}; at most ${most} are possible.` : undefined;
