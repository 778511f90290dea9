import { compareText } from './compare-text.ts';
import type { FieldType, IndexMapping } from './field.ts';
import { addressBlock, addressKey } from './ip-address.ts';
import { OrgscopeError } from './problem.ts';
import type { FieldFilter, Filter, Query } from './query.ts';
import { type WildcardPart, wildcardFilter, wildcardParts } from './wildcard.ts';

/**
 * A filter whose fields exist and whose values have the types of their fields. Every store compiles this form, so that a question means the same
 * on each. A value that does not fit the type of its field matches nothing; that is no error, since users may not know the types.
 */
export type TypedFilter =
  | { readonly type: 'all' | 'none' }
  | { readonly type: 'and' | 'or'; readonly filters: readonly TypedFilter[] }
  | { readonly type: 'not'; readonly filter: TypedFilter }
  /** Equals one of the values; never empty. */
  | { readonly type: 'is'; readonly field: KnownField; readonly values: readonly TypedValue[] }
  /** At least one bound. */
  | { readonly type: 'between'; readonly field: KnownField; readonly bounds: Bounds }
  /** Only of text, and never empty. */
  | { readonly type: 'prefix'; readonly field: KnownField; readonly value: string }
  /** Only of text, and never one that is no more than a beginning. */
  | { readonly type: 'wildcard'; readonly field: KnownField; readonly parts: readonly WildcardPart[] }
  | { readonly type: 'exists'; readonly field: KnownField }
  | { readonly type: 'text'; readonly value: string };

/**
 * Numbers and booleans as such, dates as milliseconds since 1970, decimals by their digits, all else as text. The bounds of addresses are
 * their keys (`ip-address.ts`), and what is equal to an address is `between` it and itself.
 */
export type TypedValue = string | number | boolean;

/** At most one on each side. */
export interface Bounds {
  readonly gte?: TypedValue;
  readonly gt?: TypedValue;
  readonly lte?: TypedValue;
  readonly lt?: TypedValue;
}

export interface KnownField {
  readonly name: string;
  /** `flattened`: the whole of such a field, or a path inside it; its values are text. */
  readonly type: FieldType;
  readonly array: boolean;
  /** With `flattened`: the mapped field that the path lies in. */
  readonly root?: string;
  /** With `printed`: the flattened field whose text it is. */
  readonly prints?: string;
}

/** A mapped field, a path inside a flattened one, or `_index` and `_id`; undefined for what no document is searched by. */
export function knownField(mapping: IndexMapping, name: string): KnownField | undefined {
  if (name === '_index' || name === '_id') return { name, type: 'keyword', array: false };
  const exact = mapping.fields.find((field) => field.name === name);
  if (exact?.prints !== undefined) return { name, type: exact.type, array: false, prints: exact.prints };
  if (exact !== undefined && exact.type !== 'flattened') return { name, type: exact.type, array: exact.array === true };
  const root = mapping.fields.find((field) => field.type === 'flattened' && `${name}.`.startsWith(`${field.name}.`));
  return root === undefined ? undefined : { name, type: 'flattened', array: true, root: root.name };
}

/** All that a question's documents must meet: its filter, and its time range where the view has a time field. */
export function typedConditions(mapping: IndexMapping, { filter, time }: Query): TypedFilter {
  if (time === undefined || mapping.timeField === null) return typedFilter(mapping, filter);
  const range: Filter = { type: 'range', field: mapping.timeField, gte: time.from, lt: time.to };
  return typedFilter(mapping, { type: 'and', filters: [range, filter] });
}

function typedFilter(mapping: IndexMapping, filter: Filter): TypedFilter {
  switch (filter.type) {
    case 'all':
      return ALL;
    case 'and':
      return { type: 'and', filters: filter.filters.map((part) => typedFilter(mapping, part)) };
    case 'or':
      return { type: 'or', filters: gathered(filter.filters.map((part) => typedFilter(mapping, part))) };
    case 'not':
      return { type: 'not', filter: typedFilter(mapping, filter.filter) };
    case 'text':
      return filter.value === '' ? ALL : filter;
    default: {
      const field = knownField(mapping, filter.field);
      if (field !== undefined) return ofField(field, filter);
      if (filter.type !== 'exists') return NONE;
      const inside = mapping.fields.filter(({ name }) => name.startsWith(`${filter.field}.`));
      const filters = inside.map(({ name }): TypedFilter => ({ type: 'exists', field: knownField(mapping, name) as KnownField }));
      return { type: 'or', filters };
    }
  }
}

