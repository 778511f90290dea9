import type { Checkpoint, Delivery, Source } from '../../core/batch.ts';
import type { Document } from '../../core/document.ts';
import { indexNames } from '../../core/index-names.ts';
import type { Json } from '../../core/json.ts';
import { OrgscopeError } from '../../core/problem.ts';
import type { IndexView } from '../../core/query.ts';
import { type JobReport, type Ledger, NO_JOB, type RunReport, type Store, type StoredIndex } from '../../core/store.ts';
import { sweepKey } from '../../core/sweep.ts';
import { views } from '../../mappings/registry.ts';
import { answerInMemory } from './answer-in-memory.ts';

/** One attempt to load a delivery. */
interface Attempt {
  readonly delivery: Delivery;
  published: boolean;
}

interface StoredDocument {
  readonly view: IndexView;
  readonly document: Document;
  readonly source: Json;
  readonly attempt: Attempt | undefined;
}

/**
 * A store that keeps everything in the memory of this process, for tests of code that writes to stores: opening it and writing to it takes no time.
 * It passes the part of the store suite about writing and about the questions of sweeps, and refuses other questions and pruning.
 */
export function memoryStore(): Store {
  const { viewOf } = indexNames(views);
  const current = new Set(views.filter(({ partition }) => partition === 'none').map(({ view }) => view));
  const stored = new Map<string, StoredDocument>();
  const sources = new Map<string, Source>();
  const checkpoints = new Map<string, Checkpoint>();
  const ledger = memoryLedger(sources, checkpoints, (report, month) => published(report, month)?.delivery);
  let attempts: Attempt[] = [];

  const sameMonth = (one: Delivery, other: Pick<Delivery, 'report' | 'month'>) =>
    one.report === other.report && one.month === other.month;
  const published = (report: string, month: string) =>
    attempts.find((attempt) => attempt.published && sameMonth(attempt.delivery, { report, month }));
  const loading = ({ report, month }: Delivery) =>
    attempts.find((attempt) => !attempt.published && sameMonth(attempt.delivery, { report, month }));

  function forget(attempt: Attempt | undefined): void {
    attempts = attempts.filter((each) => each !== attempt);
    for (const [key, each] of stored) if (attempt !== undefined && each.attempt === attempt) stored.delete(key);
  }

  const visible = () => [...stored.values()].filter(({ attempt }) => attempt === undefined || attempt.published);
  const byId = (one: StoredDocument, other: StoredDocument) => (one.document.id < other.document.id ? -1 : 1);

  return {
    name: 'memory',
    ledger,
    async write({ documents, sources: acknowledged, checkpoints: reached = [], delivery }) {
      const attempt = delivery === undefined ? undefined : loading(delivery);
      if (delivery !== undefined && attempt === undefined) throw new Error(`delivery ${delivery.delivery} was not begun`);
      const owned = documents.map((document) => ({ document, view: viewOf(document.index) }));
      const rejected: { index: number; reason: string }[] = [];
      let written = 0;
      for (const [index, { document, view }] of owned.entries()) {
        const source = parseBody(document.body);
        if (source instanceof Error) {
          rejected.push({ index, reason: source.message });
          continue;
        }
        const key = `${attempt === undefined ? '' : JSON.stringify(attempt.delivery)} ${document.index} ${document.id}`;
        const before = stored.get(key)?.document;
        if (before === undefined) written++;
        else if (document.operation === 'create' || (before.version ?? 0) > (document.version ?? 0)) continue;
        else if (!documents.includes(before)) written++;
        stored.set(key, { view, document, source: source.value, attempt });
      }
      for (const source of acknowledged) sources.set(`${source.pipeline} ${source.key}`, source);
      for (const checkpoint of reached) {
        const key = `${checkpoint.pipeline} ${checkpoint.key}`;
        if (checkpoint.reached > (checkpoints.get(key)?.reached ?? -1)) checkpoints.set(key, checkpoint);
      }
      return { written, unchanged: documents.length - rejected.length - written, rejected };
    },
    async retire(sweeps) {
      return sweeps.map((sweep) => {
        const gone = [...stored].filter(([, { view, document, source }]) => {
          const { orgscope } = source as { orgscope?: { sweep?: string } };
          return current.has(view) && orgscope?.sweep === sweepKey(sweep) && (document.version ?? 0) < sweep.time;
        });
        for (const [key] of gone) stored.delete(key);
        return gone.length;
      });
    },
    async beginDelivery(delivery) {
      forget(loading(delivery));
      attempts.push({ delivery, published: false });
    },
    async publishDelivery(delivery) {
      const attempt = loading(delivery);
      if (attempt === undefined) throw new Error(`delivery ${delivery.delivery} was not begun`);
      const before = published(delivery.report, delivery.month);
      const newer = before !== undefined && before.delivery.modified > delivery.modified;
      forget(newer ? attempt : before);
      attempt.published = !newer;
      return !newer;
    },
    async answer(query) {
      const found = visible().filter(({ view }) => view === query.view);
      const hits = found.map(({ document, source }) => ({ _index: document.index, _id: document.id, _source: source }));
      return answerInMemory(query, hits);
    },
    async prune() {
      throw new OrgscopeError('usage', 'The store in memory is not pruned.', 'Use the embedded store.');
    },
    async ready() {},
    async counts() {
      const counts: Record<string, number> = Object.fromEntries(views.map(({ view }) => [view, 0]));
      for (const { view } of visible()) counts[view] = (counts[view] ?? 0) + 1;
      return counts;
    },
    async indices() {
      const byName = new Map<string, StoredIndex>();
      for (const { view, document, attempt } of visible()) {
        const name = JSON.stringify([document.index, attempt?.delivery]);
        const documents = (byName.get(name)?.documents ?? 0) + 1;
        byName.set(name, {
          view,
          index: document.index,
          documents,
          ...(attempt === undefined ? {} : { delivery: attempt.delivery }),
        });
      }
      return [...byName.values()];
    },
    async page({ index, delivery }, after, limit) {
      const found = visible().filter(({ document, attempt }) => document.index === index && attempt?.delivery === delivery);
      const later = found.filter(({ document }) => after === undefined || document.id > after);
      return later
        .sort(byId)
        .slice(0, limit)
        .map(({ document }) => document);
    },
    async close() {},
  };
}

