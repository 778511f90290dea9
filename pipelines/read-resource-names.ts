import type { ResourceKind } from '../collectors/inventory/declare-kind.ts';
import { ec2FlowLog } from '../collectors/inventory/ec2-flow-log.ts';
import { ec2Instance } from '../collectors/inventory/ec2-instance.ts';
import { ec2NetworkInterface } from '../collectors/inventory/ec2-network-interface.ts';
import { ecsService } from '../collectors/inventory/ecs-service.ts';
import { ecsTask } from '../collectors/inventory/ecs-task.ts';
import { elbv2TargetGroup } from '../collectors/inventory/elbv2-target-group.ts';
import { iamRole } from '../collectors/inventory/iam-role.ts';
import { iamUser } from '../collectors/inventory/iam-user.ts';
import { resourcegroupstaggingapiResource } from '../collectors/inventory/resourcegroupstaggingapi-resource.ts';
import { type JsonObject, memberAt, textOf } from '../core/json.ts';
import type { JobContext } from '../core/pipeline.ts';
import type { AggregateAnswer, Filter } from '../core/query.ts';
import { collectNames, type InventoryNames, type NamingKind, type SeenState } from '../processors/logs/collect-names.ts';

type Ask = JobContext['answer'];

/** `history`: whether also former states count, and resources that are gone. Interfaces come last, since they take names of the others. */
const READ: readonly {
  readonly kind: ResourceKind & { readonly name: string };
  readonly history: boolean;
  readonly only?: Filter;
}[] = [
  { kind: ec2Instance, history: true },
  { kind: ecsService, history: false },
  { kind: ecsTask, history: true },
  { kind: elbv2TargetGroup, history: false },
  {
    kind: resourcegroupstaggingapiResource,
    history: false,
    only: { type: 'wildcard', field: 'resource.arn', value: 'arn:*:elasticloadbalancing:*:targetgroup/*' },
  },
  { kind: iamUser, history: false },
  { kind: iamRole, history: false },
  { kind: ec2FlowLog, history: false },
  { kind: ec2NetworkInterface, history: true },
];

/** Documents of one answer. */
const PAGE = 5_000;
/** Resources whose history one question asks for, and the latest states of each: as many groups as an engine answers at once. */
const HISTORY_PAGE = 3_000;
const MOST_STATES = 20;
/** Sweeps whose documents one question names: each is two conditions. */
const SWEEPS_AT_ONCE = 100;

/**
 * What the inventory knows of the resources that log lines name, from current state and history. It is read once, in pages; lookups ask the store nothing.
 */
export async function readResourceNames(answer: Ask): Promise<InventoryNames> {
  const collection = collectNames();
  for (const { kind, history, only } of READ) {
    const ofKind: Filter = { type: 'term', field: 'resource.type', value: kind.name };
    const filter: Filter = only === undefined ? ofKind : { type: 'and', filters: [ofKind, only] };
    for await (const page of currentPages(kind, filter, answer)) {
      const formerly = history ? formerPages(kind, filter, page, answer) : [page.states];
      for await (const states of formerly)
        for (const ofResource of states.values()) collection.add(kind.name as NamingKind, ofResource);
    }
  }
  return collection.names();
}

/** States by the key of their resource, the oldest first. */
type States = Map<string, SeenState[]>;

/** A page of current state: all resources with keys after `after`, up to `to`; without `to` it is the last one. */
interface CurrentPage {
  readonly after: string | undefined;
  readonly to: string | undefined;
  readonly states: States;
  readonly fingerprints: ReadonlyMap<string, string>;
}

async function* currentPages(kind: ResourceKind, filter: Filter, answer: Ask): AsyncGenerator<CurrentPage, void> {
  for (let after: string | undefined; ; ) {
    const found = await rows(answer, 'awscli-current', between(filter, after, undefined));
    const states: States = new Map();
    const fingerprints = new Map<string, string>();
    for (const document of found) {
      const key = keyOf(document);
      states.set(key, [stateOf(document, kind, Date.parse(textOf(document['@timestamp']) ?? ''), Number.POSITIVE_INFINITY)]);
      fingerprints.set(key, textOf(memberAt(document, 'orgscope', 'fingerprint')) ?? '');
    }
    const last = found.length < PAGE ? undefined : found.at(-1);
    const to = last === undefined ? undefined : keyOf(last);
    yield { after, to, states, fingerprints };
    if (to === undefined) return;
    after = to;
  }
}

