import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { literal } from './schema.ts';
import { checkStoreFile, storeFailure } from './store-file.ts';

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
 * Rows of one group: what DuckDB compresses and writes at once. A transaction of at least a whole group goes straight into the file,
 * compressed, instead of through the log and a checkpoint: the runner's batches are made of this many documents. With DuckDB's own
 * 122,880 the rows of 30 transactions wait in memory for their compression: 900 MiB instead of 400 (docs/decisions/0007-store-writes.md).
 */
const ROW_GROUP_SIZE = 8192;
/**
 * A quarter of DuckDB's own: each column of a row group in the making takes a block at least, and inventory has over two hundred of them. With
 * 16 KiB trails are written a fifth slower.
 */
const BLOCK_SIZE = 65_536;
/** The first format with zstd and dictionaries of strings; without it DuckDB writes what its oldest readers understand. */
const STORAGE_VERSION = 'v1.5.0';

/**
 * Opens the file, locked down for all its connections: no reach into other files, no extensions, no way to change that. Rows
 * come in through the appender, so that the store itself needs no file access either.
 */
export async function connect(options: ConnectOptions): Promise<Connections> {
  const inMemory = options.path === ':memory:';
  // The file says itself which it was made with.
  const blockSize = existsSync(options.path) ? '' : `BLOCK_SIZE ${BLOCK_SIZE}, `;
  if (!inMemory) {
    try {
      mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
      checkStoreFile(options.path);
    } catch (error) {
      throw storeFailure(options.path, error);
    }
  }
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${options.memoryLimitMib}MiB`,
    threads: String(options.threads),
    // Beside the store: DuckDB's own choice would be the folder that the process was started in.
    ...(inMemory ? {} : { temp_directory: `${options.path}.tmp` }),
    // What tasks freed goes back to the system, rather than being kept for the next one.
    allocator_flush_threshold: '4MiB',
    // Small transactions go through the log: compressing at each 16 MB of it (the default) costs as much as writing the rows; a
    // kill replays it, at most this much.
    checkpoint_threshold: '128MiB',
    preserve_insertion_order: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const writer = await instance.connect();
  try {
    // Attached rather than opened: only so can the row groups be chosen.
    await writer.run(
      `ATTACH ${literal(options.path)} AS orgscope (ROW_GROUP_SIZE ${ROW_GROUP_SIZE}, ${blockSize}STORAGE_VERSION ${literal(STORAGE_VERSION)})`,
    );
    await writer.run('SET enable_external_access = false; SET lock_configuration = true; USE orgscope');
  } catch (error) {
    writer.closeSync();
    instance.closeSync();
    throw storeFailure(options.path, error);
  }
  const open = new Set<DuckDBConnection>();
  return {
    writer,
    async read(use) {
      const connection = await instance.connect();
      open.add(connection);
      try {
        await connection.run('USE orgscope');
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
