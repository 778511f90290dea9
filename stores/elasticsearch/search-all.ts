import type { Engine } from './connect.ts';

export interface FoundHit<Source> {
  readonly _index: string;
  readonly _id: string;
  readonly _version?: number;
  readonly _seq_no?: number;
  readonly _primary_term?: number;
  readonly _source: Source;
  readonly sort?: unknown[];
}

interface SearchAnswer<Source> {
  readonly hits?: { readonly total?: { readonly value: number }; readonly hits: readonly FoundHit<Source>[] };
}

const PAGE = 5_000;

/** Yields all hits of a search, or as many as wanted, page by page; the sort must end in a field that differs in each. */
export async function* searchAll<Source>(
  engine: Engine,
  target: string,
  body: { readonly sort: readonly object[]; readonly [part: string]: unknown },
  limit = Number.POSITIVE_INFINITY,
): AsyncIterable<readonly FoundHit<Source>[]> {
  let after: unknown[] | undefined;
  for (let left = limit; left > 0; ) {
    const size = Math.min(PAGE, left);
    const response = await engine.request<SearchAnswer<Source>>({
      method: 'POST',
      path: `/${encodeURIComponent(target)}/_search`,
      query: { ignore_unavailable: true, allow_no_indices: true },
      body: { ...body, size, track_total_hits: false, ...(after === undefined ? {} : { search_after: after }) },
    });
    const hits = response.body.hits?.hits ?? [];
    if (hits.length > 0) yield hits;
    if (hits.length < size) return;
    left -= hits.length;
    after = hits.at(-1)?.sort;
  }
}