/** A field that equals one of several values is one condition, however it was written: `a:1 OR a:2`. Stores look at the field once for all. */
function gathered(filters: readonly TypedFilter[]): readonly TypedFilter[] {
  const values = new Map<string, { readonly at: number; readonly field: KnownField; readonly values: TypedValue[] }>();
  const kept: TypedFilter[] = [];
  for (const filter of filters) {
    const before = filter.type === 'is' ? values.get(filter.field.name) : undefined;
    if (filter.type !== 'is') kept.push(filter);
    else if (before !== undefined) before.values.push(...filter.values);
    else {
      values.set(filter.field.name, { at: kept.length, field: filter.field, values: [...filter.values] });
      kept.push(filter);
    }
  }
  for (const { at, field, values: all } of values.values()) kept[at] = { type: 'is', field, values: all };
  return kept;
}

const ALL: TypedFilter = { type: 'all' };
const NONE: TypedFilter = { type: 'none' };

function ofField(field: KnownField, filter: FieldFilter): TypedFilter {
  switch (filter.type) {
    case 'term':
      return equalTo(field, [filter.value]);
    case 'terms':
      return equalTo(field, filter.values);
    case 'exists':
      return { type: 'exists', field };
    case 'prefix':
      return beginningWith(field, filter.value);
    case 'wildcard': {
      const simplest = wildcardFilter(filter.field, filter.value);
      return simplest.type === 'wildcard' ? like(field, filter.value) : ofField(field, simplest);
    }
    case 'range': {
      if (field.type === 'printed') throw noOrder(field);
      const { gte, gt, lte, lt } = filter;
      return between(field, { gte, gt, lte, lt });
    }
  }
}

function equalTo(field: KnownField, given: readonly TypedValue[]): TypedFilter {
  if (field.type === 'ip') return equalToAddresses(field, given.map(String));
  const limit = LIMITS[field.type] ?? Number.POSITIVE_INFINITY;
  const values = given.flatMap((one) => {
    const value = typedValue(field.type, one);
    return value === undefined || Math.abs(Number(value)) >= limit ? [] : [value];
  });
  return values.length === 0 ? NONE : { type: 'is', field, values };
}

/** Addresses and blocks of them; what is neither is compared as text, since a field may hold the name of a service. */
function equalToAddresses(field: KnownField, given: readonly string[]): TypedFilter {
  const texts: string[] = [];
  const filters: TypedFilter[] = [];
  for (const text of given) {
    const key = addressKey(text);
    const block = key === undefined ? addressBlock(text) : { first: key, last: key };
    if (block !== undefined) filters.push({ type: 'between', field, bounds: { gte: block.first, lte: block.last } });
    else if (/^[\da-f.:]+\/\d*$/i.test(text)) throw wrongBlock(field, text);
    else texts.push(text);
  }
  if (texts.length > 0) filters.push({ type: 'is', field, values: texts });
  return filters.length === 0 ? NONE : filters.length === 1 ? (filters[0] as TypedFilter) : { type: 'or', filters };
}

const wrongBlock = (field: KnownField, text: string): OrgscopeError =>
  new OrgscopeError(
    'usage',
    `${text} is no block of addresses, which ${field.name} could be compared with.`,
    'Write it as 10.0.0.0/8 or 2001:db8::/32: an address, and how many of its first bits count (up to 32, or 128 in IPv6).',
  );

const noOrder = ({ name, prints = '' }: KnownField): OrgscopeError =>
  new OrgscopeError(
    'usage',
    `${name} is a text printed from ${prints}, which nothing comes before or after.`,
    `Look for a part of it (${name}:*key=value*), or for a range of a value: ${prints}.key:>=8.`,
  );

/** Refuses a pattern on a field whose values have no parts: an empty answer would be misleading. */
function like(field: KnownField, pattern: string): TypedFilter {
  if (isText(field.type)) return { type: 'wildcard', field, parts: wildcardParts(pattern) };
  throw new OrgscopeError(
    'usage',
    `${field.name} holds no text, which ${pattern} could be compared with: its type is ${field.type}.`,
    'Ask for a value or a range of it, as in resource.vcpus:>=8 (docs/search.md).',
  );
}