/** All states of the resources of a page: the current ones, which began with the first sweep that saw them so, and what history has before. */
async function* formerPages(kind: ResourceKind, filter: Filter, page: CurrentPage, answer: Ask): AsyncGenerator<States, void> {
  const rest = page.states;
  for (let after = page.after; ; ) {
    const seen = await sightings(between(filter, after, page.to), answer);
    const keys = [...new Set(seen.map(({ key }) => key))];
    const former = seen.filter(({ key, fingerprint }) => page.fingerprints.get(key) !== fingerprint);
    const documents = await documentsOf(former, filter, answer);
    const states: States = new Map();
    for (const { key, fingerprint, first, last } of seen) {
      const current = page.fingerprints.get(key) === fingerprint ? rest.get(key)?.[0] : undefined;
      const document = documents.get(`${key} ${first}`);
      const state =
        current !== undefined
          ? { ...current, first: Math.min(first, current.first) }
          : document && stateOf(document, kind, first, last);
      if (state === undefined) continue;
      const known = states.get(key);
      if (known === undefined) states.set(key, [state]);
      else known.push(state);
    }
    for (const key of keys) {
      const current = rest.get(key)?.[0];
      const known = states.get(key);
      // History does not have the current state, as after its indices were removed.
      if (current !== undefined && known?.every(({ last }) => last !== Number.POSITIVE_INFINITY)) known.push(current);
      known?.sort((one, other) => one.last - other.last);
      rest.delete(key);
    }
    yield states;
    if (keys.length < HISTORY_PAGE) break;
    after = keys.at(-1);
  }
  yield rest;
}

interface Sighting {
  readonly key: string;
  readonly fingerprint: string;
  readonly first: number;
  readonly last: number;
}

/** The first and last sweep that saw each state of the first resources of the filter, by key. */
async function sightings(filter: Filter, answer: Ask): Promise<readonly Sighting[]> {
  const found = await answer({
    type: 'aggregate',
    view: 'awscli',
    filter,
    groups: [
      { name: 'key', by: 'terms', field: 'resource.key', size: HISTORY_PAGE, order: { by: 'key', direction: 'asc' } },
      {
        name: 'fingerprint',
        by: 'terms',
        field: 'orgscope.fingerprint',
        size: MOST_STATES,
        order: { by: 'last', direction: 'desc' },
      },
    ],
    metrics: [
      { name: 'first', op: 'min', field: '@timestamp' },
      { name: 'last', op: 'max', field: '@timestamp' },
    ],
  });
  if (found.type !== 'aggregate') throw new Error('an aggregate was asked for');
  return found.rows.map((row) => ({
    key: String(row.key),
    fingerprint: String(row.fingerprint),
    first: timeOf(row.first),
    last: timeOf(row.last),
  }));
}

const timeOf = (value: AggregateAnswer['rows'][number][string] | undefined): number =>
  new Date(value as string | number).getTime();

/** The documents of the first sightings of these states, by key and time. */
async function documentsOf(states: readonly Sighting[], filter: Filter, answer: Ask): Promise<ReadonlyMap<string, JsonObject>> {
  const documents = new Map<string, JsonObject>();
  const bySweep = [...Map.groupBy(states, ({ first }) => first)].flatMap(([time, ofSweep]) =>
    chunks(ofSweep, PAGE).map((part) => ({ time, keys: part.map(({ key }) => key) })),
  );
  while (bySweep.length > 0) {
    const asked = [];
    let documentsAsked = 0;
    for (let next = bySweep[0]; next !== undefined && asked.length < SWEEPS_AT_ONCE; next = bySweep[0]) {
      if (documentsAsked + next.keys.length > PAGE) break;
      documentsAsked += next.keys.length;
      asked.push(next);
      bySweep.shift();
    }
    const sweeps = asked.map(({ time, keys }): Filter => {
      const at: Filter = { type: 'term', field: '@timestamp', value: new Date(time).toISOString() };
      return { type: 'and', filters: [at, { type: 'terms', field: 'resource.key', values: keys }] };
    });
    for (const document of await rows(answer, 'awscli', { type: 'and', filters: [filter, { type: 'or', filters: sweeps }] }))
      documents.set(`${keyOf(document)} ${Date.parse(textOf(document['@timestamp']) ?? '')}`, document);
  }
  return documents;
}

/** The first documents of the filter, by key. */
async function rows(answer: Ask, view: 'awscli' | 'awscli-current', filter: Filter): Promise<readonly JsonObject[]> {
  const sort = [{ field: 'resource.key', direction: 'asc' as const }];
  const found = await answer({ type: 'rows', view, filter, sort, limit: PAGE, offset: 0 });
  if (found.type !== 'rows') throw new Error('rows were asked for');
  return found.hits.map(({ _source }) => _source as JsonObject);
}

function between(filter: Filter, after: string | undefined, to: string | undefined): Filter {
  if (after === undefined && to === undefined) return filter;
  const range: Filter = {
    type: 'range',
    field: 'resource.key',
    ...(after !== undefined && { gt: after }),
    ...(to !== undefined && { lte: to }),
  };
  return { type: 'and', filters: [filter, range] };
}

const keyOf = (document: JsonObject): string => textOf(memberAt(document, 'resource', 'key')) ?? '';

function stateOf(document: JsonObject, kind: ResourceKind, first: number, last: number): SeenState {
  const resource = document.resource as JsonObject;
  return {
    account: textOf(memberAt(document, 'cloud', 'account', 'id')) ?? '',
    id: textOf(resource.id) ?? '',
    arn: textOf(resource.arn),
    name: textOf(resource.name),
    zone: textOf(memberAt(document, 'cloud', 'availability_zone')),
    tags: (resource.tags ?? {}) as JsonObject,
    record: (memberAt(document, ...kind.recordField.split('.')) ?? {}) as JsonObject,
    first,
    last,
  };
}

const chunks = <Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
