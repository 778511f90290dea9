import type { FoundResource } from '../core/api.ts';
import type { Json } from '../core/json.ts';
import type { Filter, Hit, RowsQuery } from '../core/query.ts';
import type { Asker } from './asker.ts';

/** What people have of a resource, word for word. */
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

/** Too many to be told from one another by a few letters; a file is found by its whole key. */
const MANY: Filter = { type: 'terms', field: 'resource.type', values: ['s3-object', 'cloudwatch-metric'] };
/** Shorter words are in every document. */
const SHORTEST_WORD = 3;

/** Resources that a text means, the surest first: called so, beginning so, saying it anywhere, and last those that are gone. */
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
  const steps: Filter[] = [exact, beginsSo(wanted)];
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
    take((await ask.rows(current(filter, limit))).hits, false);
  }
  // The past is asked only about what is called so: it holds every sweep of every resource.
  if (found.size === 0) take((await ask.rows(past(exact, limit * 4))).hits, true);
  return [...found.values()];
}

/** Those that are called so and nothing else; what is there hides what is gone. */
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

/** What a document of inventory says that it is. */
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