/** Numbers have no beginnings; a date's is the hour, day, month or year that it names. */
function beginningWith(field: KnownField, value: string): TypedFilter {
  if (value === '') return { type: 'exists', field };
  if (field.type === 'date') {
    const span = datesBeginningWith(value);
    return span === undefined ? NONE : { type: 'between', field, bounds: span };
  }
  return isText(field.type) ? { type: 'prefix', field, value } : NONE;
}

const BOUNDS = ['gte', 'gt', 'lte', 'lt'] as const;

function between(field: KnownField, given: { [bound in (typeof BOUNDS)[number]]: TypedValue | undefined }): TypedFilter {
  const bounds: { -readonly [bound in keyof Bounds]: TypedValue } = {};
  for (const bound of BOUNDS) {
    const one = given[bound];
    if (one === undefined) continue;
    const value = typedValue(field.type, one);
    if (value === undefined) return NONE;
    const limit = LIMITS[field.type];
    if (limit !== undefined && Math.abs(Number(value)) >= limit) {
      // Beyond all values that the field can have: the bound excludes everything, or nothing.
      if (Number(value) > 0 === bound.startsWith('g')) return NONE;
      continue;
    }
    bounds[bound] = value;
  }
  if (Object.keys(bounds).length === 0) return { type: 'exists', field };
  // Two bounds on one side: engines take only one.
  if (bounds.gte !== undefined && bounds.gt !== undefined) delete bounds[order(bounds.gt, bounds.gte, field) < 0 ? 'gt' : 'gte'];
  if (bounds.lte !== undefined && bounds.lt !== undefined) delete bounds[order(bounds.lt, bounds.lte, field) > 0 ? 'lt' : 'lte'];
  if (field.type !== 'boolean') return { type: 'between', field, bounds };
  const { gte = false, lte = true, gt, lt } = bounds;
  const values = [false, true].filter(
    (value) => value >= gte && value <= lte && (gt === undefined || value > gt) && (lt === undefined || value < lt),
  );
  return values.length === 0 ? NONE : { type: 'is', field, values };
}

const order = (a: TypedValue, b: TypedValue, { type }: KnownField): number =>
  isText(type) ? compareText(String(a), String(b)) : Number(a) - Number(b);

/** The limits of stored values: 64 bits, and DECIMAL(38,18). */
const LIMITS: { readonly [type in FieldType]?: number } = { long: 2 ** 63, decimal: 1e20 };

export const isText = (type: FieldType): boolean => ['keyword', 'text', 'ip', 'flattened', 'printed'].includes(type);

function typedValue(type: FieldType, given: TypedValue): TypedValue | undefined {
  const text = String(given);
  switch (type) {
    case 'long':
    case 'double':
    case 'decimal':
      if (!/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) || !Number.isFinite(Number(text))) return undefined;
      return type === 'decimal' ? text : Number(text);
    case 'boolean':
      return /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : undefined;
    case 'date':
      return instantOf(text);
    case 'ip':
      return addressKey(text);
    default:
      return text;
  }
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Parses ISO 8601, in UTC unless it has an offset; undefined if it is no date. */
export function instantOf(text: string): number | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match;
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`;
  const time = Date.parse(local);
  // 30 February is not 2 March.
  if (Number.isNaN(time) || new Date(time).toISOString() !== local) return undefined;
  if (zone === 'Z') return time;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))];
  return time - (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

const BEGINNING = /^\d{4}(?:-(\d{2})(?:-(\d{2})(?:T(\d{2})(?::(\d{2})(?::(\d{2}))?)?)?)?)?$/;

function datesBeginningWith(text: string): Bounds | undefined {
  const trimmed = text.replace(/[-T:]$/, '');
  const match = BEGINNING.exec(trimmed);
  if (match === null) return undefined;
  const named = match.slice(1).filter((part) => part !== undefined).length;
  const from = instantOf(trimmed + '-01-01T00:00:00'.slice([0, 3, 6, 9, 12, 15][named]));
  if (from === undefined) return undefined;
  const to = new Date(from);
  if (named === 0) to.setUTCFullYear(to.getUTCFullYear() + 1);
  else if (named === 1) to.setUTCMonth(to.getUTCMonth() + 1);
  else to.setTime(from + ([86_400_000, 3_600_000, 60_000, 1_000][named - 2] as number));
  return { gte: from, lt: to.getTime() };
}
