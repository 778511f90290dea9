import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { OrgscopeError } from '../../core/problem.ts';
import { literal } from './schema.ts';
import { checkStoreFile, storeFailure } from './store-file.ts';

/** One file, one writing process: a connection that writes, others that read beside it. */
export interface Connections {
  readonly writer: DuckDBConnection;
  /** A separate connection for one reader. Its queries fail with an error of DuckDB once the signal aborts. */
  reader(signal?: AbortSignal): Promise<Reader>;
  /** Runs `use` with a separate connection, and closes it afterwards. */
  read<Result>(use: (connection: DuckDBConnection) => Promise<Result>, signal?: AbortSignal): Promise<Result>;
  /** Throws an OrgscopeError (`missing`) where the file is gone or was replaced: writes would be lost. */
  checkFile(): void;
  close(): Promise<void>;
}

export interface Reader {
  readonly connection: DuckDBConnection;
  close(): void;
}

export interface ConnectOptions {
  readonly path: string;
  /** The memory of DuckDB, in addition to the heap of the process. */
  readonly memoryLimitMib: number;
  readonly threads: number;
}

/**
 * Rows of one row group, which DuckDB compresses and writes as a unit. A transaction of at least a whole group goes straight into the file, compressed;
 * a smaller one goes through the log and is written again at a checkpoint, which costs twice as much. The runner's batches are bounded by bytes as
 * well as by 8,192 documents, and events of two kilobytes fill them earlier: so a group is half of that (docs/decisions/0007-store-writes.md).
 */
const ROW_GROUP_SIZE = 4096;
/**
 * A quarter of DuckDB's default: each column of an unfinished row group takes at least a block, and inventory has over two hundred columns. With
 * 16 KiB, trails are written a fifth slower.
 */
const BLOCK_SIZE = 65_536;
/** The first format with zstd and dictionaries of strings. By default DuckDB writes the format of its oldest readers. */
const STORAGE_VERSION = 'v1.5.0';
const INTERRUPT_EVERY_MS = 50;
/** The disk space that questions may use when they need more than the memory. DuckDB's default is nearly the whole disk. */
const MOST_ON_DISK = '8GiB';

/**
 * Opens the file. No connection to it can reach other files, load extensions, or change these settings. Rows are written through the appender, so that
 * the store itself needs no access to other files either.
 */
export async function connect(options: ConnectOptions): Promise<Connections> {
  const inMemory = options.path === ':memory:';
  const spilled = spillFolder(options.path);
  // An existing file keeps the block size that it was made with.
  const blockSize = existsSync(options.path) ? '' : `BLOCK_SIZE ${BLOCK_SIZE}, `;
  if (!inMemory) {
    try {
      mkdirSync(dirname(spilled), { recursive: true, mode: 0o700 });
      checkStoreFile(options.path);
    } catch (error) {
      throw storeFailure(options.path, error);
    }
  }
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${options.memoryLimitMib}MiB`,
    threads: String(options.threads),
    // DuckDB's default would be the folder that the process was started in.
    ...(inMemory ? {} : { temp_directory: spilled, max_temp_directory_size: MOST_ON_DISK }),
    // Returns freed memory to the system instead of keeping it for the next task.
    allocator_flush_threshold: '4MiB',
    // Small transactions go through the log. Compressing it at each 16 MB (the default) costs as much as writing the rows. After a kill, at most
    // this much of the log is replayed.
    checkpoint_threshold: '128MiB',
    preserve_insertion_order: 'false',
    // As many documents as one question of a page reads are read from their row groups alone. With more than this (50 by default), the documents of all
    // row groups are read: of ten million events, a hundred took 1.2 s instead of 75 ms.
    dynamic_or_filter_threshold: '1000',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const writer = await instance.connect();
  try {
    // The size of row groups can be chosen only for an attached file.
    await writer.run(
      `ATTACH ${literal(options.path)} AS orgscope (ROW_GROUP_SIZE ${ROW_GROUP_SIZE}, ${blockSize}STORAGE_VERSION ${literal(STORAGE_VERSION)})`,
    );
    await writer.run('SET enable_external_access = false; SET lock_configuration = true; USE orgscope');
  } catch (error) {
    writer.closeSync();
    instance.closeSync();
    throw storeFailure(options.path, error);
  }
  if (!inMemory) removeOtherSpills(spilled);
  const open = new Set<DuckDBConnection>();
  const inode = inMemory ? undefined : inodeOf(options.path);

  async function reader(signal?: AbortSignal): Promise<Reader> {
    const connection = await instance.connect();
    open.add(connection);
    let interrupting: NodeJS.Timeout | undefined;
    // Repeated, since an interrupt between two statements has no effect.
    const interrupt = (): void => {
      connection.interrupt();
      interrupting ??= setInterval(interrupt, INTERRUPT_EVERY_MS);
    };
    signal?.addEventListener('abort', interrupt, { once: true });
    const close = (): void => {
      signal?.removeEventListener('abort', interrupt);
      clearInterval(interrupting);
      open.delete(connection);
      connection.closeSync();
    };
    try {
      signal?.throwIfAborted();
      await connection.run('USE orgscope');
      return { connection, close };
    } catch (error) {
      close();
      throw error;
    }
  }

  return {
    writer,
    reader,
    async read(use, signal) {
      const { connection, close } = await reader(signal);
      try {
        return await use(connection);
      } finally {
        close();
      }
    },
    checkFile() {
      if (inMemory || inodeOf(options.path) === inode) return;
      throw new OrgscopeError(
        'missing',
        'The file of the store is gone, or was replaced by another one.',
        'Stop orgscope, put the data folder back, and start it again: what it writes now would be lost.',
        { file: options.path },
      );
    },
    async close() {
      for (const connection of open) connection.interrupt();
      await writer.run('CHECKPOINT').catch(() => undefined);
      writer.closeSync();
      instance.closeSync();
      if (!inMemory) rmSync(dirname(spilled), { recursive: true, force: true });
    },
  };
}

/**
 * The folder for what needs more than the memory, a new one for each process. DuckDB neither removes the files that a killed process left nor counts them right: where it
 * finds one by the name of a new file, it takes its limit on the disk space for exceeded, and refuses writes.
 */
const spillFolder = (path: string): string => join(`${path}.tmp`, `${process.pid}-${Date.now().toString(36)}`);

/** Removes what killed processes left. Called when this process has the file's lock, so that no other process uses such a folder. */
function removeOtherSpills(own: string): void {
  for (const name of readdirSync(dirname(own))) {
    if (name !== basename(own)) rmSync(join(dirname(own), name), { recursive: true, force: true });
  }
}

/** Undefined where the file is not there. */
const inodeOf = (path: string): bigint | undefined => statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
