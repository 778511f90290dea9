import type { Engine, EngineRequest } from './engine.ts';
import { foreignAnswer } from './engine-error.ts';

export interface FoundHit<Source> {
  readonly _index: string;
  readonly _id: string;
  readonly _version?: number;
  readonly _seq_no?: number;
  readonly _primary_term?: number;
  readonly _source: Source;
  readonly sort?: unknown[];
}

export interface SearchAnswer<Source> {
  readonly hits: { readonly total?: { readonly value: number }; readonly hits: readonly FoundHit<Source>[] };
  readonly aggregations?: { readonly [name: string]: unknown };
}

/** Yields the answer to one search. An answer of only some shards is an error: documents of the missing ones would seem to be gone. */
export async function searchOnce<Source>(
  engine: Engine,
  target: string,
  body: object,
  exact: Pick<EngineRequest, 'exact'> = {},
): Promise<SearchAnswer<Source>> {
  const path = `/${encodeURIComponent(target)}/_search`;
  const query = { ignore_unavailable: true, allow_no_indices: true, allow_partial_search_results: false };
  const answer = await engine.request<SearchAnswer<Source>>({ method: 'POST', path, query, body, ...exact });
  if (!Array.isArray(answer.body.hits?.hits)) throw foreignAnswer(engine.name, `POST ${path}`, 'JSON without hits');
  return answer.body;
}

const PAGE = 5_000;

/** Yields up to `limit` hits of a search, page by page, starting after the `sort` values of an earlier hit. The last sort field must differ in each document. */
export async function* searchAll<Source>(
  engine: Engine,
  target: string,
  body: { readonly sort: readonly object[]; readonly [part: string]: unknown },
  limit = Number.POSITIVE_INFINITY,
  from?: readonly unknown[],
): AsyncIterable<readonly FoundHit<Source>[]> {
  let after = from;
  for (let left = limit; left > 0; ) {
    const size = Math.min(PAGE, left);
    const { hits: found } = await searchOnce<Source>(engine, target, {
      ...body,
      size,
      track_total_hits: false,
      ...(after === undefined ? {} : { search_after: after }),
    });
    const { hits } = found;
    if (hits.length > 0) yield hits;
    if (hits.length < size) return;
    left -= hits.length;
    after = hits.at(-1)?.sort;
  }
}
