import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type IndexMapping, mappingOf } from '../../core/field.ts';
import { indexNames } from '../../core/index-names.ts';
import type { Problem } from '../../core/problem.ts';
import type { Answer, IndexView, Query } from '../../core/query.ts';
import type { Store } from '../../core/store.ts';
import type { ConnectOptions } from './addresses.ts';
import { bulkSender, DEFAULT_BULK_LIMITS } from './bulk.ts';
import { connect } from './connect.ts';
import { deadLettersOf, type EngineDeadLetters } from './dead-letters.ts';
import { deliveryLoader } from './deliveries.ts';
import type { Engine } from './engine.ts';
import { exporter } from './export.ts';
import { indexChecker } from './foreign-templates.ts';
import { freshness } from './freshness.ts';
import { openLedger } from './ledger.ts';
import { openNotes } from './notes.ts';
import { isRefusedForNow, type Patience, patient, stoppable } from './patience.ts';
import { prune } from './prune.ts';
import { answer } from './query.ts';
import { retire } from './retire.ts';
import { currentIndices, indexTemplates, targetOf } from './schema.ts';
import { ensureSetup, type SetupOptions } from './setup.ts';
import { documentWriter } from './write.ts';

export interface ElasticsearchOptions extends ConnectOptions {
  readonly mappings: readonly IndexMapping[];
  /** Ends waiting for an engine that is unreachable or busy. Stored documents stay. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the reason why writing waits, once for each reason, and with undefined when it continues: for progress and status. */
  readonly onWaiting?: ((problem: Problem | undefined) => void) | undefined;
  /** Between 0 and 1, for the jitter of retries. */
  readonly random?: (() => number) | undefined;
  readonly setup?: SetupOptions | undefined;
  /** Changes nothing in the engine, for processes that only ask. */
  readonly readOnly?: boolean | undefined;
  /** The size at which a bulk body ends. */
  readonly bodyBytes?: number | undefined;
}

export interface EngineStore extends Store {
  /** The dead letters of a run. */
  deadLetters(run: string): EngineDeadLetters;
}

