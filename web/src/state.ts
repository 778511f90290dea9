import { batch, computed, effect, signal } from '@preact/signals';
import { DAY_MS } from '../../core/day-ms.ts';
import { parseLucene } from '../../core/parse-lucene.ts';
import type { Filter, TimeRange } from '../../core/query.ts';
import { DEFAULT_RANGE, RANGES, type RangeId, timeOf } from '../../dashboards/time-ranges.ts';

/** The reader's choices. All of them are in the address, so that a link shows the same page. */

/** One chosen value of a field. */
export interface Chip {
  readonly field: string;
  readonly value: string;
  readonly not: boolean;
}

/** A range of days that the reader entered, both included, as `YYYY-MM-DD` in UTC. */
export interface Days {
  readonly first: string;
  readonly last: string;
}

export const page = signal('overview');
/** The parts of the address after the page's path: a run, a resource's key, a view and a document. */
export const pathRest = signal<readonly string[]>([]);
/** The run that the run page shows; empty for the newest. */
export const shownRun = computed(() => (page.value === 'runs' ? (pathRest.value[0] ?? '') : ''));
export const range = signal<RangeId>(DEFAULT_RANGE);
/** Replaces `range` where it is set. */
export const days = signal<Days | null>(null);
export const chips = signal<readonly Chip[]>([]);
export const search = signal('');
/** Whether numbers are compared with the period before. */
export const compare = signal(true);
/** Of the rows page: the conditions, and the title of the number behind which the rows stand. */
export const rowsWhere = signal('');
export const rowsTitle = signal('');

/** The reader's settings of a table. The panel decides what is not set. */
export interface TableChoice {
  readonly sort?: { readonly field: string; readonly direction: 'asc' | 'desc' };
  readonly columns?: readonly string[] | undefined;
}
/** Settings of tables by their titles. */
export const tables = signal<ReadonlyMap<string, TableChoice>>(new Map());

export function chooseTable(title: string, choice: TableChoice): void {
  tables.value = new Map([...tables.value, [title, { ...tables.value.get(title), ...choice }]]);
}
/** Counts up whenever panels should ask again. */
export const refresh = signal(0);

/** The time range of the page. */
export const time = computed<TimeRange>(() => {
  if (days.value !== null) {
    const from = Date.parse(days.value.first);
    return { from: new Date(from).toISOString(), to: new Date(Date.parse(days.value.last) + DAY_MS).toISOString() };
  }
  refresh.value;
  return timeOf(range.value, Date.now());
});

/** False for all time, which has no period before. */
export const comparing = computed(() => compare.value && (days.value !== null || range.value !== 'all'));

/** The search text as a filter, or why it can't be one. */
export const parsedSearch = computed<{ filter: Filter; error: string }>(() => {
  try {
    return { filter: parseLucene(search.value), error: '' };
  } catch (error) {
    return { filter: { type: 'all' }, error: error instanceof Error ? error.message : String(error) };
  }
});

export const isChosen = (field: string, value: string): boolean =>
  chips.value.some((chip) => chip.field === field && chip.value === value && !chip.not);

export function toggleChip(field: string, value: string, not = false): void {
  const others = chips.value.filter((chip) => !(chip.field === field && chip.value === value));
  const present = chips.value.some((chip) => chip.field === field && chip.value === value && chip.not === not);
  chips.value = present ? others : [...others, { field, value, not }];
}

const DAY = /^\d{4}-\d\d-\d\d$/;
const isDay = (text: string | null): text is string => text !== null && DAY.test(text) && !Number.isNaN(Date.parse(text));

function fromAddress(): void {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?', 2);
  const parameters = new URLSearchParams(query);
  const [name = '', ...rest] = path.split('/');
  // One batch, so that no panel asks with half of a new address.
  batch(() => {
    page.value = name === '' ? 'overview' : decoded(name);
    pathRest.value = rest.map(decoded);
    const wanted = parameters.get('t');
    range.value = RANGES.find(({ id }) => id === wanted)?.id ?? DEFAULT_RANGE;
    const first = parameters.get('from');
    const last = parameters.get('to');
    days.value = isDay(first) && isDay(last) && first <= last ? { first, last } : null;
    search.value = parameters.get('q') ?? '';
    compare.value = parameters.get('c') !== '0';
    rowsWhere.value = parameters.get('w') ?? '';
    rowsTitle.value = parameters.get('of') ?? '';
    chips.value = parameters.getAll('f').flatMap((text) => {
      const match = /^(-?)([^:]+):(.*)$/s.exec(text);
      return match === null ? [] : [{ not: match[1] === '-', field: match[2] as string, value: match[3] as string }];
    });
    const chosen = new Map<string, TableChoice>();
    for (const text of parameters.getAll('s')) {
      const match = /^(.*):(-?)([^:]+)$/s.exec(text);
      if (match === null) continue;
      const sort = { field: match[3] as string, direction: match[2] === '-' ? ('desc' as const) : ('asc' as const) };
      chosen.set(match[1] as string, { sort });
    }
    for (const text of parameters.getAll('k')) {
      const match = /^(.*):([^:]+)$/s.exec(text);
      if (match !== null)
        chosen.set(match[1] as string, { ...chosen.get(match[1] as string), columns: (match[2] as string).split(',') });
    }
    tables.value = chosen;
  });
}

/** Decodes a part of the address. A part that was cut off within an escape is taken as it is, so that the page still opens. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/** The choices that an address carries beside its page. Those left out keep their current values. */
export interface Target {
  readonly rest?: readonly string[];
  readonly chips?: readonly Chip[];
  readonly search?: string;
  readonly where?: string;
  readonly of?: string;
  readonly days?: Days;
}

/** The address of a page with the current choices. Settings of tables belong to one page and are left out. */
export function addressOf(name: string, target: Target = {}): string {
  const parameters = new URLSearchParams();
  const chosen = target.days ?? days.value;
  if (chosen !== null) {
    parameters.set('from', chosen.first);
    parameters.set('to', chosen.last);
  } else if (range.value !== DEFAULT_RANGE) parameters.set('t', range.value);
  const words = target.search ?? search.value;
  if (words !== '') parameters.set('q', words);
  if (!compare.value) parameters.set('c', '0');
  if (target.where) parameters.set('w', target.where);
  if (target.of) parameters.set('of', target.of);
  for (const { field, value, not } of target.chips ?? chips.value) parameters.append('f', `${not ? '-' : ''}${field}:${value}`);
  return withQuery(name, target.rest ?? [], parameters);
}

function withQuery(name: string, behind: readonly string[], parameters: URLSearchParams): string {
  const query = parameters.toString();
  return `#/${[name, ...behind].map(encodeURIComponent).join('/')}${query === '' ? '' : `?${query}`}`;
}

function addressNow(): string {
  const [path = '', query = ''] = addressOf(page.value, {
    rest: pathRest.value,
    where: rowsWhere.value,
    of: rowsTitle.value,
  }).split('?', 2);
  const parameters = new URLSearchParams(query);
  for (const [title, { sort, columns }] of tables.value) {
    if (sort !== undefined) parameters.append('s', `${title}:${sort.direction === 'desc' ? '-' : ''}${sort.field}`);
    if (columns !== undefined) parameters.append('k', `${title}:${columns.join(',')}`);
  }
  const text = parameters.toString();
  return `${path}${text === '' ? '' : `?${text}`}`;
}

fromAddress();
window.addEventListener('hashchange', fromAddress);
effect(() => {
  const address = addressNow();
  // When the reader follows a link, the address has changed before the state: then nothing is written.
  if (location.hash !== address) history.replaceState(null, '', address);
});
