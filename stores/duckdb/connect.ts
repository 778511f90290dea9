import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { OrgscopeError } from '../../core/problem.ts';

/** One file, one writing process: a connection that writes, others that read beside it. */
export interface Connections {
  readonly writer: DuckDBConnection;
  /** A connection of its own for one reader; closed after use. */
  read<Result>(use: (connection: DuckDBConnection) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly path: string;
  /** What DuckDB itself may use, beside the process's own heap. */
  readonly memoryLimitMib: number;
  readonly threads: number;
}

/**
 * Opens the file, locked down for all its connections: no reach into other files, no extensions, no way to change that. Rows
 * come in through the appender, so that the store itself needs no file access either.
 */
export async function connect(options: ConnectOptions): Promise<Connections> {
  if (options.path !== ':memory:') mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
  let instance: DuckDBInstance;
  try {
    instance = await DuckDBInstance.create(options.path, {
      memory_limit: `${options.memoryLimitMib}MiB`,
      threads: String(options.threads),
      // Compressing at each 16 MB of log (the default) costs as much as writing the rows; a kill replays the log, at most this much.
      checkpoint_threshold: '256MiB',
      preserve_insertion_order: 'false',
      enable_external_access: 'false',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      lock_configuration: 'true',
    });
  } catch (error) {
    throw openError(options.path, error);
  }
  const writer = await instance.connect();
  const open = new Set<DuckDBConnection>();
  return {
    writer,
    async read(use) {
      const connection = await instance.connect();
      open.add(connection);
      try {
        return await use(connection);
      } finally {
        open.delete(connection);
        connection.closeSync();
      }
    },
    async close() {
      for (const connection of open) connection.interrupt();
      await writer.run('CHECKPOINT').catch(() => undefined);
      writer.closeSync();
      instance.closeSync();
    },
  };
}

function openError(path: string, error: unknown): OrgscopeError {
  const message = error instanceof Error ? error.message : String(error);
  const where = { file: path };
  // DuckDB has no code for it: the text only chooses between two explanations.
  if (/lock/i.test(message)) {
    const next = 'Stop it, or give this one another folder with --data.';
    return new OrgscopeError('conflict', 'Another process has the store open.', next, where, { cause: error });
  }
  const next = 'Check the folder and its free space; a damaged store can be deleted and is rebuilt from its sources.';
  return new OrgscopeError('store', `The store can't be opened: ${message.split('\n', 1)[0]}`, next, where, { cause: error });
}
