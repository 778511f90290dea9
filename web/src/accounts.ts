import { computed, effect, signal } from '@preact/signals';
import type { AggregateQuery } from '../../core/query.ts';
import { answerOf } from './ask.ts';
import { refresh } from './state.ts';

/** Names of accounts by their ids, since people know them by name and bills only by id. */
export const accountNames = signal<ReadonlyMap<string, string>>(new Map());

/** Ids of accounts by their names. */
export const accountIds = computed(() => new Map([...accountNames.value].map(([id, name]) => [name, id])));

/** Files and buckets are read with a profile that need not know the account's name. */
const NAMED: AggregateQuery = {
  type: 'aggregate',
  view: 'awscli-current',
  filter: { type: 'not', filter: { type: 'terms', field: 'resource.type', values: ['s3-object', 's3-bucket'] } },
  groups: [
    { name: 'id', by: 'terms', field: 'cloud.account.id', size: 10_000 },
    { name: 'name', by: 'terms', field: 'cloud.account.name', size: 1 },
  ],
  metrics: [{ name: 'count', op: 'count' }],
};

/** Keeps the names up to date while inventory finds accounts. Ends with what it returns. */
export function followAccounts(): () => void {
  return effect(() => {
    refresh.value;
    answerOf(NAMED).then(
      (answer) => {
        if (answer.type !== 'aggregate') return;
        const names = new Map(answer.rows.map(({ id, name }) => [String(id), String(name)]));
        if (names.size !== accountNames.peek().size) accountNames.value = names;
      },
      // The panels ask the same server, and say why it does not answer.
      () => undefined,
    );
  });
}

/** A value as people know it: an account's id is shown as its name. */
export const shownValue = (field: string, value: string): string =>
  field === 'cloud.account.id' ? (accountNames.value.get(value) ?? value) : value;
