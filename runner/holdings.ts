import type { PipelineName } from '../core/batch.ts';
import { monthlyIndex } from '../core/document.ts';
import { deliveredView, type IndexMapping, mappingOf } from '../core/field.ts';
import { indexNames } from '../core/index-names.ts';
import { writersOf } from '../core/pipeline-facts.ts';
import type { Cutoff, Gap, Store } from '../core/store.ts';
import { heldNote } from './held-note.ts';

/**
 * Knows what an engine must hold, since others can delete its indices. A note in the ledger says of each index how many documents were
 * stored in it, less what was pruned; where the engine holds fewer, that is a gap. Current state is not counted: it shrinks when resources
 * go, and the next sweep writes it anew.
 *
 * A process notes what it counted before it reports its jobs, so a run that holds the leases of all pipelines that write a view finds the note
 * complete at the end of a run. What a killed process had not noted is added then, from what is there: until then a number is too low,
 * and never too high. No gap is named that is none.
 */
export interface Holdings {
  /** The store, which counts what is written through it. */
  readonly store: Store;
  /**
   * After a run, under its leases. What `again` read anew and is still not there can't be had: it is no gap any more. A view counts where
   * the run had all pipelines that write it.
   */
  settle(run: { readonly pipelines: readonly PipelineName[]; readonly again: boolean }): Promise<void>;
  /** What is missing; what lies before the cutoffs may have been removed by the engine's own lifecycle. */
  gaps(cutoffs: readonly Cutoff[]): Promise<readonly Gap[]>;
}

const NOTE_EVERY_MS = 5_000;

export function withHoldings(store: Store, views: readonly IndexMapping[], now: () => number): Holdings {
  const { viewOf } = indexNames(views);
  const ofView = mappingOf(views);
  /** The pipelines that write an index whose documents are counted. */
  const writersOfIndex = (index: string): readonly PipelineName[] | undefined => {
    const view = viewOf(index);
    return ofView(view).partition === 'none' ? undefined : writersOf(view);
  };
  /** A report's part of a month: `awsbilling-2026.11 123456789012/report`. */
  const deliveryKey = ({ report, month }: { readonly report: string; readonly month: string }): string =>
    `${monthlyIndex(deliveredView(views).prefix, month)} ${report}`;
  /** As pruning cuts: days by the day, months by the month. */
  const isBefore = (index: string, cutoffs: readonly Cutoff[]): boolean =>
    cutoffs.some(({ view, before }) => {
      if (viewOf(index) !== view) return false;
      const time = index.slice(index.lastIndexOf('-') + 1);
      return time < before.replaceAll('-', '.').slice(0, time.length);
    });
  /** Counted and not yet noted. */
  let added = new Map<string, number>();
  /** The same of deliveries, whose number is that of the newest one. */
  let counted = new Map<string, number>();
  let notedAt = now();
  /** Of deliveries that are being loaded. */
  const loading = new Map<string, number>();
  const note = heldNote(store.ledger);

  async function noteAdded(): Promise<void> {
    notedAt = now();
    if (added.size === 0 && counted.size === 0) return note.settled();
    const [adding, setting] = [added, counted];
    added = new Map();
    counted = new Map();
    try {
      await note.change((held) => {
        for (const [index, count] of adding) held[index] = (held[index] ?? 0) + count;
        for (const [name, documents] of setting) held[name] = documents;
      });
    } catch {
      // What was stored is stored; it is noted with what comes next.
      for (const [index, count] of adding) added.set(index, (added.get(index) ?? 0) + count);
      counted = new Map([...setting, ...counted]);
    }
  }

  async function stored(): Promise<{ readonly there: Map<string, number>; readonly closed: ReadonlySet<string> }> {
    const all = await store.indices();
    return {
      there: new Map(
        all.flatMap(({ index, documents, delivery, closed }) =>
          closed === true ? [] : [[delivery === undefined ? index : deliveryKey(delivery), documents] as const],
        ),
      ),
      closed: new Set(all.filter(({ closed }) => closed === true).map(({ index }) => index)),
    };
  }

  return {
    store: {
      ...store,
      ledger: {
        ...store.ledger,
        async saveJobs(jobs) {
          await noteAdded();
          await store.ledger.saveJobs(jobs);
        },
      },
      async write(batch) {
        const result = await store.write(batch);
        if (batch.delivery !== undefined) {
          const name = deliveryKey(batch.delivery);
          loading.set(name, (loading.get(name) ?? 0) + result.written);
          return result;
        }
        for (const [index, count] of result.created ?? []) {
          if (writersOfIndex(index) !== undefined) added.set(index, (added.get(index) ?? 0) + count);
        }
        if (now() - notedAt >= NOTE_EVERY_MS) await noteAdded();
        return result;
      },
      async beginDelivery(delivery) {
        loading.delete(deliveryKey(delivery));
        await store.beginDelivery(delivery);
      },
      async publishDelivery(delivery) {
        const published = await store.publishDelivery(delivery);
        const name = deliveryKey(delivery);
        const documents = loading.get(name) ?? 0;
        loading.delete(name);
        if (published) {
          counted.set(name, documents);
          await noteAdded();
        }
        return published;
      },
      async prune(cutoffs, options) {
        const pruned = await store.prune(cutoffs, options);
        if (!options.dryRun) {
          await noteAdded();
          await note.change((held) => {
            for (const name of Object.keys(held)) if (isBefore(indexOf(name), cutoffs)) delete held[name];
          });
        }
        return pruned;
      },
      async close() {
        await noteAdded();
        await store.close();
      },
    },
    async settle({ pipelines, again }) {
      await noteAdded();
      const { there, closed } = await stored();
      const isOurs = (name: string): boolean => writersOfIndex(indexOf(name))?.every((each) => pipelines.includes(each)) === true;
      await note.change((held) => {
        for (const name of new Set([...Object.keys(held), ...there.keys()])) {
          if (!isOurs(name) || closed.has(indexOf(name))) continue;
          const documents = there.get(name) ?? 0;
          if (documents < (held[name] ?? 0) && !again) continue;
          if (documents > 0) held[name] = documents;
          else delete held[name];
        }
      });
    },
    async gaps(cutoffs) {
      // In this order: what is stored meanwhile makes no gap.
      const held = await note.read();
      const { there, closed } = await stored();
      const gaps: Gap[] = [];
      for (const [name, expected] of Object.entries(held)) {
        const [index, has] = [indexOf(name), there.get(name) ?? 0];
        if (has < expected && !isBefore(index, cutoffs))
          gaps.push({ view: viewOf(index), index, expected, stored: has, ...(closed.has(index) && { closed: true }) });
      }
      return gaps.sort((one, other) => (one.index < other.index ? -1 : 1));
    },
  };
}

const indexOf = (name: string): string => name.split(' ', 1)[0] as string;
