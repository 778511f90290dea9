import { z } from 'zod';
import type { Delivery } from '../core/batch.ts';
import type { Document } from '../core/document.ts';
import { pagesOf } from '../core/pages-of.ts';
import { OrgscopeError } from '../core/problem.ts';
import type { IndexView } from '../core/query.ts';
import { type JobReport, NO_JOB, type RunReport, type Store, type StoredIndex } from '../core/store.ts';

/**
 * Copies a store: every document of every view, then what the ledger knows, so that nothing is read again. Documents are copied index by index
 * in the order of their ids. The target notes the last id after each batch; a batch that is copied twice changes nothing. Sources are
 * acknowledged in the target only after all documents are there, and deliveries are published whole.
 */
export interface CopyOptions {
  readonly from: Store;
  readonly to: Store;
  /** Identifies the source in the target's notes: a copy from another source starts anew. */
  readonly name: string;
  readonly signal: AbortSignal;
  readonly show: (progress: CopyProgress) => void;
}

export interface CopyProgress {
  /** The index that is copied, or the part of the ledger. */
  readonly current: string;
  readonly documents: number;
  readonly total: number;
}

export interface CopyReport {
  /** The target holds all that the source holds. */
  readonly complete: boolean;
  /** True where an earlier copy had stopped half-way. */
  readonly resumed: boolean;
  readonly views: readonly { readonly view: IndexView; readonly from: number; readonly to: number }[];
  /** Indices of which the target has fewer documents than the source. */
  readonly short: readonly { readonly index: string; readonly from: number; readonly to: number }[];
  readonly refused: readonly { readonly index: string; readonly id: string; readonly reason: string }[];
  /** Deliveries left out since the target shows a newer one. */
  readonly newer: readonly Delivery[];
  readonly sources: number;
  readonly runs: number;
}

const PAGE_DOCUMENTS = 2_048;
/** The same as the runner's batches: the embedded store writes so many at once straight into its file. */
const BATCH_DOCUMENTS = 8_192;
const BATCH_BYTES = 16 * 1024 * 1024;
const PAGE_SOURCES = 5_000;
/** More than any store keeps; an engine gives no more at once. */
const ALL_RUNS = 10_000;
const ALL_JOBS = 1_000_000;
const REPORTS_AT_ONCE = 500;
const REFUSED_SHOWN = 20;

const positionShape = z.object({ index: z.string(), after: z.string() });

export async function copyStore({ from, to, name, signal, show }: CopyOptions): Promise<CopyReport> {
  const note = `copy:${name}`;
  let noted = await to.ledger.note(note);
  const start = position(noted);
  const refused: CopyReport['refused'][number][] = [];
  const newer: Delivery[] = [];
  let documents = 0;
  let total = 0;

  async function save(text: string | undefined): Promise<void> {
    if (await to.ledger.swapNote(note, noted, text)) noted = text;
    else throw new OrgscopeError('conflict', 'Another copy of this store is under way.', 'Wait for it, or stop it.');
  }

  async function write(batch: readonly Document[], bytes: number, delivery: Delivery | undefined): Promise<void> {
    if (batch.length === 0) return;
    const result = await to.write({ documents: batch, bytes, sources: [], ...(delivery === undefined ? {} : { delivery }) });
    for (const { index, reason } of result.rejected) {
      const { index: where, id } = batch[index] as Document;
      if (refused.length < REFUSED_SHOWN) refused.push({ index: where, id, reason });
    }
  }

  /** All documents of an index after an id. */
  async function copyIndex(index: StoredIndex, first: string | undefined): Promise<void> {
    let after = first;
    let batch: Document[] = [];
    let bytes = 0;
    const flush = async (): Promise<void> => {
      await write(batch, bytes, index.delivery);
      documents += batch.length;
      batch = [];
      bytes = 0;
      // A delivery that was copied in part is copied anew, so its position is not noted.
      if (index.delivery === undefined && after !== undefined) await save(JSON.stringify({ index: index.index, after }));
      show({ current: index.index, documents, total });
    };
    for (;;) {
      if (signal.aborted) {
        if (index.delivery === undefined) await flush();
        throw stopped();
      }
      const page = await from.page(index, after, PAGE_DOCUMENTS);
      for (const document of page) {
        batch.push(document);
        bytes += document.body.byteLength;
      }
      after = page.at(-1)?.id ?? after;
      const last = page.length < PAGE_DOCUMENTS;
      if (last || batch.length + PAGE_DOCUMENTS > BATCH_DOCUMENTS || bytes >= BATCH_BYTES) await flush();
      if (last) return;
    }
  }

  async function copyDelivery(index: StoredIndex, delivery: Delivery): Promise<void> {
    await to.beginDelivery(delivery);
    await copyIndex(index, undefined);
    if (!(await to.publishDelivery(delivery))) newer.push(delivery);
  }

  /** True where the target has the very same delivery, whole. */
  async function hasDelivery({ documents: expected, delivery }: StoredIndex, there: Counts): Promise<boolean> {
    if (delivery === undefined) return false;
    const shown = await to.ledger.delivery(delivery.report, delivery.month);
    return (
      shown?.delivery === delivery.delivery &&
      shown.modified === delivery.modified &&
      there.get(nameOf({ delivery })) === expected
    );
  }

  const indices = [...(await from.indices())].sort((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1));
  const closed = indices.find((index) => index.closed === true);
  if (closed !== undefined) {
    const next = `Open it (POST /${closed.index}/_open), then copy again: what is there already is left out.`;
    throw new OrgscopeError('conflict', `${closed.index} of ${from.name} is closed: its documents can't be read.`, next);
  }
  total = indices.reduce((sum, index) => sum + index.documents, 0);
  const before = await countsOf(to);
  for (const index of indices) {
    const { delivery } = index;
    if (delivery !== undefined) {
      if (await hasDelivery(index, before)) documents += index.documents;
      else await copyDelivery(index, delivery);
    } else if (start === undefined || index.index > start.index) await copyIndex(index, undefined);
    else if (index.index === start.index) {
      documents += Math.min(index.documents, before.get(index.index) ?? 0);
      await copyIndex(index, start.after);
    } else documents += index.documents;
  }

  // Documents that were written into the source between two parts of a copy may lie before the position: their indices are copied once more.
  let there = await countsOf(to);
  const isShort = (index: StoredIndex): boolean => (there.get(nameOf(index)) ?? 0) < index.documents;
  if (start !== undefined) {
    for (const index of indices.filter((each) => each.delivery === undefined && isShort(each))) {
      await save(undefined);
      await copyIndex(index, undefined);
    }
    there = await countsOf(to);
  }

  await copyCheckpoints(from, to, signal);
  const sources = await copySources(from, to, signal, (count) => show({ current: `${count} sources`, documents, total }));
  const runs = await copyRuns(from, to, signal, (count) => show({ current: `${count} runs`, documents, total }));

  const shown = indices.filter(({ delivery }) => delivery === undefined || !newer.includes(delivery));
  const short = shown.filter(isShort).map((index) => ({
    index: index.index,
    from: index.documents,
    to: there.get(nameOf(index)) ?? 0,
  }));
  const complete = short.length === 0 && refused.length === 0;
  await save(complete ? undefined : noted);
  const views = [...new Set(indices.map(({ view }) => view))].map((view) => {
    const ofView = indices.filter((each) => each.view === view);
    const sum = (count: (index: StoredIndex) => number): number => ofView.reduce((total, index) => total + count(index), 0);
    return { view, from: sum((index) => index.documents), to: sum((index) => there.get(nameOf(index)) ?? 0) };
  });
  return { complete, resumed: start !== undefined, views, short, refused, newer, sources, runs };
}

