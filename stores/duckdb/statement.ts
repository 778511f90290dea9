import { type DuckDBValue, listValue } from '@duckdb/node-api';
import type { FieldType, IndexMapping } from '../../core/field.ts';
import { isText, type KnownField, type TypedFilter, type TypedValue } from '../../core/typed-filter.ts';
import type { WildcardPart } from '../../core/wildcard.ts';
import { flattenedRoots, leavesAt, leavesUnder } from './flattened-texts.ts';
import { identifier, isTreeSql, literal, printedSql, tableOf } from './schema.ts';

/** A statement in the making: conditions become SQL, in which every value is a parameter and every name is quoted. */
export class Statement {
  readonly parameters: DuckDBValue[] = [];
  private readonly mapping: IndexMapping;

  constructor(mapping: IndexMapping) {
    this.mapping = mapping;
  }

  bind(value: DuckDBValue): string {
    this.parameters.push(value);
    return `$${this.parameters.length}`;
  }

  private value(value: TypedValue, type: FieldType): string {
    switch (type) {
      case 'long':
      case 'double':
        // As text: a whole number would be bound as an integer, and those have a smaller range than DOUBLE.
        return `${this.bind(String(value))}::DOUBLE`;
      case 'decimal':
        return `TRY_CAST(${this.bind(value)}::VARCHAR AS DECIMAL(38,18))`;
      case 'boolean':
        return `${this.bind(value)}::BOOLEAN`;
      case 'date':
        return `epoch_ms(${this.bind(BigInt(value))}::BIGINT)`;
      default:
        return `${this.bind(value)}::VARCHAR`;
    }
  }

  /** An expression that is true where one of the field's values meets the test, and null or false elsewhere. */
  private any(field: KnownField, test: (value: string) => string, needle = ''): string {
    const ofList = (list: string) => `list_bool_or(list_transform(${list}, lambda v: ${test('v')}))`;
    if (field.root !== undefined) return this.ifHolds([nameNeedle(field), needle], ofList(leavesAt(field.name, field.root)));
    if (field.prints !== undefined) return this.ifHolds([printedNeedle(needle)], test(printedSql(field.prints)));
    const column = identifier(field.name);
    return field.array ? ofList(column) : test(column);
  }

  /** Parsing a document costs twenty times as much as looking for a word in it: so only documents that hold the words are parsed. */
  private ifHolds(needles: readonly string[], condition: string): string {
    const first = needles.filter((needle) => needle !== '').map((needle) => `contains(document::VARCHAR, ${this.bind(needle)})`);
    return first.length === 0 ? condition : `CASE WHEN ${first.join(' AND ')} THEN ${condition} ELSE false END`;
  }

  /** An expression that is true where the filter is met, and null or false elsewhere. */
  where(filter: TypedFilter): string {
    const parts = partsOf(filter);
    const tests = parts.filter((part) => !holdsText(part)).map((part) => this.test(part));
    const withText = parts.filter(holdsText);
    if (withText.length > 0) tests.push(this.overTexts({ type: 'and', filters: withText }));
    return tests.length === 0 ? 'true' : tests.join(' AND ');
  }

  /**
   * Concatenates all texts of a document once, for all words that the filter seeks: each time takes megabytes. It costs twenty times as much as looking
   * for a word in the document itself, so it is only done for documents that hold words by which the filter may be decided.
   */
  private overTexts(filter: TypedFilter): string {
    const texts = `CASE WHEN ${this.mayDecide(filter)} THEN ${this.allTexts(textsIn(filter))} END`;
    // Other conditions are evaluated outside of the lambda and passed in: a lambda can't hold subqueries.
    const others: string[] = [];
    const met = this.besides(filter, others);
    return `list_transform([{${[`'texts': ${texts}`, ...others].join(', ')}}], lambda known: ${met})[1]`;
  }

