import type { ConnectedKind, ConnectedResource, FoundResource } from '../core/api/resources.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { KIND_FACTS, kindFacts } from '../core/kind-facts.ts';
import { ANY_KIND, DIMENSIONS, isArn, isUniqueId } from '../core/named-entities.ts';
import type { AggregateAnswer, Filter, Hit } from '../core/query.ts';
import { walkTexts } from '../core/walk-texts.ts';
import type { Asker } from './asker.ts';
import { at, foundResource } from './find-resources.ts';

/**
 * What a resource is connected to. Ids and ARNs in its record lead to what it names; records that name its id or ARN to what names it. Names,
 * which are unique only within a kind, an account and a region, are found by the fields and members that the kinds declare for them.
 */

/** Fields that hold the name of a resource, with the kinds that it may be one of. */
const NAME_FIELDS = new Map<string, string[]>();
for (const { name, nameFields = [] } of KIND_FACTS)
  for (const field of nameFields) NAME_FIELDS.set(field, [...(NAME_FIELDS.get(field) ?? []), name]);

const NEVER_CONNECTED: Filter = {
  type: 'terms',
  field: 'resource.type',
  values: KIND_FACTS.filter(({ neverConnected }) => neverConnected).map(({ name }) => name),
};

/** A record with more ids is a list, and its entries are not its neighbours. */
const MOST_NAMED = 400;
const MOST_HITS = 500;
const SHOWN_PER_KIND = 50;
/** The most parts whose ids are searched: of documents that lack the field, each is searched in whole documents. */
const MOST_PARTS = 50;

export async function connectedResources(ask: Asker, hit: Hit): Promise<{ kinds: ConnectedKind[]; documents: readonly Hit[] }> {
  const self = foundResource(hit);
  const others: Filter[] = [
    { type: 'not', filter: { type: 'term', field: 'resource.key', value: self.key } },
    { type: 'not', filter: NEVER_CONNECTED },
    // A policy of AWS has the same ARN in all accounts.
    ...(self.arn === null ? [] : [{ type: 'not', filter: { type: 'term', field: 'resource.arn', value: self.arn } } as const]),
  ];
  const own = new Set([self.id, self.key, ...(self.arn === null ? [] : [self.arn])]);
  const named = new Map([...namesIn(hit._source)].filter(([value]) => !own.has(value)).slice(0, MOST_NAMED));
  const place: Filter[] = [{ type: 'term', field: 'cloud.account.id', value: self.accountId }];

  const outward: Filter[] = [...byName(hit._source, place)];
  if (named.size > 0)
    for (const field of ['resource.id', 'resource.arn']) outward.push({ type: 'terms', field, values: [...named.keys()] });
  const first = await rows(ask, [...others, { type: 'or', filters: outward }], outward.length > 0);

  const parts = partsOf(self.type, first);
  const subjects = [self, ...parts];
  const inward: Filter[] = [{ type: 'or', filters: namesIt(subjects, place) }];
  // Documents that an older orgscope wrote have no such field until they are swept again.
  const unlisted: Filter[] = [...place, { type: 'not', filter: { type: 'exists', field: 'related.entity' } }];
  const texts: Filter[] = [...unlisted, { type: 'or', filters: subjects.map(({ id }) => ({ type: 'text', value: id })) }];
  const answers = await Promise.all([
    namedBy(ask, [...others, ...inward]),
    count(ask, [...others, ...unlisted]).then((some) => (some === 0 ? NOBODY : namedBy(ask, [...others, ...texts]))),
  ]);
  const second = answers.flatMap(({ found }) => found);

  const connected = new Map<string, ConnectedResource>();
  for (const one of first) {
    const resource = foundResource(one);
    const via = named.get(resource.id) ?? named.get(resource.arn ?? '') ?? '';
    connected.set(resource.key, { ...resource, via, direction: 'names' });
  }
  for (const one of second) {
    const resource = foundResource(one);
    if (connected.has(resource.key)) continue;
    const via = whereNamed(one._source, subjects);
    if (via !== undefined) connected.set(resource.key, { ...resource, via, direction: 'named-by' });
  }
  const counted = new Map<string, number>();
  for (const { type, count } of answers.flatMap(({ totals }) => totals))
    counted.set(String(type), Math.max(counted.get(String(type)) ?? 0, Number(count)));
  const byType = new Map<string, ConnectedResource[]>();
  for (const one of connected.values()) byType.set(one.type, [...(byType.get(one.type) ?? []), one]);
  const kinds = [...byType]
    .map(([type, resources]) => ({
      type,
      total: Math.max(resources.length, counted.get(type) ?? 0),
      resources: resources.slice(0, SHOWN_PER_KIND),
    }))
    .sort((a, b) => a.type.localeCompare(b.type));
  return { kinds, documents: first };
}

/** Snapshots and recovery points name the volume, and people ask for them at the instance. */
function partsOf(type: string, connected: readonly Hit[]): FoundResource[] {
  const parts = kindFacts(type)?.parts ?? [];
  if (parts.length === 0) return [];
  return connected
    .map((hit) => foundResource(hit))
    .filter((resource) => parts.includes(resource.type))
    .slice(0, MOST_PARTS);
}

