import { createHash } from 'node:crypto';
import type { Problem, Where } from './problem.ts';

/** A cause: problems that differ only in their place. Its `where` holds what all of them have in common. */
export interface ProblemGroup extends Problem {
  /** Identifies the cause, the same in every process; empty for the group of all causes beyond the limit. */
  readonly id: string;
  readonly count: number;
  /** The first distinct places. */
  readonly places: readonly Where[];
}

export interface ProblemGroups {
  add(problem: Problem): void;
  /** Failures before notices; else in the order of their first appearance. */
  groups(): readonly ProblemGroup[];
}

/** Enough to see where to look; reports link to all places. */
const PLACES_NAMED = 3;
/** A person who changes a policy needs all denied calls. */
const VALUES_LISTED = 20;
/** Bounds a report, however many different messages there are. Failures and notices are counted separately. */
const MOST_CAUSES = 200;
const LONGEST_TEXT = 2_000;
/** Prefix of the key of causes beyond the limit; the key of any other cause begins with its severity. */
const MORE = 'more';

/**
 * How a cause's text shows a part of the place that differs: `listed`: each value; `left out`: as `…`, since the places are
 * listed after it; `kept`: the part is not searched for in the text.
 */
const IN_TEXT: Readonly<Record<keyof Where, 'listed' | 'left out' | 'kept'>> = {
  call: 'listed',
  action: 'listed',
  account: 'left out',
  region: 'left out',
  kind: 'left out',
  object: 'left out',
  begins: 'left out',
  file: 'left out',
  line: 'kept',
};
const PARTS = Object.keys(IN_TEXT) as (keyof Where)[];

