import { OrgscopeError } from '../core/problem.ts';
import type { AggregateAnswer, AggregateQuery, RowsAnswer, RowsQuery } from '../core/query.ts';
import type { Orgscope } from './orgscope.ts';

/** Asks one question at a time; one that can't be answered throws. */
export interface Asker {
  rows(query: RowsQuery): Promise<RowsAnswer>;
  aggregate(query: AggregateQuery): Promise<AggregateAnswer['rows']>;
}

export function asker(orgscope: Pick<Orgscope, 'query'>): Asker {
  async function answer(query: RowsQuery | AggregateQuery) {
    const { answers } = await orgscope.query({ queries: [query] });
    const [first] = answers;
    if (first === undefined || first.type === 'error')
      throw new OrgscopeError(
        'store',
        first?.message ?? 'The store gave no answer.',
        'Try again; `orgscope doctor` checks the store.',
      );
    return first;
  }
  return {
    async rows(query) {
      const found = await answer(query);
      return found.type === 'rows' ? found : { type: 'rows', total: 0, hits: [] };
    },
    async aggregate(query) {
      const found = await answer(query);
      return found.type === 'aggregate' ? found.rows : [];
    },
  };
}
