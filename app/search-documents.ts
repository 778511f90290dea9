import type { SearchRequest } from '../core/api/questions.ts';
import type { IndexNames } from '../core/index-names.ts';
import { parseLucene } from '../core/parse-lucene.ts';
import type { RowsAnswer } from '../core/query.ts';
import type { Store } from '../core/store.ts';

/** Yields a page of the documents of an index pattern that match a query in the Lucene subset, in the order of their ids. */
export async function searchDocuments(
  store: Pick<Store, 'answer'>,
  resolve: IndexNames['resolve'],
  { index, query, limit, after }: SearchRequest,
  signal?: AbortSignal,
): Promise<RowsAnswer> {
  const { view, filter: indices } = resolve(index);
  const filters = [indices, parseLucene(query)];
  // Continues after the last id rather than at an offset: documents written meanwhile shift no page, and every page costs the same.
  if (after !== undefined) filters.push({ type: 'range', field: '_id', gt: after });
  const answer = await store.answer(
    { type: 'rows', view, filter: { type: 'and', filters }, sort: [{ field: '_id', direction: 'asc' }], limit, offset: 0 },
    signal,
  );
  if (answer.type !== 'rows') throw new Error('rows were asked for');
  return answer;
}
