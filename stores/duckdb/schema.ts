import type { Field, FieldType, IndexMapping } from '../../core/field.ts';
import type { IndexView } from '../../core/query.ts';

/**
 * Yields the tables: for each view one in the schema `store`, with its internals, and one view in `main` for SQL from outside,
 * named with `-` as `_`. Columns are the mapped fields under their dotted names; `document` holds the whole body, so that a changed
 * mapping is a copy of the table and never a loss.
 */

/** The types of fields that are columns: values of the others are read from the document. */
type ColumnType = Exclude<FieldType, 'flattened' | 'printed'>;

const TYPES: Readonly<Record<ColumnType, string>> = {
  keyword: 'VARCHAR',
  text: 'VARCHAR',
  ip: 'VARCHAR',
  date: 'TIMESTAMP',
  long: 'BIGINT',
  double: 'DOUBLE',
  decimal: 'DECIMAL(38,18)',
  boolean: 'BOOLEAN',
};

/** The types that JSON values are read as before they are cast: text where the cast needs the digits as written. */
const READ_AS: Readonly<Record<ColumnType, string>> = { ...TYPES, date: 'VARCHAR', decimal: 'VARCHAR' };

export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
/** The table with its internals. */
export const tableOf = (view: IndexView): string => `store.${view.replaceAll('-', '_')}`;
/** The view for SQL from outside; of deliveries it shows only published ones. */
export const viewOf = (view: IndexView): string => `main.${view.replaceAll('-', '_')}`;

/** The condition for visible rows; empty where all rows are visible. */
export const publishedOf = ({ delivery }: IndexMapping): string =>
  delivery === undefined ? '' : '_attempt IN (SELECT attempt FROM store.deliveries WHERE published)';

/** Fields that are columns; flattened and printed ones are read from the document. */
export const columnsOf = (mapping: IndexMapping): (Field & { type: ColumnType })[] =>
  mapping.fields.filter((field): field is Field & { type: ColumnType } => field.type in TYPES);

/** The path of a field in the document, as JSON functions take it. */
export const jsonPath = (name: string): string => `$${name.split('.').map(pathStep).join('')}`;
export const pathStep = (key: string): string => `."${key.replaceAll('"', '')}"`;

/**
 * An expression for the text of a flattened field as `stores/elasticsearch/print-fields.ts` prints it: strings without their quotes and escapes, joined by other signs.
 * It takes 15 µs for a document, so questions evaluate it only for documents that hold a word of it.
 */
export const printedSql = (prints: string): string => {
  const tokens = `regexp_extract_all(json_extract(document, ${literal(jsonPath(prints))})::VARCHAR, '"(?:[^"\\\\]|\\\\.)*"|[^"]+')`;
  const text = `CASE WHEN starts_with(t, '"') THEN json_extract_string(t, '$') ELSE replace(replace(t, ':', '='), ',', ', ') END`;
  return `CASE WHEN ${isTreeSql(prints)} THEN array_to_string(list_transform(${tokens}, lambda t: ${text}), '') END`;
};

/** An expression that is true where the field holds an object or a list: only these are printed. */
export const isTreeSql = (name: string): string =>
  `coalesce(json_type(document, ${literal(jsonPath(name))}) IN ('OBJECT', 'ARRAY'), false)`;

export const columnType = (field: { type: ColumnType; array?: boolean }): string =>
  `${TYPES[field.type]}${field.array === true ? '[]' : ''}`;

/**
 * The column expressions over a parsed document, and the structure to parse it into. A value that does not fit its field becomes
 * null in the column and stays in the document, as with an engine's `ignore_malformed`; one value where a list is expected is a list of one.
 * Lists are stored without duplicates, so that questions need not remove them.
 */
export function parseExpressions(mapping: IndexMapping): { structure: string; select: readonly string[] } {
  const root: { [key: string]: unknown } = {};
  const select: string[] = [];
  for (const field of columnsOf(mapping)) {
    const keys = field.name.split('.');
    let node = root;
    for (const key of (field.within ?? field.name).split('.').slice(0, -1)) {
      node[key] ??= {};
      node = node[key] as { [key: string]: unknown };
    }
    const readAs = READ_AS[field.type];
    let access = `parsed${keys.map((key) => `[${literal(key)}]`).join('')}`;
    if (field.within !== undefined) {
      access = fromObjects(node, field.name, field.within, readAs);
    } else if (field.array === true) {
      node[keys.at(-1) as string] = 'JSON';
      const text = `${access}::VARCHAR`;
      const list = `CASE WHEN starts_with(${text}, '[') THEN ${text} ELSE '[' || ${text} || ']' END`;
      access = `json_transform(${list}, ${literal(JSON.stringify([readAs]))})`;
    } else {
      node[keys.at(-1) as string] = readAs;
    }
    const value = readAs === TYPES[field.type] ? access : `TRY_CAST(${access} AS ${columnType(field)})`;
    select.push(field.array === true ? `list_sort(list_distinct(${value}))` : value);
  }
  return { structure: JSON.stringify(root), select };
}

/** An expression for the values of a field in a list of objects; adds the list to the structure `node`. */
function fromObjects(node: { [key: string]: unknown }, name: string, within: string, readAs: string): string {
  const list = within.split('.').at(-1) as string;
  node[list] ??= [{}];
  const [object] = node[list] as [{ [key: string]: string }];
  const key = name.slice(within.length + 1);
  object[key] = readAs;
  const objects = `parsed${within
    .split('.')
    .map((one) => `[${literal(one)}]`)
    .join('')}`;
  return `list_filter(list_transform(${objects}, lambda o: o[${literal(key)}]), lambda v: v IS NOT NULL)`;
}
