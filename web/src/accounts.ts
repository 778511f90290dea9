import { computed, effect, signal } from '@preact/signals';
import { KIND_FACTS } from '../../core/kind-facts.ts';
import type { AggregateQuery } from '../../core/query.ts';
import { UNIT } from '../../dashboards/dashboard.ts';
import { answerOf } from './answer-of.ts';
import { chips, refresh } from './state.ts';
import { type AccountsByUnit, accountsByUnit } from './units.ts';

/** Names of accounts by their ids. People know an account by its name, and a bill has only its id. */
export const accountNames = signal<ReadonlyMap<string, string>>(new Map());

/** Ids of accounts by their names. */
export const accountIds = computed(() => new Map([...accountNames.value].map(([id, name]) => [name, id])));

/** Accounts by the organisational unit that they are under; empty where the store has no accounts of an organisation. */
export const unitAccounts = signal<AccountsByUnit>(new Map());

const asked = signal(false);

/** False until the accounts are loaded: before that an account's name or a unit in the address can't be resolved. */
export const choiceKnown = computed(
  () => asked.value || !chips.value.some(({ field }) => field === UNIT.field || field === 'cloud.account.name'),
);

/** Leaves out kinds with very many resources, which add no account, and documents without an account's name. */
const NAMED: AggregateQuery = {
  type: 'aggregate',
  view: 'awscli-current',
  filter: {
    type: 'and',
    filters: [
      { type: 'exists', field: 'cloud.account.name' },
      {
        type: 'not',
        filter: {
          type: 'terms',
          field: 'resource.type',
          values: KIND_FACTS.filter(({ byWholeNameOnly }) => byWholeNameOnly).map(({ name }) => name),
        },
      },
    ],
  },
  groups: [
    { name: 'id', by: 'terms', field: 'cloud.account.id', size: 10_000 },
    { name: 'name', by: 'terms', field: 'cloud.account.name', size: 1 },
  ],
  metrics: [{ name: 'count', op: 'count' }],
};

const PLACED: AggregateQuery = {
  type: 'aggregate',
  view: 'awscli-current',
  filter: { type: 'term', field: 'resource.type', value: 'organizations-account' },
  groups: [
    { name: 'account', by: 'terms', field: 'resource.id', size: 10_000 },
    { name: 'unit', by: 'terms', field: UNIT.field, size: 1 },
  ],
  metrics: [{ name: 'count', op: 'count' }],
};

/** Keeps the names and units up to date while inventory finds accounts. Returns the function that ends this. */
export function followAccounts(): () => void {
  return effect(() => {
    refresh.value;
    const named = answerOf(NAMED).then(
      (answer) => {
        if (answer.type !== 'aggregate') return;
        const names = new Map(answer.rows.map(({ id, name }) => [String(id), String(name)]));
        if (names.size !== accountNames.peek().size) accountNames.value = names;
      },
      // A failure is not shown here: the panels ask the same server and show why it does not answer.
      () => undefined,
    );
    const placed = answerOf(PLACED).then(
      (answer) => {
        if (answer.type !== 'aggregate') return;
        const units = accountsByUnit(answer.rows.map(({ account, unit }) => ({ account: String(account), unit: String(unit) })));
        // Assigning an equal value would make every panel ask again.
        if (JSON.stringify([...units]) !== JSON.stringify([...unitAccounts.peek()])) unitAccounts.value = units;
      },
      () => undefined,
    );
    void Promise.all([named, placed]).then(() => {
      asked.value = true;
    });
  });
}

/** Fields of log lines whose values are ARNs, of which charts have room for the end only. */
const ARN_FIELDS: ReadonlySet<string> = new Set(['client.user.id', 'aws.elb.target_group.arn']);
const ARN = /^arn:[^:]*:[^:]*:[^:]*:(\d*):(.+)$/;

/** A field's value as it is shown: an account's id becomes its name, and a long ARN the account's name and the resource. */
export function shownValue(field: string, value: string): string {
  if (field === 'cloud.account.id') return accountNames.value.get(value) ?? value;
  const [, account = '', resource] = ARN_FIELDS.has(field) ? (ARN.exec(value) ?? []) : [];
  return resource === undefined ? value : `${accountNames.value.get(account) ?? account}: ${resource}`;
}