/** The store on an engine, Elasticsearch or OpenSearch. Opening it adds a missing or outdated set-up; any number of processes may use it. */
export async function openElasticsearch(options: ElasticsearchOptions): Promise<EngineStore> {
  const { mappings } = options;
  const patience: Patience = {
    random: options.random ?? Math.random,
    now: () => performance.now(),
    sleep: (ms, signal) => wait(ms, undefined, { signal }),
    signal: options.signal ?? new AbortController().signal,
    onWaiting: options.onWaiting ?? (() => {}),
  };
  const engine = stoppable(await connect(options), patience.signal);
  try {
    if (options.readOnly !== true) await ensureSetup(patient(engine, patience, QUESTION), mappings, options.setup);
    return await openStore(engine, patience, options);
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** Questions of a run wait for as long as a restart takes. With a longer wait, each job of the run would wait as long. */
const QUESTION = { atMostMs: 5 * 60_000 };
/** A new index answers after a moment, and a full queue soon has room. Shorter than a lease of `runner/run-lease.ts`. */
const BRIEFLY = { atMostMs: 20_000, waitsFor: isRefusedForNow };

async function openStore(engine: Engine, patience: Patience, options: ElasticsearchOptions): Promise<EngineStore> {
  const { mappings } = options;
  const ofView = mappingOf(mappings);
  const { viewOf } = indexNames(mappings);
  const current = mappings.filter(({ partition }) => partition === 'none');
  const target = (view: IndexView) => targetOf(ofView(view));

  // Questions of a person fail at once where the engine is unreachable; the work of a run waits.
  const steady = patient(engine, patience);
  const brief = patient(engine, { ...patience, onWaiting: () => {} }, BRIEFLY);
  const maxBytes = await maxContentLength(engine);
  const sendBulk = bulkSender(engine, patience, {
    ...DEFAULT_BULK_LIMITS,
    maxBytes,
    bodyBytes: options.bodyBytes ?? DEFAULT_BULK_LIMITS.bodyBytes,
  });
  const fresh = freshness(target);
  const seeAll = async () => {
    for (const { view } of mappings) fresh.wrote(view);
    await fresh.refreshAll(steady);
  };
  const deliveries = deliveryLoader(steady, mappings, () => randomBytes(6).toString('hex'));
  const write = documentWriter(sendBulk, mappings, engine.product, () => new Date());

  const templates = new Map(indexTemplates(engine, mappings).map((template) => [template.view, template]));
  const checkIndices = indexChecker(steady, (index) => templates.get(viewOf(index)));

  async function ask(by: Engine, query: Query): Promise<Answer> {
    await fresh.refresh(query.view, by);
    return answer(by, ofView(query.view), query);
  }

  // The holder of a lease must soon learn that the engine is unreachable, so notes do not wait long.
  const ledger = { ...openLedger(steady, brief, sendBulk, fresh, deliveries.published, seeAll), ...openNotes(brief) };

  return {
    name: `${engine.product === 'opensearch' ? 'OpenSearch' : 'Elasticsearch'} ${engine.name}`,
    ledger,
    ...exporter(engine, steady, mappings),
    async write(batch) {
      // Indices of a delivery are made by `deliveries.ts`, with a template that was checked when the store was opened.
      if (batch.delivery === undefined) await checkIndices(new Set(batch.documents.map(({ index }) => index)));
      const result = await write(batch, batch.delivery === undefined ? undefined : deliveries.targetOf(batch.delivery));
      for (const { index } of batch.documents) fresh.wrote(viewOf(index));
      if (batch.sources.length > 0 || (batch.checkpoints?.length ?? 0) > 0) fresh.wrote('ledger');
      return result;
    },
    async retire(sweeps) {
      const retired = await retire(steady, sendBulk, currentIndices(mappings), sweeps);
      for (const { view } of current) fresh.wrote(view);
      return retired;
    },
    async prune(cutoffs, pruneOptions) {
      const mapped = cutoffs.map(({ view, before }) => ({ mapping: ofView(view), before }));
      for (const { mapping } of mapped) await fresh.refresh(mapping.view, steady);
      return prune(steady, sendBulk, mapped, pruneOptions);
    },
    beginDelivery: deliveries.begin,
    publishDelivery: deliveries.publish,
    answer: (query, signal) => ask(signal === undefined ? engine : stoppable(engine, signal, 0), query),
    patient: {
      answer(query, signal) {
        const stopped = AbortSignal.any([patience.signal, signal]);
        return ask(patient(stoppable(engine, stopped, 0), { ...patience, signal: stopped }, QUESTION), query);
      },
    },
    async ready() {
      await ledger.runs(1);
    },
    async counts() {
      const counts: Record<string, number> = {};
      for (const { view } of mappings) {
        await fresh.refresh(view, engine);
        const { body } = await engine.request<{ count: number }>({
          method: 'GET',
          path: `/${encodeURIComponent(target(view))}/_count`,
          query: { ignore_unavailable: true, allow_no_indices: true },
        });
        counts[view] = body.count;
      }
      return counts;
    },
    deadLetters: (run) => deadLettersOf(engine, sendBulk, run, () => new Date()),
    async close() {
      await fresh.refreshAll(engine).catch(() => undefined);
      await engine.close();
    },
  };
}

/** The largest body that all nodes accept; the engines' default where they do not say. */
async function maxContentLength(engine: Engine): Promise<number> {
  const { body } = await engine.request<{ nodes?: Record<string, { http?: { max_content_length_in_bytes?: number } }> }>({
    method: 'GET',
    path: '/_nodes/http',
    query: { filter_path: 'nodes.*.http.max_content_length_in_bytes' },
    allow: [400, 401, 403, 404],
  });
  const limits = Object.values(body?.nodes ?? {}).flatMap(({ http }) => http?.max_content_length_in_bytes ?? []);
  return Math.min(DEFAULT_BULK_LIMITS.maxBytes, ...limits);
}
