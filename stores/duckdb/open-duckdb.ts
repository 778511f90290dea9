import type { DuckDBConnection } from '@duckdb/node-api';
import pLimit from 'p-limit';
import { type IndexMapping, mappingOf } from '../../core/field.ts';
import type { SqlStore } from '../../core/store.ts';
import { connect } from './connect.ts';
import { deliveryLoader } from './deliveries.ts';
import { indices, page } from './export.ts';
import { keepAnswers } from './kept-answers.ts';
import { openLedger } from './ledger.ts';
import { prune } from './prune.ts';
import { answer } from './query.ts';
import { retire } from './retire.ts';
import { prepareSchema, viewOf } from './schema.ts';
import { runSql } from './sql.ts';
import { storeFailure } from './store-file.ts';
import { documentWriter } from './write.ts';

export interface DuckdbOptions {
  /** The store's one file; its folder is made. */
  readonly path: string;
  readonly mappings: readonly IndexMapping[];
  readonly memoryLimitMib?: number;
  readonly threads?: number;
}

/**
 * Questions at once; a dashboard asks twenty. More of them only slow each other down, and the quick ones would all wait for the slow ones: each
 * step of a question takes one of Node's four threads.
 */
const QUESTIONS_AT_ONCE = 3;

/** The embedded store: one file, one writing process, rows and their ledger in one transaction. */
export async function openDuckdb(options: DuckdbOptions): Promise<SqlStore> {
  const { path, mappings } = options;
  const connections = await connect({ path, memoryLimitMib: options.memoryLimitMib ?? 128, threads: options.threads ?? 1 });
  const { writer } = connections;
  try {
    await prepareSchema(writer, mappings);
  } catch (error) {
    await connections.close();
    throw storeFailure(path, error);
  }

  // One writing transaction at a time: DuckDB would refuse the later of two that touch the same rows.
  let tail: Promise<unknown> = Promise.resolve();
  function exclusive<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    const result = tail.then(() => work(writer)).catch((error: unknown) => Promise.reject(storeFailure(path, error)));
    tail = result.catch(() => undefined);
    return result;
  }

  /** Whoever waits for the change then sees it. */
  const changing = <Result>(work: () => Promise<Result>): Promise<Result> => exclusive(work).finally(kept.clear);

  const write = documentWriter(writer, mappings);
  const deliveries = deliveryLoader(writer);
  const ofView = mappingOf(mappings);
  const turn = pLimit(QUESTIONS_AT_ONCE);
  const kept = keepAnswers();

  return {
    name: `DuckDB ${path}`,
    ledger: openLedger(connections, exclusive),
    write: (batch) => changing(() => write(batch, batch.delivery === undefined ? null : deliveries.attemptOf(batch.delivery))),
    retire: (sweeps) => changing(() => retire(writer, sweeps)),
    prune: (cutoffs, options) =>
      changing(() =>
        prune(
          writer,
          cutoffs.map(({ view, before }) => ({ mapping: ofView(view), before })),
          options,
        ),
      ),
    beginDelivery: (delivery) => exclusive(() => deliveries.begin(delivery)),
    publishDelivery: (delivery) => changing(() => deliveries.publish(delivery)),
    answer(query) {
      const mapping = ofView(query.view);
      // A view without a time is asked the same at any time.
      const { time: _, ...timeless } = query;
      const asked = mapping.timeField === null ? timeless : query;
      return kept.answer(asked, () => turn(() => connections.read((connection) => answer(connection, mapping, asked))));
    },
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
