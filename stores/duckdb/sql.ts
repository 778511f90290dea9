import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  type DuckDBPreparedStatement,
  type DuckDBResult,
  JsonDuckDBValueConverter,
  StatementType,
} from '@duckdb/node-api';
import type { Json } from '../../core/json.ts';
import { OrgscopeError } from '../../core/problem.ts';
import type { SqlAnswer, SqlStore } from '../../core/store.ts';
import { checkSql, sqlProblem, viewsHint } from './check-sql.ts';
import type { Connections, Reader } from './connect.ts';

/** The most that one statement may take. */
export interface SqlLimits {
  /** From its start until its last row has been handed over. */
  readonly seconds: number;
  readonly rows: number;
  /** Of the answer, as text. */
  readonly mib: number;
  /** By how much the process may grow while the statement runs: DuckDB does not count all that it takes against its own memory limit. */
  readonly memoryMib: number;
}

const LIMITS: SqlLimits = { seconds: 60, rows: 1_000_000, mib: 256, memoryMib: 512 };

export interface SqlRunner {
  readonly sql: SqlStore['sql'];
  /** Ends the statement that runs now, so that the store has its memory; false where none runs. */
  giveWay(): Promise<boolean>;
}

/** A long page of text. Reading a statement takes time in proportion to its length. */
const MOST_CHARACTERS = 65_536;
/** An error of DuckDB may repeat the whole statement. */
const MOST_MESSAGE_CHARACTERS = 1_000;
const WATCH_EVERY_MS = 25;
/** Rows are handed over in batches of this size: larger ones would hold up everything else in this process. */
const BATCH_BYTES = 256 * 1024;

/**
 * Answers reading statements from outside over these views, one after another. `connect.ts` bounds what a statement can reach, and `check-sql.ts` what it
 * may consist of. Its time, memory and answer are bounded here, since it shares memory and disk with all other work of the store.
 */
export function sqlRunner(connections: Connections, views: ReadonlySet<string>, given: Partial<SqlLimits> = {}): SqlRunner {
  const limits = { ...LIMITS, ...given };
  let running: Running | undefined;
  let last: Promise<void> = Promise.resolve();

  async function sql(text: string, gone?: AbortSignal): Promise<SqlAnswer> {
    const before = last;
    const ended = Promise.withResolvers<void>();
    last = ended.promise;
    await before;
    const mine = begin(limits, viewsHint(views), gone, () => {
      running = undefined;
      ended.resolve();
    });
    running = mine;
    return mine.working(async () => {
      const connection = await mine.open(connections);
      const prepared = await prepare(connection, text, views);
      await connection.run('BEGIN READ ONLY');
      const result = await prepared.stream();
      const first = await result.fetchChunk();
      return { columns: result.deduplicatedColumnNames(), rows: rowsOf(result, first, mine, limits) };
    });
  }

  return {
    sql,
    async giveWay() {
      if (running === undefined) return false;
      running.stop('the store needed its memory for something else');
      await last;
      return true;
    },
  };
}

/** One statement under way. It ends by itself, at a limit, or once its caller has gone, and leaves nothing open. */
interface Running {
  open(connections: Connections): Promise<DuckDBConnection>;
  /** Does one step. If the step fails, the statement ends with an error that says why. */
  working<Result>(step: () => Promise<Result>): Promise<Result>;
  stop(why: string, next?: string): void;
  end(): void;
}

function begin(limits: SqlLimits, hint: string, gone: AbortSignal | undefined, onEnd: () => void): Running {
  const stopping = new AbortController();
  const rss = process.memoryUsage.rss();
  let stopped: OrgscopeError | undefined;
  let reader: Reader | undefined;
  let busy = false;
  let ended = false;

  const end = (): void => {
    if (ended) return;
    ended = true;
    clearTimeout(late);
    clearInterval(watching);
    gone?.removeEventListener('abort', leave);
    reader?.close();
    onEnd();
  };
  const stopWith = (problem: OrgscopeError): void => {
    stopped ??= problem;
    stopping.abort();
    // Between two steps no query runs whose failure would end the statement.
    if (!busy) end();
  };
  const stop = (why: string, next = 'Ask again, for less at once.'): void => stopWith(sqlProblem(why, next));
  const leave = (): void =>
    stopWith(new OrgscopeError('interrupted', 'SQL: the caller has gone before the answer was complete.', 'Ask again.'));
  const late = setTimeout(
    () => stop(`the statement took more than ${limits.seconds} s`, raise('ORGSCOPE_SQL_SECONDS')),
    limits.seconds * 1000,
  );
  const watching = setInterval(() => {
    if (process.memoryUsage.rss() - rss <= limits.memoryMib * 1024 ** 2) return;
    stop(`the statement took more than ${limits.memoryMib} MiB of memory`, raise('ORGSCOPE_SQL_MEMORY_MIB'));
  }, WATCH_EVERY_MS);
  gone?.addEventListener('abort', leave);
  if (gone?.aborted === true) leave();

  return {
    stop,
    end,
    async open(connections) {
      reader = await connections.reader(stopping.signal);
      return reader.connection;
    },
    async working(step) {
      if (stopped !== undefined) throw stopped;
      busy = true;
      try {
        return await step();
      } catch (error) {
        busy = false;
        end();
        throw stopped ?? explained(error, hint);
      } finally {
        busy = false;
      }
    },
  };
}

