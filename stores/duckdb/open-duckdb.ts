import type { DuckDBConnection } from '@duckdb/node-api';
import { type IndexMapping, mappingOf } from '../../core/field.ts';
import { OrgscopeError } from '../../core/problem.ts';
import type { SqlStore } from '../../core/store.ts';
import { connect } from './connect.ts';
import { deliveryLoader } from './deliveries.ts';
import { indices, page } from './export.ts';
import { openLedger } from './ledger.ts';
import { prune } from './prune.ts';
import { answer } from './query.ts';
import { retire } from './retire.ts';
import { prepareSchema, viewOf } from './schema.ts';
import { runSql } from './sql.ts';
import { documentWriter } from './write.ts';

export interface DuckdbOptions {
  /** The store's one file; its folder is made. */
  readonly path: string;
  readonly mappings: readonly IndexMapping[];
  readonly memoryLimitMib?: number;
  readonly threads?: number;
}

/** The embedded store: one file, one writing process, rows and their ledger in one transaction. */
export async function openDuckdb(options: DuckdbOptions): Promise<SqlStore> {
  const { path, mappings } = options;
  const connections = await connect({ path, memoryLimitMib: options.memoryLimitMib ?? 128, threads: options.threads ?? 1 });
  const { writer } = connections;
  try {
    await prepareSchema(writer, mappings);
  } catch (error) {
    await connections.close();
    throw storeError(path, error);
  }

  // One writing transaction at a time: DuckDB would refuse the later of two that touch the same rows.
  let tail: Promise<unknown> = Promise.resolve();
  function exclusive<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    const result = tail.then(() => work(writer)).catch((error: unknown) => Promise.reject(storeError(path, error)));
    tail = result.catch(() => undefined);
    return result;
  }

  const write = documentWriter(writer, mappings);
  const deliveries = deliveryLoader(writer);
  const ofView = mappingOf(mappings);

  return {
    name: `DuckDB ${path}`,
    ledger: openLedger(connections, exclusive),
    write: (batch) => exclusive(() => write(batch, batch.delivery === undefined ? null : deliveries.attemptOf(batch.delivery))),
    retire: (sweeps) => exclusive(() => retire(writer, sweeps)),
    prune: (cutoffs, options) =>
      exclusive(() =>
        prune(
          writer,
          cutoffs.map(({ view, before }) => ({ mapping: ofView(view), before })),
          options,
        ),
      ),
    beginDelivery: (delivery) => exclusive(() => deliveries.begin(delivery)),
    publishDelivery: (delivery) => exclusive(() => deliveries.publish(delivery)),
    answer: (query) => connections.read((connection) => answer(connection, ofView(query.view), query)),
    sql: (text) => runSql(connections, text),
    counts: () =>
      connections.read(async (connection) => {
        const counts: Record<string, number> = {};
        for (const { view } of mappings) {
          const rows = await connection.runAndReadAll(`SELECT count(*) FROM ${viewOf(view)}`);
          counts[view] = Number(rows.getRowsJson()[0]?.[0]);
        }
        return counts;
      }),
    indices: () => connections.read((connection) => indices(connection, mappings)),
    page: (index, after, limit) => connections.read((connection) => page(connection, index, after, limit)),
    async close() {
      await tail;
      await connections.close();
    },
  };
}

function storeError(path: string, error: unknown): OrgscopeError {
  if (error instanceof OrgscopeError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new OrgscopeError(
    'store',
    `The store failed: ${message.split('\n', 1)[0]}`,
    'Check the free space of the disk, then run again: what was stored stays.',
    { file: path },
    { cause: error },
  );
}
