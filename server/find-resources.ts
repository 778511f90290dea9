import type { FoundResource } from '../core/api/resources.ts';
import type { Json } from '../core/json.ts';
import { KIND_FACTS, kindFacts } from '../core/kind-facts.ts';
import type { Filter, Hit, RowsQuery } from '../core/query.ts';
import type { Asker } from './asker.ts';

/** Fields that identify a resource exactly. */
const CALLED_BY = [
  'resource.id',
  'resource.arn',
  'resource.key',
  'resource.name',
  'resource.private_ip',
  'resource.public_ip',
  'resource.dns_name',
];
const BEGINS = ['resource.id', 'resource.name', 'resource.private_ip', 'resource.public_ip', 'resource.arn'];

const MANY: Filter = {
  type: 'terms',
  field: 'resource.type',
  values: KIND_FACTS.filter(({ byWholeNameOnly }) => byWholeNameOnly).map(({ name }) => name),
};
/** The kinds that declare a rank, which come first in the result. */
const FIRST_KINDS = KIND_FACTS.filter(({ rank }) => typeof rank === 'number').map(({ name }) => name);
/** Kinds without a rank come after those that have one, and before the last ones. */
const UNRANKED = 1_000;
const LAST = 2_000;
/** The most results of one kind, so that hundreds of similar names leave room for other kinds. */
const PER_KIND = 4;
/** How many candidates are asked for. */
const CANDIDATES = 100;

/** The shortest word that is searched in whole documents; shorter ones are in every document. */
const SHORTEST_WORD = 3;

/** Resources that a text may mean, best first: with that name, with names that begin so, with the text anywhere, and at last those that are gone. */
export async function findResources(ask: Asker, text: string, limit: number): Promise<FoundResource[]> {
  const wanted = text.trim();
  if (wanted === '') return [];
  const found = new Map<string, FoundResource>();
  const take = (hits: readonly Hit[], gone: boolean): void => {
    for (const hit of hits) {
      const resource = foundResource(hit, gone);
      if (found.size < limit && !found.has(resource.key)) found.set(resource.key, resource);
    }
  };
  const exact = calledSo(wanted);
  const soughtFirst: Filter = { type: 'terms', field: 'resource.type', values: FIRST_KINDS };
  const steps: Filter[] = [exact, { type: 'and', filters: [soughtFirst, beginsSo(wanted)] }, beginsSo(wanted)];
  if (wanted.length >= SHORTEST_WORD)
    steps.push({
      type: 'and',
      filters: [
        { type: 'not', filter: MANY },
        { type: 'text', value: wanted },
      ],
    });
  for (const filter of steps) {
    if (found.size >= limit) break;
    take(mixed((await ask.rows(current(filter, CANDIDATES))).hits), false);
  }
  // The history, which has every sweep of every resource, is searched by exact names only.
  if (found.size === 0) take((await ask.rows(past(exact, limit * 4))).hits, true);
  return [...found.values()];
}

/** Resources with exactly this id, ARN or name: the current ones, or those that are gone if there is none. */
export async function namedResources(ask: Asker, text: string, limit: number): Promise<{ hit: Hit; gone: boolean }[]> {
  const exact = calledSo(text.trim());
  const now = await ask.rows(current(exact, limit));
  if (now.hits.length > 0) return now.hits.map((hit) => ({ hit, gone: false }));
  const before = new Map<string, Hit>();
  for (const hit of (await ask.rows(past(exact, limit * 4))).hits) {
    const { key } = foundResource(hit, true);
    if (!before.has(key)) before.set(key, hit);
  }
  return [...before.values()].slice(0, limit).map((hit) => ({ hit, gone: true }));
}

/** Some results of each kind by the order of kinds, then the rest. */
function mixed(hits: readonly Hit[]): readonly Hit[] {
  const rank = (hit: Hit): number => {
    const declared = kindFacts(foundResource(hit).type)?.rank;
    return declared === 'last' ? LAST : (declared ?? UNRANKED);
  };
  const taken = new Map<string, number>();
  const [some, rest]: [Hit[], Hit[]] = [[], []];
  for (const hit of hits.toSorted((a, b) => rank(a) - rank(b))) {
    const { type } = foundResource(hit);
    const before = taken.get(type) ?? 0;
    taken.set(type, before + 1);
    (before < PER_KIND ? some : rest).push(hit);
  }
  return [...some, ...rest];
}

const calledSo = (text: string): Filter => ({
  type: 'or',
  filters: CALLED_BY.map((field) => ({ type: 'term', field, value: text })),
});

const beginsSo = (text: string): Filter => ({
  type: 'and',
  filters: [
    { type: 'not', filter: MANY },
    { type: 'or', filters: BEGINS.map((field) => ({ type: 'prefix', field, value: text })) },
  ],
});

const current = (filter: Filter, limit: number): RowsQuery => ({
  type: 'rows',
  view: 'awscli-current',
  filter,
  sort: [{ field: 'resource.type', direction: 'asc' }],
  limit,
  offset: 0,
});

const past = (filter: Filter, limit: number): RowsQuery => ({
  type: 'rows',
  view: 'awscli',
  filter,
  sort: [{ field: '@timestamp', direction: 'desc' }],
  limit,
  offset: 0,
});

/** The resource that a document of inventory is about. */
export function foundResource({ _id, _source }: Hit, gone = false): FoundResource {
  const text = (path: string): string | null => {
    const value = at(_source, path);
    return typeof value === 'string' ? value : null;
  };
  return {
    key: text('resource.key') ?? _id,
    type: text('resource.type') ?? '',
    id: text('resource.id') ?? '',
    arn: text('resource.arn'),
    name: text('resource.name'),
    state: text('resource.state'),
    accountId: text('cloud.account.id') ?? '',
    accountName: text('cloud.account.name'),
    region: text('cloud.region') ?? '',
    seen: text('@timestamp') ?? '',
    gone,
  };
}

/** A value by its dotted path. */
export function at(value: Json, path: string): Json | undefined {
  let inner: Json | undefined = value;
  for (const key of path.split('.')) {
    if (inner === null || inner === undefined || typeof inner !== 'object' || Array.isArray(inner)) return undefined;
    inner = inner[key];
  }
  return inner;
}