  private besides(filter: TypedFilter, others: string[]): string {
    if (filter.type === 'text') return `contains(known.texts, ${this.bind(filter.value.toLowerCase())}::VARCHAR)`;
    if (!holdsText(filter)) {
      others.push(`'c${others.length}': ${this.test(filter)}`);
      return `known.c${others.length - 1}`;
    }
    const parts = innerOf(filter).map((part) => this.besides(part, others));
    return filter.type === 'not'
      ? `NOT coalesce(${parts.join()}, false)`
      : `(${parts.join(filter.type === 'and' ? ' AND ' : ' OR ')})`;
  }

  /** An expression that is false where none of the filter's texts can occur in the document. */
  private mayDecide(filter: TypedFilter): string {
    switch (filter.type) {
      case 'text': {
        const needle = needleOf(filter.value.toLowerCase());
        return needle === '' ? 'true' : `contains(lower(document::VARCHAR), ${this.bind(needle)})`;
      }
      case 'not':
        return this.mayDecide(filter.filter);
      case 'and': {
        // If one required word is missing, the whole condition fails; this does not hold for words that must not occur.
        const sure = filter.filters.filter((part) => holdsText(part) && !negatesText(part));
        if (sure.length > 0) return `(${sure.map((part) => this.mayDecide(part)).join(' AND ')})`;
        return this.oneMayDecide(filter.filters);
      }
      case 'or':
        return this.oneMayDecide(filter.filters);
      default:
        return 'false';
    }
  }

  private oneMayDecide(filters: readonly TypedFilter[]): string {
    return `(${filters
      .filter(holdsText)
      .map((part) => this.mayDecide(part))
      .join(' OR ')})`;
  }

  private allTexts(sought: readonly string[]): string {
    const between = literal(separatorNotIn(sought.join('')));
    const fields = this.mapping.fields.filter(({ type }) => type !== 'flattened' && type !== 'printed' && isText(type));
    const single = fields.filter(({ array }) => array !== true).map(({ name }) => identifier(name));
    const lists = fields.filter(({ array }) => array === true).map(({ name }) => identifier(name));
    const roots = flattenedRoots(this.mapping);
    const listed = roots.length === 0 ? lists : [...lists, leavesUnder(...roots)];
    const fromLists = listed.length === 0 ? [] : [`array_to_string(flatten([${listed.join(', ')}]), ${between})`];
    return `lower(concat_ws(${[between, ...single, ...fromLists].join(', ')}))`;
  }

  private test(filter: TypedFilter): string {
    switch (filter.type) {
      case 'all':
        return 'true';
      case 'none':
        return 'false';
      case 'and':
        return filter.filters.length === 0 ? 'true' : `(${filter.filters.map((part) => this.test(part)).join(' AND ')})`;
      case 'or':
        return filter.filters.length === 0 ? 'false' : `(${filter.filters.map((part) => this.test(part)).join(' OR ')})`;
      case 'not':
        return `NOT coalesce(${this.test(filter.filter)}, false)`;
      case 'is': {
        const { field, values } = filter;
        if (field.type === 'ip') return this.isAddress(field, values.map(String));
        const needle = values.length === 1 ? needleOf(String(values[0])) : '';
        return this.any(field, (value) => `${value} IN (${values.map((one) => this.value(one, field.type)).join(', ')})`, needle);
      }
      case 'prefix':
        return this.any(
          filter.field,
          (value) => `starts_with(${value}, ${this.bind(filter.value)}::VARCHAR)`,
          needleOf(filter.value),
        );
      case 'wildcard': {
        const texts = filter.parts.flatMap((part) => (part.type === 'text' ? [needleOf(part.text)] : []));
        return this.any(filter.field, (value) => this.like(value, filter.parts), longest(texts));
      }
      case 'exists': {
        const { field } = filter;
        if (field.prints !== undefined) return isTreeSql(field.prints);
        if (!field.array) return `${identifier(field.name)} IS NOT NULL`;
        return field.root === undefined
          ? `len(${identifier(field.name)}) > 0`
          : this.any(field, (value) => `${value} IS NOT NULL`);
      }
      case 'between':
        return this.any(filter.field, (value) => {
          const tests = OPERATORS.flatMap(([bound, operator]) => {
            const limit = filter.bounds[bound];
            return limit === undefined ? [] : [`${value} ${operator} ${this.value(limit, filter.field.type)}`];
          });
          return `(${tests.join(' AND ')})`;
        });
      case 'text':
        return this.overTexts(filter);
    }
  }

