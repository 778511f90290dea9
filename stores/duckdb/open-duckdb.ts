import type { DuckDBConnection } from '@duckdb/node-api';
import pLimit from 'p-limit';
import { type IndexMapping, mappingOf } from '../../core/field.ts';
import { OrgscopeError } from '../../core/problem.ts';
import type { Answer, Query } from '../../core/query.ts';
import type { SqlStore } from '../../core/store.ts';
import { connect } from './connect.ts';
import { deliveryLoader } from './deliveries.ts';
import { indices, page } from './export.ts';
import { keepAnswers } from './kept-answers.ts';
import { openLedger } from './ledger.ts';
import { prepareSchema } from './prepare-schema.ts';
import { prune } from './prune.ts';
import { answer } from './query.ts';
import { retire } from './retire.ts';
import { viewOf } from './schema.ts';
import { isOutOfMemory, type SqlLimits, sqlRunner } from './sql.ts';
import { storeFailure } from './store-file.ts';
import { documentWriter } from './write.ts';

export interface DuckdbOptions {
  /** The store's one file; its folder is made. */
  readonly path: string;
  readonly mappings: readonly IndexMapping[];
  readonly memoryLimitMib?: number;
  readonly threads?: number;
  /** Limits of SQL from outside. */
  readonly sql?: Partial<SqlLimits>;
}

/**
 * Writing a batch of 16 MiB takes 130 to 160 MiB: the staged documents, and blocks for each column of the row groups under way. With 128 MiB, parts of it were
 * swapped to disk, and an event took a sixth more CPU.
 */
const MEMORY_MIB = 160;
/**
 * Questions that are answered at the same time; a dashboard asks twenty. More of them would slow each other down, and quick ones would wait for slow
 * ones, since each step of a question takes one of Node's four threads.
 */
const QUESTIONS_AT_ONCE = 3;
/** The longest time for a question, as for a request to an engine. The slowest panel over ten million events takes a few seconds. */
const QUESTION_MS = 120_000;

/** The embedded store: one file, one writing process, rows and their ledger in one transaction. */
export async function openDuckdb(options: DuckdbOptions): Promise<SqlStore> {
  const { path, mappings } = options;
  const connections = await connect({
    path,
    memoryLimitMib: options.memoryLimitMib ?? MEMORY_MIB,
    threads: options.threads ?? 1,
  });
  const { writer } = connections;
  try {
    await prepareSchema(writer, mappings);
  } catch (error) {
    await connections.close();
    throw storeFailure(path, error);
  }

  const { sql, giveWay } = sqlRunner(
    connections,
    new Set(mappings.map(({ view }) => viewOf(view).slice('main.'.length))),
    options.sql,
  );

  /** All work shares the store's memory limit. If it is exceeded, a statement from outside is ended and the work is repeated. */
  async function withMemory<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (!isOutOfMemory(error) || !(await giveWay())) throw error;
      return work();
    }
  }

  // One writing transaction at a time: DuckDB would refuse the later of two that touch the same rows.
  let tail: Promise<unknown> = Promise.resolve();
  function exclusive<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    const checked = (): Promise<Result> => {
      connections.checkFile();
      return work(writer);
    };
    const result = tail.then(() => withMemory(checked)).catch((error: unknown) => Promise.reject(storeFailure(path, error)));
    tail = result.catch(() => undefined);
    return result;
  }

  /** Drops cached answers before the work resolves, so that its caller reads fresh data. */
  const changing = <Result>(work: () => Promise<Result>): Promise<Result> => exclusive(work).finally(kept.clear);

  const ledger = openLedger(connections, exclusive);
  const write = documentWriter(writer, mappings);
  const deliveries = deliveryLoader(writer, mappings);
  const ofView = mappingOf(mappings);
  const turn = pLimit(QUESTIONS_AT_ONCE);
  const kept = keepAnswers();
  async function answerInTime(mapping: IndexMapping, query: Query, gone: AbortSignal): Promise<Answer> {
    const late = AbortSignal.timeout(QUESTION_MS);
    try {
      const signal = AbortSignal.any([gone, late]);
      return await withMemory(() => connections.read((connection) => answer(connection, mapping, query), signal));
    } catch (error) {
      if (gone.aborted) throw new OrgscopeError('interrupted', 'The caller has gone before the answer was found.', 'Ask again.');
      if (!late.aborted) throw error;
      throw new OrgscopeError(
        'usage',
        `The question took more than ${QUESTION_MS / 1000} s.`,
        'Narrow it by time or by a field: a word without a field is searched for in every document.',
      );
    }
  }

  return {
    name: `DuckDB ${path}`,
    ledger,
    write: (batch) => changing(() => write(batch, batch.delivery === undefined ? null : deliveries.attemptOf(batch.delivery))),
    retire: (sweeps) => changing(() => retire(writer, mappings, sweeps)),
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
    answer(query, signal) {
      const mapping = ofView(query.view);
      // A view without a time field ignores the time, so questions that differ only in it share an answer.
      const { time: _, ...timeless } = query;
      const asked = mapping.timeField === null ? timeless : query;
      return kept.answer(asked, (gone) => turn(() => answerInTime(mapping, asked, gone)), signal);
    },
    async ready() {
      connections.checkFile();
      await ledger.runs(1);
    },
    sql,
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
