import type { IndexMapping } from '../../core/field.ts';
import { addressText } from '../../core/ip-address.ts';
import { OrgscopeError } from '../../core/problem.ts';
import { type Bounds, isText, type KnownField, type TypedFilter, type TypedValue } from '../../core/typed-filter.ts';
import { type WildcardPart, wildcardMatches } from '../../core/wildcard.ts';
import type { Engine } from './engine.ts';
import { ID_FIELD } from './schema.ts';

/** A query, or a part of one, as engines take it. */
export type Dsl = Readonly<Record<string, unknown>>;

export interface FilterContext {
  readonly product: Engine['product'];
  readonly mapping: IndexMapping;
  /** The name shown for each concrete index: for billing, its alias. */
  readonly indices: ReadonlyMap<string, string>;
}

/** The name of a field in the engine. Addresses are taken as text, for prefixes, groups, and values that are no addresses. */
export function engineField({ name, type }: Pick<KnownField, 'name' | 'type'>): string {
  if (name === '_id') return ID_FIELD;
  return type === 'ip' ? `${name}.text` : name;
}

/** Compiles conditions to a query without scores. */
export function compileFilter(filter: TypedFilter, context: FilterContext): Dsl {
  switch (filter.type) {
    case 'all':
      return { match_all: {} };
    case 'none':
      return NONE;
    case 'and':
      return { bool: { filter: filter.filters.map((part) => compileFilter(part, context)) } };
    case 'or':
      return anyOf(filter.filters.map((part) => compileFilter(part, context)));
    case 'not':
      return { bool: { must_not: [compileFilter(filter.filter, context)] } };
    case 'text':
      return anywhere(filter.value, context.mapping);
    default:
      return filter.field.name === '_index' ? ofIndices(filter, context.indices) : ofField(filter, context.product);
  }
}

const NONE: Dsl = { match_none: {} };
const anyOf = (queries: readonly Dsl[]): Dsl =>
  queries.length === 0 ? NONE : { bool: { should: queries, minimum_should_match: 1 } };

type FieldFilter = Extract<TypedFilter, { field: KnownField }>;

function ofField(filter: FieldFilter, product: Engine['product']): Dsl {
  const { field } = filter;
  const name = engineField(field);
  switch (filter.type) {
    case 'is':
      return { terms: { [name]: filter.values.map((value) => engineValue(field, value)) } };
    case 'prefix':
      return { prefix: { [name]: { value: filter.value } } };
    case 'wildcard':
      // Elasticsearch would refuse this search itself, with a message that names no alternative.
      if (product === 'elasticsearch' && field.root !== undefined && field.root !== field.name) throw noWildcards(field);
      return { wildcard: { [name]: { value: wildcardText(filter.parts) } } };
    case 'exists':
      // Inside lists, OpenSearch finds the values of a flat object, and does not find its names.
      return product === 'opensearch' && field.root !== undefined && field.root !== field.name
        ? { wildcard: { [name]: { value: '*' } } }
        : { exists: { field: name } };
    case 'between': {
      const bounds: Record<string, unknown> = {};
      if (field.type === 'ip') return addressesBetween(field, filter.bounds);
      for (const [bound, value] of Object.entries(filter.bounds)) bounds[bound] = engineValue(field, value);
      if (field.type === 'date') bounds.format = 'epoch_millis';
      // Inside a flattened field Elasticsearch takes only ranges with two ends.
      if (field.type === 'flattened') {
        if (filter.bounds.gte === undefined && filter.bounds.gt === undefined) bounds.gte = '';
        if (filter.bounds.lte === undefined && filter.bounds.lt === undefined) bounds.lt = LAST_TEXT;
      }
      return { range: { [name]: bounds } };
    }
  }
}

function addressesBetween({ name }: KnownField, bounds: Bounds): Dsl {
  const texts = Object.fromEntries(Object.entries(bounds).map(([bound, key]) => [bound, addressText(String(key))]));
  return bounds.gte !== undefined && bounds.gte === bounds.lte ? { term: { [name]: texts.gte } } : { range: { [name]: texts } };
}

const noWildcards = ({ name, root = '' }: KnownField): OrgscopeError =>
  new OrgscopeError(
    'usage',
    `Elasticsearch can't look for a part of ${name}, which lies inside a flattened field.`,
    `Ask for its beginning (${name}:abc*) or for its whole value, or search all of ${root} for the part.`,
  );

/** The pattern as engines write it. */
const wildcardText = (parts: readonly WildcardPart[]): string =>
  parts.map((part) => (part.type === 'any' ? '*' : part.type === 'one' ? '?' : part.text.replace(/[\\*?]/g, '\\$&'))).join('');

/** The highest code point: it sorts after all texts in use. */
const LAST_TEXT = '\u{10FFFF}';

const engineValue = ({ type }: KnownField, value: TypedValue): TypedValue => (type === 'decimal' ? Number(value) : value);

/** A condition on `_index`, resolved here to concrete indices by their shown names: they are few. */
function ofIndices(filter: FieldFilter, indices: ReadonlyMap<string, string>): Dsl {
  const meets = (name: string): boolean => {
    switch (filter.type) {
      case 'is':
        return filter.values.includes(name);
      case 'prefix':
        return name.startsWith(filter.value);
      case 'wildcard':
        return wildcardMatches(filter.parts, name);
      case 'exists':
        return true;
      case 'between':
        return isWithin(name, filter.bounds);
    }
  };
  const concrete = [...indices].filter(([, name]) => meets(name)).map(([index]) => index);
  return concrete.length === 0 ? NONE : { terms: { _index: concrete } };
}

const isWithin = (name: string, { gte, gt, lte, lt }: Bounds): boolean =>
  (gte === undefined || name >= gte) &&
  (gt === undefined || name > gt) &&
  (lte === undefined || name <= lte) &&
  (lt === undefined || name < lt);

/** The engines' own limit on the length of a regular expression. */
const REGEXP_LENGTH = 1000;

function anywhere(text: string, { fields }: IndexMapping): Dsl {
  const value = `.*${[...text].map(anyCase).join('')}.*`;
  if (value.length > REGEXP_LENGTH) {
    throw new OrgscopeError('usage', 'The text is too long to be searched for.', 'Give a shorter part of it.');
  }
  return anyOf(
    fields
      // A printed field has the same texts as the flattened field that it prints.
      .filter(({ type }) => isText(type) && type !== 'printed')
      .map((field) => ({ regexp: { [engineField(field)]: { value, case_insensitive: true } } })),
  );
}

/** A pattern for a character in any case: engines ignore the case of ASCII letters only. */
function anyCase(character: string): string {
  if (/^[A-Za-z0-9 ]$/.test(character)) return character;
  if (character.charCodeAt(0) < 128) return `\\${character}`;
  const forms = new Set([character, character.toLowerCase(), character.toUpperCase()]);
  const single = [...forms].filter((form) => [...form].length === 1);
  return single.length === 1 ? character : `[${single.join('')}]`;
}