function memoryLedger(
  sources: ReadonlyMap<string, Source>,
  checkpoints: ReadonlyMap<string, Checkpoint>,
  delivery: (report: string, month: string) => Delivery | undefined,
): Ledger {
  const runs = new Map<string, RunReport>();
  const reports = new Map<string, JobReport>();
  const notes = new Map<string, string>();
  const reportsOf = (run: string) => [...reports.values()].filter((report) => report.run === run);
  const order = ({ state, account, region, kind }: JobReport) =>
    [state === 'failed' ? '0' : '1', ...[account, region, kind].map((text) => text ?? '\uffff')].join('\0');
  /** A page of a list, from the position that an earlier page named. */
  function pageOf<Item>(items: readonly Item[], after: string | undefined, limit: number) {
    const start = Number(after ?? 0);
    return { page: items.slice(start, start + limit), next: start + limit < items.length ? String(start + limit) : undefined };
  }

  return {
    known: async (pipeline, keys) => new Set(keys.filter((key) => sources.has(`${pipeline} ${key}`))),
    checkpoint: async (pipeline, key) => checkpoints.get(`${pipeline} ${key}`)?.reached,
    async checkpoints(after, limit) {
      const { page, next } = pageOf([...checkpoints.values()], after, limit);
      return { checkpoints: page, next };
    },
    async saveRun(run) {
      runs.set(run.id, structuredClone(run));
    },
    async saveJobs(jobs) {
      for (const job of jobs) reports.set(JSON.stringify([job.run, job.id]), structuredClone(job));
    },
    runs: async (limit) => [...runs.values()].sort((one, other) => (one.started > other.started ? -1 : 1)).slice(0, limit),
    async jobs(run, { limit, failedOnly }) {
      const found = reportsOf(run).filter(
        ({ object, state }) => object !== NO_JOB && (failedOnly !== true || state === 'failed'),
      );
      return { total: found.length, jobs: found.sort((one, other) => (order(one) < order(other) ? -1 : 1)).slice(0, limit) };
    },
    async problemReports(run, after, limit) {
      const withProblems = reportsOf(run).filter(({ problems }) => problems.length > 0);
      const { page, next } = pageOf(withProblems, after, limit);
      return { jobs: page, next };
    },
    async swept(run) {
      const done = reportsOf(run).filter(({ kind, state }) => kind !== undefined && state === 'succeeded');
      return new Set(done.map(({ id }) => id));
    },
    delivery: async (report, month) => delivery(report, month),
    async sources(after, limit) {
      const { page, next } = pageOf([...sources.values()], after, limit);
      return { sources: page, next };
    },
    note: async (name) => notes.get(name),
    async swapNote(name, before, after) {
      if (notes.get(name) !== before) return false;
      if (after === undefined) notes.delete(name);
      else notes.set(name, after);
      return true;
    },
  };
}

/** The value of a body, or the reason why it is not JSON. */
function parseBody(body: Uint8Array): { readonly value: Json } | Error {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as Json };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
