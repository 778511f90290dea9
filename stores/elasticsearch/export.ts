import type { Delivery } from '../../core/batch.ts';
import { type Document, monthlyIndex } from '../../core/document.ts';
import { parseExactJson } from '../../core/exact-json.ts';
import { type IndexMapping, indexPrefixOf, mappingOf } from '../../core/field.ts';
import type { Store, StoredIndex } from '../../core/store.ts';
import type { Engine } from './engine.ts';
import { shownSource } from './fit-document.ts';
import { ID_FIELD, targetOf } from './schema.ts';
import { searchOnce } from './search-all.ts';

const ANY = { ignore_unavailable: true, allow_no_indices: true };
/** More indices than an engine can hold. */
const MOST_INDICES = 20_000;
/** 1970-01-12 in milliseconds: every sweep is later, and no version that an engine counts reaches it. */
const FIRST_SWEEP = 1_000_000_000;

/** Yields the counts of each index, and its documents as they were written. Pages belong to a copy, so they wait for a busy engine. */
export function exporter(engine: Engine, steady: Engine, mappings: readonly IndexMapping[]): Pick<Store, 'indices' | 'page'> {
  /** Concrete indices of published deliveries, by report and month. */
  const published = new Map<string, string>();
  const nameOf = ({ report, month }: Delivery): string => JSON.stringify([report, month]);

  async function findPublished(pattern: string): Promise<Map<string, Delivery>> {
    const { body } = await engine.request<Record<string, { mappings?: { _meta?: { delivery?: Delivery } } }>>({
      method: 'GET',
      path: `/${encodeURIComponent(pattern)}/_mapping`,
      query: { ...ANY, filter_path: '*.mappings._meta.delivery' },
      allow: [404],
    });
    const found = new Map<string, Delivery>();
    for (const [index, { mappings }] of Object.entries(body ?? {})) {
      const delivery = mappings?._meta?.delivery;
      if (delivery === undefined) continue;
      found.set(index, delivery);
      published.set(nameOf(delivery), index);
    }
    return found;
  }

  async function countByIndex(target: string): Promise<Map<string, number>> {
    const aggs = { indices: { terms: { field: '_index', size: MOST_INDICES } } };
    const { aggregations } = await searchOnce(engine, target, { size: 0, aggs });
    const indices = aggregations?.indices as { buckets: readonly { key: string; doc_count: number }[] } | undefined;
    return new Map((indices?.buckets ?? []).map(({ key, doc_count }) => [key, doc_count]));
  }

  /** Closed indices by their shown names: for a month of billing, its alias. */
  async function findClosed(mapping: IndexMapping, target: string): Promise<string[]> {
    // `expand_wildcards: closed` would not do: it also returns open indices for a name without a wildcard.
    const { status, body } = await engine.request<readonly { readonly index: string; readonly status: string }[]>({
      method: 'GET',
      path: `/_cat/indices/${encodeURIComponent(target)}`,
      query: { format: 'json', h: 'index,status', expand_wildcards: 'all' },
      allow: [404],
    });
    const closed = status === 404 ? [] : body.flatMap((found) => (found.status === 'close' ? [found.index] : []));
    if (closed.length === 0 || mapping.delivery === undefined) return closed;
    const aliases = await engine.request<Record<string, { aliases?: Record<string, object> }>>({
      method: 'GET',
      path: `/${closed.map(encodeURIComponent).join(',')}/_alias`,
      query: { ...ANY, expand_wildcards: 'all' },
      allow: [404],
    });
    return Object.values(aliases.body ?? {}).flatMap(({ aliases: names = {} }) =>
      Object.keys(names).filter((alias) => alias.startsWith(indexPrefixOf(mapping))),
    );
  }

  return {
    async indices() {
      const all: StoredIndex[] = [];
      for (const mapping of mappings) {
        const { view, delivery: deliveries } = mapping;
        const target = targetOf(mapping);
        // Documents of other processes must count as soon as they are acknowledged.
        await engine.request({ method: 'POST', path: `/${encodeURIComponent(target)}/_refresh`, query: ANY, allow: [404] });
        const counts = await countByIndex(target);
        for (const index of await findClosed(mapping, target)) all.push({ view, index, documents: 0, closed: true });
        if (deliveries !== undefined) {
          for (const [index, delivery] of await findPublished(mapping.pattern)) {
            all.push({
              view,
              index: monthlyIndex(indexPrefixOf(mapping), delivery.month),
              documents: counts.get(index) ?? 0,
              delivery,
            });
          }
        } else for (const [index, documents] of counts) all.push({ view, index, documents });
      }
      return all.sort((one, other) => (one.index < other.index ? -1 : 1));
    },
    async page({ view, index, delivery }, after, limit) {
      const mapping = mappingOf(mappings)(view);
      if (delivery !== undefined && !published.has(nameOf(delivery))) await findPublished(index);
      const concrete = delivery === undefined ? index : published.get(nameOf(delivery));
      if (concrete === undefined) return [];
      const body = {
        size: limit,
        version: true,
        track_total_hits: false,
        sort: [{ [ID_FIELD]: 'asc' }],
        ...(after === undefined ? {} : { search_after: [after] }),
      };
      const { hits } = await searchOnce<Parameters<typeof shownSource>[0]>(steady, concrete, body, { exact: true });
      return hits.hits.map(
        ({ _id, _version = 1, _source }): Document => ({
          index,
          id: _id,
          // The engine counts versions of created documents from 1; the version of a sweep is its time.
          ...(_version < FIRST_SWEEP ? { operation: 'create' } : { operation: 'replace', version: Number(_version) }),
          body: Buffer.from(JSON.stringify(shownSource(_source, mapping, parseExactJson))),
        }),
      );
    },
  };
}