/** What may differ beside the place: a value in quotes, a line number, the request ids of AWS. */
const VALUES = /(?<=")[^"]+(?=")|(?<=\bline )\d+|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi;

/** A piece of a text: constant, or one that may differ between problems of one cause. */
type Piece = string | { readonly value: string; readonly listed: boolean };

/**
 * Groups problems by cause: code, message and next step, each without the place. The values of `where` are searched for in the texts, so
 * that problems whose messages repeat their account, region, call or object are one cause. Counts are exact; a
 * group holds a bounded number of places and values, however many problems there are.
 */
export function problemGroups(): ProblemGroups {
  const known = new Map<string, Growing>();
  const causes = { failed: 0, notice: 0 };

  return {
    add(problem) {
      const cause = causeOf(problem);
      let group = known.get(cause.key);
      if (group === undefined) {
        const more = causes[problem.severity] >= MOST_CAUSES;
        const key = more ? `${MORE} ${problem.severity}` : cause.key;
        group = known.get(key);
        if (group === undefined) {
          group = more ? newGroup(moreCauses(problem), causeOf(moreCauses(problem))) : newGroup(problem, cause);
          known.set(key, group);
          if (!more) causes[problem.severity]++;
        }
      }
      grow(group, problem, cause);
    },
    groups: () =>
      [...known.values()].map(grown).sort((a, b) => Number(b.severity === 'failed') - Number(a.severity === 'failed')),
  };
}

export function groupProblems(problems: Iterable<Problem>): readonly ProblemGroup[] {
  const groups = problemGroups();
  for (const problem of problems) groups.add(problem);
  return groups.groups();
}

/** The `id` of the group that a problem belongs to. */
export const causeId = (problem: Problem): string => idOf(causeOf(problem).key);

interface Cause {
  readonly key: string;
  readonly message: readonly Piece[];
  readonly next: readonly Piece[];
}

interface Growing extends Cause {
  readonly first: Problem;
  count: number;
  readonly common: Map<keyof Where, unknown>;
  readonly places: Map<string, Where>;
  /** The values of each piece that differs, in the order of the pieces. */
  readonly values: readonly Set<string>[];
}

function causeOf({ code, severity, message, next, where }: Problem): Cause {
  const pieces = { message: piecesOf(message, where), next: piecesOf(next, where) };
  return { key: [severity, code, keyOf(pieces.message), keyOf(pieces.next)].join('\n\n'), ...pieces };
}

const keyOf = (pieces: readonly Piece[]): string => pieces.map((piece) => (typeof piece === 'string' ? piece : '\0')).join('');

const idOf = (key: string): string => createHash('sha256').update(key).digest('base64url').slice(0, 16);

function newGroup(first: Problem, cause: Cause): Growing {
  const values = differing(cause).map(() => new Set<string>());
  const common = new Map(PARTS.flatMap((part) => (first.where[part] === undefined ? [] : [[part, first.where[part]] as const])));
  return { ...cause, first, count: 0, common, places: new Map(), values };
}

function grow(group: Growing, { where, count = 1 }: Problem, cause: Cause): void {
  group.count += count;
  for (const [part, value] of group.common) if (where[part] !== value) group.common.delete(part);
  if (group.places.size < PLACES_NAMED) {
    const place = JSON.stringify(PARTS.map((part) => where[part]));
    if (!group.places.has(place)) group.places.set(place, where);
  }
  for (const [index, { value }] of differing(cause).entries()) {
    const values = group.values[index];
    // One more than is listed, to know that there are more.
    if (values !== undefined && values.size <= VALUES_LISTED) values.add(value);
  }
}

function grown({ key, first, message, next, count, common, places, values }: Growing): ProblemGroup {
  let slot = 0;
  const text = (pieces: readonly Piece[]): string =>
    pieces.map((piece) => (typeof piece === 'string' ? piece : shown(values[slot++] ?? new Set(), piece.listed))).join('');
  return {
    id: key.startsWith(MORE) ? '' : idOf(key),
    code: first.code,
    severity: first.severity,
    message: text(message),
    next: text(next),
    where: Object.fromEntries(common) as Where,
    count,
    places: [...places.values()],
  };
}

function shown(values: ReadonlySet<string>, listed: boolean): string {
  const [first = ''] = values;
  if (values.size <= 1) return first;
  if (!listed) return '…';
  const some = [...values].slice(0, VALUES_LISTED).join(', ');
  return values.size > VALUES_LISTED ? `${some} and more` : some;
}

const differing = ({ message, next }: Cause): { readonly value: string; readonly listed: boolean }[] =>
  [...message, ...next].filter((piece) => typeof piece !== 'string');

const moreCauses = ({ code, severity }: Problem): Problem => ({
  code,
  severity,
  message: `more than ${MOST_CAUSES} different causes: these are the others`,
  next: 'Mend those that are named first; the jobs of the run have all.',
  where: {},
});

function piecesOf(text: string, where: Where): readonly Piece[] {
  let pieces: readonly Piece[] = [text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text];
  const parts = PARTS.flatMap((part) => {
    const value = where[part];
    return IN_TEXT[part] === 'kept' || typeof value !== 'string' || value === ''
      ? []
      : [{ value, listed: IN_TEXT[part] === 'listed' }];
  });
  // The longer first: an object's name may hold the account and the region.
  for (const part of parts.sort((a, b) => b.value.length - a.value.length)) pieces = pieces.flatMap((piece) => cut(piece, part));
  return pieces.flatMap((piece) => (typeof piece === 'string' ? withoutValues(piece) : [piece]));
}

/** A piece, cut at each whole word that is the value: not `eu-west-1` of `eu-west-1a`. */
function cut(piece: Piece, part: Exclude<Piece, string>): readonly Piece[] {
  if (typeof piece !== 'string') return [piece];
  const pieces: Piece[] = [];
  let start = 0;
  for (let at = piece.indexOf(part.value); at !== -1; at = piece.indexOf(part.value, at + part.value.length)) {
    const end = at + part.value.length;
    if (isWord(piece[at - 1]) || isWord(piece[end])) continue;
    if (at > start) pieces.push(piece.slice(start, at));
    pieces.push(part);
    start = end;
  }
  if (start < piece.length) pieces.push(piece.slice(start));
  return pieces;
}

const isWord = (char: string | undefined): boolean => char !== undefined && /\w/.test(char);

function withoutValues(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  for (const { index, 0: value } of text.matchAll(VALUES)) {
    pieces.push(text.slice(start, index), { value, listed: false });
    start = index + value.length;
  }
  return start === 0 ? [text] : [...pieces, text.slice(start)];
}

/** Yields groups as they are, and groups problems that are not grouped yet. */
export const groupsOf = (problems: readonly (Problem | ProblemGroup)[]): readonly ProblemGroup[] => {
  const grouped = problems.filter((problem) => 'places' in problem);
  return [...grouped, ...groupProblems(problems.filter((problem) => !('places' in problem)))];
};
