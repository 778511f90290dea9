import type { AccessRule, FoundResource, ResourceAnswer, ResourceCost } from '../core/api/resources.ts';
import { kindFacts } from '../core/kind-facts.ts';
import type { KindFacts } from '../core/kind-page.ts';
import { isUniqueId } from '../core/named-entities.ts';
import type { Filter, Hit } from '../core/query.ts';
import { accessRules } from './access-rules.ts';
import type { Asker } from './asker.ts';
import { connectedResources } from './connected-resources.ts';
import { at, foundResource, namedResources } from './find-resources.ts';
import { linesOf } from './lines-of.ts';

const CHANGES = 200;
const EVENTS = 100;
const CHOICES = 50;
const USAGE_TYPES = 10;

/** Everything about one resource: its document, its history, its cost and the resources connected to it, from any store. */
export async function describeResource(ask: Asker, text: string): Promise<ResourceAnswer> {
  const named = await namedResources(ask, text, CHOICES);
  const byKey = named.find(({ hit }) => foundResource(hit).key === text);
  if (byKey === undefined && named.length > 1) {
    return { ...NOTHING, choices: named.map(({ hit, gone }) => foundResource(hit, gone)) };
  }
  const { hit, gone } = byKey ?? named[0] ?? { hit: undefined, gone: false };
  const resource = hit === undefined ? null : foundResource(hit, gone);
  const touched = touches(resource, text);
  const [changes, events, lines, last, cost, neighbours] = await Promise.all([
    ask.rows({
      type: 'rows',
      view: 'awschanges',
      filter: { type: 'term', field: 'resource.key', value: resource?.key ?? text },
      sort: [{ field: '@timestamp', direction: 'desc' }],
      limit: CHANGES,
      offset: 0,
    }),
    ask.rows({
      type: 'rows',
      view: 'awscli-trail',
      filter: touched,
      sort: [{ field: '@timestamp', direction: 'desc' }],
      limit: EVENTS,
      offset: 0,
    }),
    linesOf(ask, resource, text),
    ask.rows({
      type: 'rows',
      view: 'awscli-trail',
      filter: {
        type: 'and',
        filters: [
          touched,
          { type: 'term', field: 'aws.cloudtrail.read_only', value: false },
          { type: 'term', field: 'event.outcome', value: 'success' },
        ],
      },
      sort: [{ field: '@timestamp', direction: 'desc' }],
      limit: 1,
      offset: 0,
    }),
    costOf(ask, resource, text),
    hit === undefined ? { kinds: [], documents: [] } : connectedResources(ask, hit),
  ]);
  return {
    resource,
    document: hit?._source ?? null,
    choices: [],
    changes,
    events,
    lines,
    lastChange: last.hits[0] ?? null,
    cost,
    connected: neighbours.kinds,
    rules: rulesOf(hit, neighbours.documents),
  };
}

const NO_ROWS = { type: 'rows', total: 0, hits: [] } as const;
const NOTHING: ResourceAnswer = {
  resource: null,
  document: null,
  choices: [],
  changes: NO_ROWS,
  events: NO_ROWS,
  lines: NO_ROWS,
  lastChange: null,
  cost: { total: null, days: [], usage: [] },
  connected: [],
  rules: [],
};

/** The rules of a kind that admits traffic; of another resource, those of its security groups. */
function rulesOf(hit: Hit | undefined, connected: readonly Hit[]): AccessRule[] {
  if (hit === undefined) return [];
  const groupIds = at(hit._source, 'resource.security_groups');
  const admitting =
    admitsTraffic(hit) !== undefined
      ? [hit]
      : Array.isArray(groupIds)
        ? connected.filter(({ _source }) => groupIds.includes(at(_source, 'resource.id') ?? ''))
        : [];
  return admitting.flatMap((one) => {
    const facts = admitsTraffic(one);
    return facts === undefined ? [] : accessRules(at(one._source, facts.recordField));
  });
}

/** The facts of a document's kind, if it declares access rules. */
function admitsTraffic({ _source }: Hit): KindFacts | undefined {
  const facts = kindFacts(String(at(_source, 'resource.type')));
  return facts?.accessRules === undefined ? undefined : facts;
}

/** Events that name the resource. A name that is no id or ARN identifies it only within its account and region. */
function touches(resource: FoundResource | null, text: string): Filter {
  if (resource === null) return { type: 'term', field: 'related.entity', value: text };
  const { id, arn, accountId, region, type } = resource;
  const wholly = [...(arn === null ? [] : [arn]), ...(isUniqueId(id) || kindFacts(type)?.uniqueId ? [id] : [])];
  const filters: Filter[] = wholly.length === 0 ? [] : [{ type: 'terms', field: 'related.entity', values: wholly }];
  if (!wholly.includes(id)) {
    const here: Filter[] = [
      { type: 'term', field: 'related.entity', value: id },
      {
        type: 'or',
        filters: ['cloud.account.id', 'aws.cloudtrail.recipient_account_id'].map((field) => ({
          type: 'term' as const,
          field,
          value: accountId,
        })),
      },
    ];
    if (region !== 'global') here.push({ type: 'term', field: 'cloud.region', value: region });
    filters.push({ type: 'and', filters: here });
  }
  return { type: 'or', filters };
}

async function costOf(ask: Asker, resource: FoundResource | null, text: string): Promise<ResourceCost> {
  const values = resource === null ? [text] : [resource.id, ...(resource.arn === null ? [] : [resource.arn])];
  const filters: Filter[] = [{ type: 'terms', field: 'resource.id', values }];
  if (resource !== null) filters.push({ type: 'term', field: 'cloud.account.id', value: resource.accountId });
  const base = {
    type: 'aggregate' as const,
    view: 'awsbilling' as const,
    filter: { type: 'and' as const, filters },
    metrics: [{ name: 'cost', op: 'sum' as const, field: 'aws.billing.unblended_cost' }],
  };
  const [total, days, usage] = await Promise.all([
    ask.aggregate({ ...base, groups: [] }),
    ask.aggregate({ ...base, groups: [{ name: 'day', by: 'time', field: '@timestamp', interval: 'day' }] }),
    ask.aggregate({
      ...base,
      groups: [
        {
          name: 'type',
          by: 'terms',
          field: 'aws.billing.usage_type',
          size: USAGE_TYPES,
          order: { by: 'cost', direction: 'desc' },
        },
      ],
    }),
  ]);
  const amount = (value: unknown): string | number => (typeof value === 'number' ? value : String(value ?? 0));
  return {
    total: days.length === 0 ? null : amount(total[0]?.cost),
    days: days.map(({ day, cost }) => ({ day: String(day), cost: amount(cost) })),
    usage: usage.map(({ type, cost }) => ({ type: String(type), cost: amount(cost) })),
  };
}
