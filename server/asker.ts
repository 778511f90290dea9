import type { LocalOrgscope } from '../core/orgscope.ts';
import type { AggregateAnswer, AggregateQuery, RowsAnswer, RowsQuery } from '../core/query.ts';

/** Asks one question at a time; one that can't be answered throws. */
export interface Asker {
  rows(query: RowsQuery): Promise<RowsAnswer>;
  aggregate(query: AggregateQuery): Promise<AggregateAnswer['rows']>;
}

/** Questions for one client: they are cancelled once the signal says that the client has closed the connection. */
export function asker(orgscope: Pick<LocalOrgscope, 'answer'>, signal?: AbortSignal): Asker {
  return {
    async rows(query) {
      const found = await orgscope.answer(query, signal);
      return found.type === 'rows' ? found : { type: 'rows', total: 0, hits: [] };
    },
    async aggregate(query) {
      const found = await orgscope.answer(query, signal);
      return found.type === 'aggregate' ? found.rows : [];
    },
  };
}