const raise = (setting: string): string =>
  `Ask for less, or set ${setting} to more for the process that has the store open (\`up\`, or this command).`;

function explained(error: unknown, hint: string): OrgscopeError {
  if (error instanceof OrgscopeError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (isOutOfMemory(error)) {
    const next = 'Group by fewer values, leave out `document`, or narrow it by time.';
    return sqlProblem('the statement needs more memory than the store has', next);
  }
  return sqlProblem(message.slice(0, MOST_MESSAGE_CHARACTERS).replace(/\.$/, ''), hint);
}

export const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('Out of Memory Error');

const READING: readonly StatementType[] = [StatementType.SELECT, StatementType.EXPLAIN];
/** The statement after EXPLAIN is checked like any other. */
const EXPLAIN = /^\s*EXPLAIN\s+(?:ANALYZE\s+|\(\s*(?:ANALYZE|FORMAT)\b[^()]*\)\s*)?/i;

async function prepare(connection: DuckDBConnection, text: string, views: ReadonlySet<string>): Promise<DuckDBPreparedStatement> {
  if (text.length > MOST_CHARACTERS) {
    throw sqlProblem(`the statement has ${text.length} characters`, `Up to ${MOST_CHARACTERS} are possible.`);
  }
  const statements = await connection.extractStatements(text);
  if (statements.count !== 1) throw sqlProblem(`${statements.count} statements`, 'Give one SELECT.');
  const explaining = EXPLAIN.exec(text)?.[0] ?? '';
  const parsed = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [text.slice(explaining.length)]);
  const tree = JSON.parse(String(parsed.getRowsJson()[0]?.[0])) as { [key: string]: Json };
  if (tree.error === true) {
    if (tree.error_type === 'not implemented') throw sqlProblem('the statement does not only read', 'Give a SELECT.');
    throw sqlProblem(String(tree.error_message), viewsHint(views));
  }
  checkSql(tree, views);
  const prepared = await statements.prepare(0);
  if (!READING.includes(prepared.statementType)) throw sqlProblem('the statement does not only read', 'Give a SELECT.');
  return prepared;
}

async function* rowsOf(
  result: DuckDBResult,
  first: DuckDBDataChunk | null,
  running: Running,
  limits: SqlLimits,
): SqlAnswer['rows'] {
  const columns = result.deduplicatedColumnNames();
  let rows = 0;
  let bytes = 0;
  try {
    let chunk = first;
    while (chunk !== null && chunk.rowCount > 0) {
      let batch: Record<string, Json>[] = [];
      let batchBytes = 0;
      for (let index = 0; index < chunk.rowCount; index++) {
        const values = chunk.convertRowValues(index, JsonDuckDBValueConverter) as Json[];
        const size = values.reduce<number>((sum, value) => sum + sizeOf(value), 0);
        rows++;
        bytes += size;
        batchBytes += size;
        if (rows > limits.rows)
          throw sqlProblem(`the answer has more than ${limits.rows} rows`, `Add LIMIT. ${raise('ORGSCOPE_SQL_ROWS')}`);
        if (bytes > limits.mib * 1024 ** 2)
          throw sqlProblem(`the answer has more than ${limits.mib} MiB`, `Add LIMIT. ${raise('ORGSCOPE_SQL_MIB')}`);
        batch.push(Object.fromEntries(columns.map((column, at) => [column, values[at] ?? null])));
        if (batchBytes >= BATCH_BYTES || index === chunk.rowCount - 1) {
          yield batch;
          batch = [];
          batchBytes = 0;
        }
      }
      chunk = await running.working(() => result.fetchChunk());
    }
  } finally {
    running.end();
  }
}

/** About how many bytes a value takes as text. */
function sizeOf(value: Json): number {
  if (typeof value === 'string') return value.length + 2;
  if (value === null || typeof value !== 'object') return 8;
  const entries = Array.isArray(value) ? value : Object.values(value);
  return entries.reduce<number>((sum, entry) => sum + sizeOf(entry), Array.isArray(value) ? 2 : Object.keys(value).join().length);
}
