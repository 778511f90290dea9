import { isUtf8 } from 'node:buffer';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Batch, Checkpoint, Source } from '../../core/batch.ts';
import type { Document } from '../../core/document.ts';
import type { IndexMapping } from '../../core/field.ts';
import { type IndexNames, indexNames } from '../../core/index-names.ts';
import type { IndexView } from '../../core/query.ts';
import type { WriteResult } from '../../core/store.ts';
import { insertStatement } from './insert-statement.ts';
import { literal, tableOf } from './schema.ts';
import { transaction } from './transaction.ts';
import { addPlaces, hasRowNumbers, ROW_COLUMN, removePlaces, valueIndex } from './value-index.ts';

/** Writes documents and their sources' ledger rows in one transaction. Measured: bodies appended as bytes and parsed once by `json_transform`
 * take half the CPU of NDJSON through a file, and need no file access. */
export function documentWriter(connection: DuckDBConnection, mappings: readonly IndexMapping[]) {
  const { viewOf } = indexNames(mappings);
  const inserts = new Map(mappings.map((mapping) => [mapping.view, prepareInsert(mapping)]));

  function writeOnce(batch: Batch, skip: ReadonlySet<number>, attempt: number | null): Promise<number> {
    return transaction(connection, async () => {
      let written = 0;
      for (const [view, documents] of groupByView(batch.documents, skip, viewOf)) {
        const sql = inserts.get(view);
        if (sql === undefined) throw new Error(`no mapping for ${view}`);
        await stage(connection, documents);
        if (attempt === null) {
          const before = documents[0]?.operation === 'replace' ? sql.replace : [sql.leaveKnown(documents)];
          for (const statement of before) await connection.run(statement);
        }
        const result = await connection.run(sql.insert(documents), [attempt]);
        if (result.rowsChanged > 0 && sql.addPlaces !== undefined) await connection.run(sql.addPlaces);
        written += result.rowsChanged;
      }
      await acknowledge(connection, batch.sources);
      await reach(connection, batch.checkpoints ?? []);
      return written;
    });
  }

  /**
   * Writes a batch that exceeds the memory limit in halves, so that only a document that exceeds it alone is refused. The batch's
   * sources and checkpoints come last, in a transaction after those of their documents.
   */
  async function writeParts(batch: Batch, attempt: number | null, reason: unknown): Promise<WriteResult> {
    const { documents } = batch;
    if (!isOutOfMemory(reason)) throw reason;
    const rejected: { index: number; reason: string }[] = [];
    let written = 0;
    async function part(start: number, end: number): Promise<void> {
      try {
        written += await writeOnce(
          { ...batch, documents: documents.slice(start, end), sources: [], checkpoints: [] },
          new Set(),
          attempt,
        );
      } catch (error) {
        if (!isOutOfMemory(error)) throw error;
        if (end - start === 1) {
          const bytes = documents[start]?.body.byteLength ?? 0;
          // Where not even a small document can be written, something else uses the memory.
          if (bytes < MIN_LARGE_BYTES) throw error;
          const message = `the document is too large for the store's memory (${bytes.toLocaleString('en-US')} bytes)`;
          rejected.push({ index: start, reason: message });
          return;
        }
        const middle = (start + end) >> 1;
        await part(start, middle);
        await part(middle, end);
      }
    }
    if (documents.length > 0) await part(0, documents.length);
    await writeOnce({ ...batch, documents: [] }, new Set(), attempt);
    return { written, unchanged: documents.length - rejected.length - written, rejected };
  }

  return async function write(batch: Batch, attempt: number | null): Promise<WriteResult> {
    try {
      const written = await writeOnce(batch, new Set(), attempt);
      return { written, unchanged: batch.documents.length - written, rejected: [] };
    } catch (error) {
      // A single body that is no JSON fails the whole statement: it is written again without the invalid bodies.
      const rejected = batch.documents.flatMap((document, index) => {
        const reason = defect(document);
        return reason === undefined ? [] : [{ index, reason }];
      });
      if (rejected.length === 0) return writeParts(batch, attempt, error);
      const written = await writeOnce(batch, new Set(rejected.map(({ index }) => index)), attempt);
      return { written, unchanged: batch.documents.length - rejected.length - written, rejected };
    }
  };
}

function prepareInsert(mapping: IndexMapping) {
  const table = tableOf(mapping.view);
  const index = valueIndex(mapping);
  const numbered = hasRowNumbers(mapping);
  const replaced = 'FROM present WHERE _id IN (SELECT _id FROM stage)';
  return {
    addPlaces: index === undefined ? undefined : addPlaces(mapping, index, 'added'),
    insert: insertStatement(mapping),
    /** Removes staged documents that the table has, as records that are read again. */
    leaveKnown(documents: readonly Document[]): string {
      const range = timeRange(mapping, documents);
      return `DELETE FROM stage USING (SELECT _id FROM ${table}${range === '' ? '' : ` WHERE ${range}`}) AS old WHERE old._id = stage._id`;
    },
    /** Removes staged documents that the table has with a higher version, and the table's rows that the others replace. */
    replace: [
      // Looked up once, since the ids of the whole table are read.
      `CREATE OR REPLACE TEMP TABLE present AS SELECT rowid AS old_row, _id, _version${numbered ? `, ${ROW_COLUMN}` : ''} FROM ${table}
         WHERE _id IN (SELECT _id FROM stage)`,
      'DELETE FROM stage USING present WHERE present._id = stage._id AND present._version > stage._version',
      ...(numbered && index !== undefined ? [removePlaces(index, `SELECT ${ROW_COLUMN} ${replaced}`)] : []),
      `DELETE FROM ${table} WHERE rowid IN (SELECT old_row ${replaced})`,
    ],
  };
}

