import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance, DuckDBResult } from '@duckdb/node-api';
import type { FileReader, RandomAccessFile, RecordStep, StreamReader } from '../core/record-reader.ts';

/** How much of the object is copied at a time. */
const SLICE_BYTES = 8 * 1024 * 1024;
const MEMORY = '128MB';
/** Python's None, which some writers print where a record has no value. */
const NOTHING = ['None', ''];

/** Yields the reader of the rows as lines; undefined where no dataset has such columns. */
export type OpenColumns = (columns: readonly string[]) => StreamReader | undefined;

/**
 * Reads a Parquet object as lines of a text: each row is a line, its values separated by blanks, `-` for none. DuckDB reads the file, which is copied to
 * the folder for temporary files meanwhile. Columns are named as in a text: `-` in place of `_`; account ids that are numbers get their leading zeros back.
 */
export function parquetLines(openColumns: OpenColumns): FileReader {
  let lines: StreamReader | undefined;
  let rows: Rows | undefined;
  let problem: string | undefined;
  let batches = 0;

  return {
    async load(file) {
      try {
        rows ??= await openRows(file);
        lines ??= openColumns(rows.columns.map((column) => column.replaceAll('_', '-')));
        if (lines === undefined) {
          problem = `is of no kind of log that is known: its columns are ${rows.columns.slice(0, 20).join(', ')}`;
        } else {
          const text = await rows.next();
          if (text !== undefined) lines.push(text);
          else lines.finish();
          batches++;
        }
      } catch (error) {
        problem = `can't be read as Parquet: ${(error as Error).message.split('\n')[0]}`;
      }
    },
    close: async () => rows?.close(),
    next(): RecordStep {
      return problem === undefined ? (lines as StreamReader).next() : 'invalid';
    },
    get reason() {
      return problem ?? lines?.reason ?? '';
    },
    location: () => lines?.location() ?? `batch ${batches}`,
    content: (maxBytes) => lines?.content(maxBytes) ?? '',
  };
}

interface Rows {
  readonly columns: readonly string[];
  /** The next rows as text; undefined after the last ones. */
  next(): Promise<Buffer | undefined>;
  close(): Promise<void>;
}

async function openRows(file: RandomAccessFile): Promise<Rows> {
  const duckdb = await import('@duckdb/node-api');
  const folder = await mkdtemp(join(tmpdir(), 'orgscope-parquet-'));
  let instance: DuckDBInstance | undefined;
  let connection: DuckDBConnection | undefined;
  const close = async (): Promise<void> => {
    connection?.closeSync();
    instance?.closeSync();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const path = join(folder, 'object.parquet');
    await copyTo(path, file);
    instance = await duckdb.DuckDBInstance.create(':memory:', { threads: '1', memory_limit: MEMORY });
    connection = await instance.connect();
    const described = await connection.runAndReadAll('DESCRIBE SELECT * FROM read_parquet($1)', [path]);
    const columns = described.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
    const line = columns.map(printed).join(` || ' ' || `);
    const result = await connection.stream(`SELECT ${line} FROM read_parquet($1)`, [path]);
    return { columns: columns.map(({ name }) => name), next: () => nextText(result), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function copyTo(path: string, { size, slice }: RandomAccessFile): Promise<void> {
  const copy = await open(path, 'wx', 0o600);
  try {
    for (let at = 0; at < size; at += SLICE_BYTES) await copy.write(await slice(at, Math.min(size, at + SLICE_BYTES)));
  } finally {
    await copy.close();
  }
}

/** The expression of a value as text. A blank within a value would begin another field. */
function printed({ name, type }: { readonly name: string; readonly type: string }): string {
  const column = `"${name.replaceAll('"', '""')}"`;
  const text = /account_id$/.test(name) && /INT/.test(type) ? `lpad(${column}::VARCHAR, 12, '0')` : `${column}::VARCHAR`;
  const absent = NOTHING.map((word) => `'${word}'`).join(', ');
  return `CASE WHEN ${column} IS NULL OR ${text} IN (${absent}) THEN '-' ELSE replace(replace(${text}, ' ', '_'), chr(10), '_') END`;
}

async function nextText(result: DuckDBResult): Promise<Buffer | undefined> {
  const chunk = await result.fetchChunk();
  if (chunk === null || chunk === undefined || chunk.rowCount === 0) return undefined;
  return Buffer.from(`${chunk.getColumnValues(0).join('\n')}\n`);
}