type Counts = ReadonlyMap<string, number>;

/** An index; of billing one report's part of it. */
const nameOf = ({ index, delivery }: Pick<StoredIndex, 'delivery'> & { readonly index?: string }): string =>
  delivery === undefined ? (index as string) : JSON.stringify([delivery.report, delivery.month]);

/** Deliveries come last, since no position is noted for them. */
const sortKey = (index: StoredIndex): string => `${index.delivery === undefined ? 0 : 1} ${index.index} ${nameOf(index)}`;

const countsOf = async (store: Store): Promise<Counts> =>
  new Map((await store.indices()).map((index) => [nameOf(index), index.documents]));

function position(text: string | undefined): z.output<typeof positionShape> | undefined {
  try {
    return text === undefined ? undefined : positionShape.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

async function copySources(from: Store, to: Store, signal: AbortSignal, show: (count: number) => void): Promise<number> {
  let count = 0;
  const pages = pagesOf((after) => {
    throwIfStopped(signal);
    return from.ledger.sources(after, PAGE_SOURCES);
  });
  for await (const { sources } of pages) {
    for (const pipeline of new Set(sources.map((source) => source.pipeline))) {
      const ofPipeline = sources.filter((source) => source.pipeline === pipeline);
      const known = await to.ledger.known(
        pipeline,
        ofPipeline.map(({ key }) => key),
      );
      const unknown = ofPipeline.filter(({ key }) => !known.has(key));
      if (unknown.length > 0) await to.write({ documents: [], bytes: 0, sources: unknown });
    }
    count += sources.length;
    show(count);
  }
  return count;
}

async function copyCheckpoints(from: Store, to: Store, signal: AbortSignal): Promise<void> {
  const pages = pagesOf((after) => {
    throwIfStopped(signal);
    return from.ledger.checkpoints(after, PAGE_SOURCES);
  });
  for await (const { checkpoints } of pages) {
    // A later one that is there already stays.
    if (checkpoints.length > 0) await to.write({ documents: [], bytes: 0, sources: [], checkpoints });
  }
}

async function copyRuns(from: Store, to: Store, signal: AbortSignal, show: (count: number) => void): Promise<number> {
  const runs = await from.ledger.runs(ALL_RUNS);
  for (const [index, run] of runs.reverse().entries()) {
    throwIfStopped(signal);
    const [{ jobs }, there] = await Promise.all([
      from.ledger.jobs(run.id, { limit: ALL_JOBS }),
      to.ledger.jobs(run.id, { limit: ALL_JOBS }),
    ]);
    const known = new Set(there.jobs.map(({ id }) => id));
    await to.ledger.saveJobs(jobs.filter(({ id }) => !known.has(id)));
    const thereOfNoJob = new Set<string>();
    for await (const { id } of reportsOfNoJob(to, run.id)) thereOfNoJob.add(id);
    for await (const report of reportsOfNoJob(from, run.id)) if (!thereOfNoJob.has(report.id)) await to.ledger.saveJobs([report]);
    // No process works on this run any more: a copy has its source to itself.
    const ended: RunReport = run.state === 'running' ? { ...run, state: 'interrupted' } : run;
    await to.ledger.saveRun(ended);
    show(index + 1);
  }
  return runs.length;
}

async function* reportsOfNoJob({ ledger }: Store, run: string): AsyncIterable<JobReport> {
  const pages = pagesOf((after) => ledger.problemReports(run, after, REPORTS_AT_ONCE));
  for await (const { jobs } of pages) yield* jobs.filter(({ object }) => object === NO_JOB);
}

const stopped = (): OrgscopeError =>
  new OrgscopeError('interrupted', 'The copy was stopped before its end.', 'Start it again: it goes on where it stopped.');

function throwIfStopped(signal: AbortSignal): void {
  if (signal.aborted) throw stopped();
}