/**
 * There is no index over ids. The same id means the same record and so the same time, and the index's name says which day or
 * month that is: so only row groups of that time are looked at.
 */
function timeRange(mapping: IndexMapping, documents: readonly Document[]): string {
  if (mapping.partition === 'none' || mapping.timeField === null) return '';
  const suffixes = new Set(documents.map(({ index }) => index.slice(index.lastIndexOf('-') + 1)));
  const starts = [...suffixes].map((suffix) =>
    Date.UTC(Number(suffix.slice(0, 4)), Number(suffix.slice(5, 7)) - 1, Number(suffix.slice(8, 10) || 1)),
  );
  if (starts.some(Number.isNaN)) return '';
  const last = new Date(Math.max(...starts));
  if (mapping.partition === 'day') last.setUTCDate(last.getUTCDate() + 1);
  else last.setUTCMonth(last.getUTCMonth() + 1);
  const text = (time: number) => literal(new Date(time).toISOString());
  const column = `"${mapping.timeField}"`;
  return `${column} >= ${text(Math.min(...starts))}::TIMESTAMP AND ${column} < ${text(last.getTime())}::TIMESTAMP`;
}

/** Groups documents by view and operation with each id once: the first of `create`, the highest version of `replace`. */
function groupByView(
  documents: readonly Document[],
  skip: ReadonlySet<number>,
  viewOf: IndexNames['viewOf'],
): [IndexView, Document[]][] {
  const groups = new Map<string, { view: IndexView; byId: Map<string, Document> }>();
  for (const [index, document] of documents.entries()) {
    if (skip.has(index)) continue;
    const view = viewOf(document.index);
    const name = `${view} ${document.operation}`;
    let group = groups.get(name);
    if (group === undefined) {
      group = { view, byId: new Map() };
      groups.set(name, group);
    }
    const present = group.byId.get(document.id);
    if (present === undefined || (document.operation === 'replace' && (document.version ?? 0) >= (present.version ?? 0))) {
      group.byId.set(document.id, document);
    }
  }
  return [...groups.values()].map(({ view, byId }) => [view, [...byId.values()]]);
}

async function stage(connection: DuckDBConnection, documents: readonly Document[]): Promise<void> {
  await connection.run('CREATE OR REPLACE TEMP TABLE stage (_index VARCHAR, _id VARCHAR, _version BIGINT, body BLOB)');
  const appender = await connection.createAppender('stage');
  try {
    for (const { index, id, version, body } of documents) {
      appender.appendVarchar(index);
      appender.appendVarchar(id);
      if (version === undefined) appender.appendNull();
      else appender.appendBigInt(BigInt(version));
      appender.appendBlob(body);
      appender.endRow();
    }
  } finally {
    appender.closeSync();
  }
}

async function acknowledge(connection: DuckDBConnection, sources: readonly Source[]): Promise<void> {
  if (sources.length === 0) return;
  const appender = await connection.createAppender('sources', 'store');
  try {
    for (const { pipeline, key, documents } of sources) {
      appender.appendVarchar(pipeline);
      appender.appendVarchar(key);
      appender.appendBigInt(BigInt(documents));
      appender.endRow();
    }
  } finally {
    appender.closeSync();
  }
}

/** Saves checkpoints one by one, since a batch has few: each replaces the saved one of its key, unless that is as late or later. */
async function reach(connection: DuckDBConnection, checkpoints: readonly Checkpoint[]): Promise<void> {
  for (const { pipeline, key, reached } of checkpoints) {
    const found = await connection.runAndReadAll('SELECT max(reached) FROM store.checkpoints WHERE pipeline = $1 AND key = $2', [
      pipeline,
      key,
    ]);
    const before = found.getRowsJson()[0]?.[0];
    if (before != null && Number(before) >= reached) continue;
    await connection.run('DELETE FROM store.checkpoints WHERE pipeline = $1 AND key = $2', [pipeline, key]);
    await connection.run('INSERT INTO store.checkpoints VALUES ($1, $2, $3)', [pipeline, key, BigInt(reached)]);
  }
}

/** A document smaller than this is assumed not to be the cause of exhausted memory. */
const MIN_LARGE_BYTES = 1024 * 1024;

/** DuckDB's errors have no codes, so the message decides. */
const isOutOfMemory = (error: unknown): boolean => error instanceof Error && error.message.startsWith('Out of Memory Error');

function defect(document: Document): string | undefined {
  if (!isUtf8(document.body)) return 'the document is not UTF-8';
  try {
    JSON.parse(Buffer.from(document.body).toString('utf8'));
    return undefined;
  } catch (error) {
    return `the document is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}