  /** Does not use LIKE: its time grows as the length of the text to the power of the number of stars. */
  private like(value: string, parts: readonly WildcardPart[]): string {
    const [first, text, last] = parts;
    if (text?.type === 'text' && first?.type === 'any') {
      if (parts.length === 2) return `ends_with(${value}, ${this.bind(text.text)}::VARCHAR)`;
      if (parts.length === 3 && last?.type === 'any') return `contains(${value}, ${this.bind(text.text)}::VARCHAR)`;
    }
    const pattern = parts.map((part) => (part.type === 'any' ? '.*' : part.type === 'one' ? '.' : escapeRegexp(part.text)));
    return `regexp_full_match(${value}, ${this.bind(pattern.join(''))}::VARCHAR, 's')`;
  }

  /** One subquery for any number of addresses. DuckDB has no subqueries within a lambda, so lists are unnested first. */
  private isAddress({ name, array }: KnownField, addresses: readonly string[]): string {
    const wanted = `(SELECT unnest(${this.bind(listValue(addresses))}::VARCHAR[]))`;
    const column = identifier(name);
    return array
      ? `rowid IN (SELECT row FROM (SELECT rowid AS row, unnest(${column}) AS value FROM ${tableOf(this.mapping.view)}) WHERE value IN ${wanted})`
      : `${column} IN ${wanted}`;
  }
}

const innerOf = (filter: TypedFilter): readonly TypedFilter[] =>
  filter.type === 'and' || filter.type === 'or' ? filter.filters : filter.type === 'not' ? [filter.filter] : [];
/** The conditions that must all hold, also those within others: DuckDB skips row groups only by conditions that stand alone. */
const partsOf = (filter: TypedFilter): readonly TypedFilter[] =>
  filter.type === 'and' ? filter.filters.flatMap(partsOf) : [filter];
const holdsText = (filter: TypedFilter): boolean => filter.type === 'text' || innerOf(filter).some(holdsText);
const negatesText = (filter: TypedFilter): boolean =>
  filter.type === 'not' ? holdsText(filter) : innerOf(filter).some(negatesText);
const textsIn = (filter: TypedFilter): readonly string[] =>
  filter.type === 'text' ? [filter.value.toLowerCase()] : innerOf(filter).flatMap(textsIn);

/** A character for private use that the sought text does not hold: put between values, it prevents a match across two of them. */
function separatorNotIn(text: string): string {
  let code = 0xe000;
  while (text.includes(String.fromCharCode(code))) code++;
  return String.fromCharCode(code);
}

const OPERATORS = [
  ['gte', '>='],
  ['gt', '>'],
  ['lte', '<='],
  ['lt', '<'],
] as const;

/** The longest part of a text that JSON writes in one way only: a document without this part does not hold the text. */
const needleOf = (text: string): string => longest(text.match(/[A-Za-z0-9 _.:=-]+/g) ?? []);
const nameNeedle = ({ name, root = '' }: KnownField): string =>
  longest(name.slice(root.length).match(/[A-Za-z0-9 _:=-]+/g) ?? []);
/** The part of a printed text that the document holds verbatim: printing adds `=` and spaces between its texts. */
const printedNeedle = (needle: string): string => longest(needle.split(/[= ]/));
const escapeRegexp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const longest = (texts: readonly string[]): string => texts.reduce((best, text) => (text.length > best.length ? text : best), '');

/** Conditions that all hold; empty ones are left out. */
export const and = (...conditions: readonly string[]): string => conditions.filter((condition) => condition !== '').join(' AND ');