async function rows(ask: Asker, filters: readonly Filter[], any: boolean): Promise<readonly Hit[]> {
  if (!any) return [];
  const answer = await ask.rows({
    type: 'rows',
    view: 'awscli-current',
    filter: { type: 'and', filters },
    sort: [{ field: 'resource.type', direction: 'asc' }],
    limit: MOST_HITS,
    offset: 0,
  });
  return answer.hits;
}

interface NamedBy {
  readonly found: readonly Hit[];
  /** Where there are more than were found: how many of each kind. */
  readonly totals: AggregateAnswer['rows'];
}

const NOBODY: NamedBy = { found: [], totals: [] };

async function namedBy(ask: Asker, filters: readonly Filter[]): Promise<NamedBy> {
  const found = await rows(ask, filters, true);
  return { found, totals: found.length < MOST_HITS ? [] : await countByType(ask, filters) };
}

async function count(ask: Asker, filters: readonly Filter[]): Promise<number> {
  const [row] = await ask.aggregate({
    type: 'aggregate',
    view: 'awscli-current',
    filter: { type: 'and', filters },
    groups: [],
    metrics: [{ name: 'count', op: 'count' }],
  });
  return Number(row?.count ?? 0);
}

/** Counts the connected resources of each kind, for when there are more than can be fetched. */
const countByType = (ask: Asker, filters: readonly Filter[]) =>
  ask.aggregate({
    type: 'aggregate',
    view: 'awscli-current',
    filter: { type: 'and', filters },
    groups: [{ name: 'type', by: 'terms', field: 'resource.type', size: 200 }],
    metrics: [{ name: 'count', op: 'count' }],
  });

/** Ids and ARNs in a document, each with the member of the record that holds it. */
function namesIn(document: Json): Map<string, string> {
  const found = new Map<string, string>();
  walk(document, (value, path) => {
    if ((isUniqueId(value) || isArn(value)) && !found.has(value)) found.set(value, path);
    return false;
  });
  return found;
}

function byName(document: Json, place: readonly Filter[]): Filter[] {
  return [...NAME_FIELDS].flatMap(([field, types]): Filter[] => {
    const name = at(document, field);
    if (typeof name !== 'string' || types.includes(String(at(document, 'resource.type')))) return [];
    const ofKind: Filter = { type: 'terms', field: 'resource.type', values: types };
    return [{ type: 'and', filters: [...place, ofKind, { type: 'term', field: 'resource.id', value: name }] }];
  });
}

interface Subject {
  readonly type: string;
  readonly id: string;
  readonly arn: string | null;
}

/** Ids and ARNs are sought in all accounts, since resources may be shared, and names in the account of the resource. */
function namesIt(subjects: readonly Subject[], place: readonly Filter[]): Filter[] {
  const ids = subjects.flatMap(({ id, arn }) => [...(isUniqueId(id) ? [id] : []), ...(arn === null ? [] : [arn])]);
  const names = subjects.map(({ id }) => id).filter((id) => !isUniqueId(id));
  const filters: Filter[] = [];
  if (ids.length > 0) filters.push({ type: 'terms', field: 'related.entity', values: ids });
  if (names.length > 0)
    filters.push({ type: 'and', filters: [...place, { type: 'terms', field: 'related.entity', values: names }] });
  return filters;
}

/** The member that names one of these; undefined where the text is only part of another name. */
function whereNamed(document: Json, subjects: readonly Subject[]): string | undefined {
  let found: string | undefined;
  const type = String(at(document, 'resource.type'));
  walk(document, (value, path) => {
    for (const subject of subjects) {
      if (value === subject.arn || (isUniqueId(subject.id) && value.includes(subject.id))) found = path;
      else if (subject.arn !== null && value.startsWith(subject.arn) && /[:/]/.test(value[subject.arn.length] ?? ''))
        found = path;
      // A name counts where it is the value of a dimension, or of a member that is called like its kind.
      else if (value === subject.id && isCalledLike(subject.type, path, type)) found = path;
      else if (path === DIMENSIONS && value.endsWith(`=${subject.id}`)) found = 'Dimensions';
    }
    return found !== undefined;
  });
  return found;
}

function isCalledLike(kind: string, path: string, holder: string): boolean {
  return holder !== kind && (kindFacts(kind)?.nameMembers ?? ANY_KIND).some((member) => path.endsWith(member));
}

/** Visits the texts with their paths as the API names them. The record comes first, since its members say more than our fields. */
function walk(document: Json, see: (value: string, path: string) => boolean): void {
  // `related` repeats what the rest holds.
  const { aws = null, related: _, ...fields } = document as JsonObject;
  const shown = (value: string, path: string) => see(value, path.replace(RECORD, ''));
  if (!walkTexts({ aws }, '', shown)) walkTexts(fields, '', shown);
}

const RECORD = /^aws\.[^.]+\.[^.]+\./;
