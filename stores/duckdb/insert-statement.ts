import type { Document } from '../../core/document.ts';
import type { IndexMapping } from '../../core/field.ts';
import { columnsOf, identifier, literal, parseExpressions, tableOf } from './schema.ts';
import { hasRowNumbers, ROW_COLUMN } from './value-index.ts';

/** One statement for each combination of columns; the oldest are given up. */
const MAX_STATEMENTS = 100;

/**
 * Yields the statement that inserts staged documents. A view of several datasets has hundreds of columns, of which a document has a few dozen values: columns
 * that no document of the batch has a value for are left out. Each column that a statement names takes memory for every row, until the transaction no longer goes straight
 * into the file (docs/decisions/0007-store-writes.md).
 */
export function insertStatement(mapping: IndexMapping): (documents: readonly Document[]) => string {
  const { index, fields } = mapping;
  const all = statement(mapping);
  if (!('prefix' in index) || index.datasets !== true) return () => all;
  const columns = columnsOf(mapping).map(({ name }) => ({ name, paths: pathsTo(name) }));
  const statements = new Map<string, string>();
  return (documents) => {
    const present = fieldsOf(documents);
    if (present === undefined) return all;
    const named = new Set(columns.flatMap(({ name, paths }) => (paths.some((path) => present.has(path)) ? [name] : [])));
    const key = [...named].join(' ');
    let made = statements.get(key);
    if (made === undefined) {
      if (statements.size >= MAX_STATEMENTS) statements.delete(statements.keys().next().value as string);
      made = named.size === 0 ? all : statement({ ...mapping, fields: fields.filter(({ name }) => named.has(name)) });
      statements.set(key, made);
    }
    return made;
  };
}

function statement(mapping: IndexMapping): string {
  const { structure, select } = parseExpressions(mapping);
  const table = tableOf(mapping.view);
  const names = columnsOf(mapping).map(({ name }) => identifier(name));
  const row = hasRowNumbers(mapping)
    ? { name: `${ROW_COLUMN}, `, number: `row_number() OVER () + (SELECT coalesce(max(${ROW_COLUMN}), 0) FROM ${table}), ` }
    : { name: '', number: '' };
  return `INSERT INTO ${table} (_index, _id, _version, _attempt, ${row.name}${names.join(', ')}, document)
    SELECT _index, _id, _version, $1::BIGINT, ${row.number}${select.join(', ')}, body
    FROM (SELECT _index, _id, _version, decode(body) AS body, json_transform(decode(body), ${literal(structure)}) AS parsed FROM stage)`;
}

/** `a.b.c`, `a.b`, `a`: a document that has a field may name only an object around it. */
const pathsTo = (name: string): readonly string[] =>
  name
    .split('.')
    .map((_, index, keys) => keys.slice(0, index + 1).join('.'))
    .reverse();

/** The fields that the documents may have. Undefined where one of them is no JSON: its insert fails, and is repeated without it. */
function fieldsOf(documents: readonly Document[]): ReadonlySet<string> | undefined {
  const found = new Set<string>();
  const added = new Set<ReadonlySet<string>>();
  for (const { fields, body } of documents) {
    if (fields === undefined) {
      try {
        addFields(JSON.parse(Buffer.from(body).toString('utf8')), '', found);
      } catch {
        return undefined;
      }
    } else if (!added.has(fields)) {
      added.add(fields);
      for (const field of fields) found.add(field);
    }
  }
  return found;
}

function addFields(value: unknown, path: string, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) addFields(item, path, found);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) addFields(member, path === '' ? key : `${path}.${key}`, found);
  } else if (value !== null) {
    found.add(path);
  }
}
