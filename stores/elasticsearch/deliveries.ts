import { createHash } from 'node:crypto';
import type { Delivery } from '../../core/batch.ts';
import { monthlyIndex } from '../../core/document.ts';
import { deliveredView, type IndexMapping } from '../../core/field.ts';
import { OrgscopeError } from '../../core/problem.ts';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';

/**
 * Loads and publishes the months of the view that deliveries replace. `awsbilling-2026.11` is an alias over one concrete index for each report. Each
 * attempt to load a delivery fills its own index, which no pattern of a reader matches. Publishing is one call that moves the alias and removes the
 * previous index. The engine does that atomically, and refuses it if the index to be removed is gone: so if two processes publish at the same time, the
 * second one lists the indices again. The first delivery of a month replaces an empty index.
 */

/** A concrete index and the delivery that its `_meta` names. */
interface Loaded {
  readonly index: string;
  readonly published: boolean;
  /** Undefined for the empty index. */
  readonly delivery: Delivery | undefined;
}

export interface Deliveries {
  /** The alias that the delivery's documents are written to. */
  targetOf(delivery: Delivery): string;
  begin(delivery: Delivery): Promise<void>;
  /** False where a newer delivery is published already; this one is forgotten then. */
  publish(delivery: Delivery): Promise<boolean>;
  published(report: string, month: string): Promise<Delivery | undefined>;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

export function deliveryLoader(engine: Engine, mappings: readonly IndexMapping[], unique: () => string): Deliveries {
  const loading = new Map<string, string>();
  const nameOf = ({ report, month, delivery }: Delivery) => JSON.stringify([report, month, delivery]);
  const loadingAlias = (index: string): string => index.replace(deliveredView(mappings).indexPrefix, 'orgscope-loading-');
  const monthAlias = (month: string): string => monthlyIndex(deliveredView(mappings).prefix, month);
  /** The name of an index; its last part differs in each attempt. */
  const indexName = (report: string, month: string, unique: string): string =>
    `${monthlyIndex(deliveredView(mappings).indexPrefix, month)}-${hash(report)}-${unique}`;

  async function list(report: string, month: string): Promise<Loaded[]> {
    const { body } = await engine.request<Record<string, IndexInfo>>({
      method: 'GET',
      path: `/${indexName(report, month, '*')}`,
      query: { allow_no_indices: true, ignore_unavailable: true },
    });
    return Object.entries(body ?? {}).map(([index, { aliases = {}, mappings }]) => ({
      index,
      published: monthAlias(month) in aliases,
      delivery: mappings?._meta?.delivery,
    }));
  }

  async function create(index: string, alias: string, delivery: Delivery | undefined): Promise<void> {
    const body = { aliases: { [alias]: {} }, mappings: { _meta: { ...(delivery === undefined ? {} : { delivery }) } } };
    // 400: the index exists, since an earlier request succeeded whose answer was lost.
    await engine.request({ method: 'PUT', path: `/${index}`, body, allow: [400] });
  }

  const remove = (index: string) => engine.request({ method: 'DELETE', path: `/${index}`, allow: [404] });

  return {
    targetOf(delivery) {
      const index = loading.get(nameOf(delivery));
      if (index === undefined) throw new Error(`delivery ${delivery.delivery} was not begun`);
      return loadingAlias(index);
    },
    async begin(delivery) {
      const { report, month } = delivery;
      const there = await list(report, month);
      for (const { index, published } of there) if (!published) await remove(index);
      if (!there.some(({ published }) => published))
        await create(indexName(report, month, unique()), monthAlias(month), undefined);
      const index = indexName(report, month, unique());
      await create(index, loadingAlias(index), delivery);
      loading.set(nameOf(delivery), index);
    },
    async publish(delivery) {
      const { report, month, modified } = delivery;
      const index = loading.get(nameOf(delivery));
      if (index === undefined) throw new Error(`delivery ${delivery.delivery} was not begun`);
      await engine.request({ method: 'POST', path: `/${index}/_refresh`, allow: [404] });
      for (;;) {
        const there = await list(report, month);
        const own = there.find((one) => one.index === index);
        if (own?.published === true) break;
        if (own === undefined) {
          loading.delete(nameOf(delivery));
          throw new OrgscopeError(
            'conflict',
            `The delivery ${delivery.delivery} of ${report} for ${month} was begun anew by another process.`,
            'There is nothing to do: the other process publishes the delivery once it is loaded.',
          );
        }
        const before = there.filter(({ published }) => published);
        if (before.some((one) => one.delivery !== undefined && one.delivery.modified > modified)) {
          loading.delete(nameOf(delivery));
          await remove(index);
          return false;
        }
        // Another user removed the whole month in the meantime.
        if (before.length === 0) {
          await create(indexName(report, month, unique()), monthAlias(month), undefined);
          continue;
        }
        const actions = [
          { add: { index, alias: monthAlias(month) } },
          { remove: { index, alias: loadingAlias(index) } },
          ...before.map((one) => ({ remove_index: { index: one.index } })),
        ];
        try {
          await engine.request({ method: 'POST', path: '/_aliases', body: { actions } });
          break;
        } catch (error) {
          // The index to be replaced is gone: list the indices again.
          if (!(error instanceof EngineError && error.status === 404)) throw error;
        }
      }
      loading.delete(nameOf(delivery));
      return true;
    },
    async published(report, month) {
      const deliveries = (await list(report, month)).flatMap(({ published, delivery }) =>
        published && delivery !== undefined ? [delivery] : [],
      );
      return deliveries.sort((a, b) => b.modified - a.modified)[0];
    },
  };
}

interface IndexInfo {
  readonly aliases?: Readonly<Record<string, object>>;
  readonly mappings?: { readonly _meta?: { readonly delivery?: Delivery } };
}
