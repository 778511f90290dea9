import { addressKey } from '../../core/ip-address.ts';
import { type Json, type JsonObject, memberAt, textOf } from '../../core/json.ts';
import { flowLogFormats } from './flow-log-formats.ts';
import { isPrivateAddress } from './network-direction.ts';
import type { NamedEndpoint, ResourceNames } from './resource-names.ts';

/** A resource in one of its states, and when sweeps saw it so. */
export interface SeenState {
  readonly account: string;
  readonly id: string;
  readonly arn: string | undefined;
  readonly name: string | undefined;
  readonly zone: string | undefined;
  readonly tags: Readonly<Record<string, Json>>;
  /** As `aws … --output json` prints it. */
  readonly record: JsonObject;
  /** Milliseconds: the first sweep that saw it so. */
  readonly first: number;
  /** Milliseconds: the last one; Infinity for the current state, which holds until a sweep sees another. */
  readonly last: number;
}

export interface NameCounts {
  /** Lookups that found a name. */
  readonly known: number;
  /** Lookups that found none; those of public addresses do not count, since most belong to others. */
  readonly unknown: number;
  /** Lookups that found several, none of which is more likely than another. */
  readonly ambiguous: number;
}

export interface InventoryNames extends ResourceNames {
  /** The inventory has no resource that gives a name. */
  readonly isEmpty: boolean;
  /** The lookups up to now. */
  counts(): NameCounts;
}

/** The kinds of resources that names are made of. */
export type NamingKind =
  | 'ec2-instance'
  | 'ecs-service'
  | 'ecs-task'
  | 'elbv2-target-group'
  | 'resourcegroupstaggingapi-resource'
  | 'iam-user'
  | 'iam-role'
  | 'ec2-flow-log'
  | 'ec2-network-interface';

export interface NameCollection {
  /**
   * Takes all states of one resource, the oldest first. Network interfaces must come last, since their names are made of those of instances and tasks.
   */
  add(kind: NamingKind, states: readonly SeenState[]): void;
  names(): InventoryNames;
}

/** An endpoint, and the time (milliseconds, both ends included) in which it had the interface or address. */
interface Holding {
  readonly from: number;
  readonly to: number;
  readonly endpoint: NamedEndpoint;
  readonly vpc: string | undefined;
}

interface Task {
  readonly account: string;
  readonly cluster?: string;
  readonly service?: string;
  readonly taskArn?: string;
}

/** Tags that name a service, the first of which counts. */
const SERVICE_TAGS = ['Service', 'service', 'app'];
const AMBIGUOUS = Symbol('ambiguous');

/** Builds the names that log lines are given, of the states of resources that the inventory has seen. */
export function collectNames(): NameCollection {
  const instances = new Map<string, { readonly name: string | undefined; readonly service: string | undefined }>();
  const tasks = new Map<string, Task>();
  const servicesOfInterfaces = new Map<string, string>();
  const servicesOfGroups = new Map<string, string | typeof AMBIGUOUS>();
  const tagsOfGroups = new Map<string, string>();
  const principals = new Map<string, string>();
  const formats = flowLogFormats();
  const byInterface = new Map<string, Holding[]>();
  const byAccount = new Map<string, Map<string, Holding[]>>();
  const byVpc = new Map<string, Map<string, Holding[]>>();
  let count = 0;

  const takers: { readonly [kind in NamingKind]: (latest: SeenState, states: readonly SeenState[]) => void } = {
    'ec2-instance': ({ id, name, tags }) => instances.set(id, { name, service: serviceTag(tags) }),
    'ecs-service'({ name, record }) {
      for (const balancer of listOf(record.loadBalancers)) {
        const group = textOf(memberAt(balancer, 'targetGroupArn'));
        if (group === undefined || name === undefined) continue;
        const known = servicesOfGroups.get(group);
        servicesOfGroups.set(group, known === undefined || known === name ? name : AMBIGUOUS);
      }
    },
    'ecs-task'({ id, account, arn, record }) {
      const service = /^service:(.+)$/.exec(textOf(record.group) ?? '')?.[1];
      const cluster = textOf(record.clusterArn)?.split('/').at(-1);
      tasks.set(id, {
        account,
        ...(cluster !== undefined && { cluster }),
        ...(service !== undefined && { service }),
        ...(arn !== undefined && { taskArn: arn }),
      });
      if (service === undefined) return;
      for (const attachment of listOf(record.attachments))
        for (const detail of listOf(memberAt(attachment, 'details'))) {
          const face = memberAt(detail, 'name') === 'networkInterfaceId' ? textOf(memberAt(detail, 'value')) : undefined;
          if (face !== undefined) servicesOfInterfaces.set(face, service);
        }
    },
    'elbv2-target-group': ({ arn, tags }) => nameGroup(arn, tags),
    'resourcegroupstaggingapi-resource': ({ arn, tags }) => nameGroup(arn, tags),
    'iam-user': ({ arn, name, id }) => principals.set(arn ?? '', name ?? id),
    'iam-role'({ arn, account, name, id }) {
      principals.set(arn ?? '', name ?? id);
      // The ARN of a session lacks the path of its role.
      principals.set(`${account} ${name ?? id}`, name ?? id);
    },
    'ec2-flow-log': ({ account, record }) => formats.add(account, record),
    'ec2-network-interface': (_, states) => takeInterface(states),
  };

  function nameGroup(arn: string | undefined, tags: SeenState['tags']): void {
    const service = serviceTag(tags);
    if (arn?.includes(':targetgroup/') && service !== undefined) tagsOfGroups.set(arn, service);
  }

  function takeInterface(states: readonly SeenState[]): void {
    let before: SeenState | undefined;
    let endpoint: NamedEndpoint | undefined;
    for (const state of states) {
      const { id, account, record, first, last } = state;
      const found = endpointOf(state);
      // The same object for equal ones, since lookups compare them.
      endpoint = endpoint !== undefined && JSON.stringify(endpoint) === JSON.stringify(found) ? endpoint : found;
      const vpc = textOf(record.VpcId);
      const attached = Date.parse(textOf(memberAt(record, 'Attachment', 'AttachTime')) ?? '');
      // It was attached to its owner before a sweep saw it, but not while sweeps still saw another state.
      const from = attached < first ? Math.min(first, Math.max(attached, before?.last ?? attached)) : first;
      push(byInterface, id, { from, to: last, endpoint, vpc });
      for (const { ip, stays } of addressesOf(record)) {
        const holding = { from: stays ? from : first, to: last, endpoint, vpc };
        push(innerMap(byAccount, account), oneSpelling(ip), holding);
        if (vpc !== undefined) push(innerMap(byVpc, vpc), oneSpelling(ip), holding);
      }
      before = state;
    }
  }

  function endpointOf({ id, record, tags, zone }: SeenState): NamedEndpoint {
    const instanceId = textOf(memberAt(record, 'Attachment', 'InstanceId'));
    const instance = instanceId === undefined ? undefined : instances.get(instanceId);
    return {
      interfaceId: id,
      instanceId,
      instanceName: instance?.name,
      service: servicesOfInterfaces.get(id) ?? textOf(tags['aws:ecs:serviceName']) ?? serviceTag(tags) ?? instance?.service,
      securityGroups: listOf(record.Groups).flatMap((group) => textOf(memberAt(group, 'GroupId')) ?? []),
      loadBalancer: loadBalancerOf(textOf(record.Description) ?? ''),
      availabilityZone: zone,
    };
  }

  return {
    add(kind, states) {
      const latest = states.at(-1);
      count += states.length;
      if (latest !== undefined) takers[kind](latest, states);
    },
    names: () => ({
      ...lookups({ byInterface, byAccount, byVpc, tasks, principals, servicesOfGroups, tagsOfGroups }, formats),
      isEmpty: count === 0,
    }),
  };
}

interface Collected {
  readonly byInterface: ReadonlyMap<string, readonly Holding[]>;
  /** By account, then by address. */
  readonly byAccount: ReadonlyMap<string, ReadonlyMap<string, readonly Holding[]>>;
  /** By VPC, then by address. */
  readonly byVpc: ReadonlyMap<string, ReadonlyMap<string, readonly Holding[]>>;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly principals: ReadonlyMap<string, string>;
  readonly servicesOfGroups: ReadonlyMap<string, string | typeof AMBIGUOUS>;
  readonly tagsOfGroups: ReadonlyMap<string, string>;
}

function lookups(collected: Collected, formats: ReturnType<typeof flowLogFormats>): Omit<InventoryNames, 'isEmpty'> {
  const { byInterface, byAccount, byVpc, tasks, principals, servicesOfGroups, tagsOfGroups } = collected;
  const counts = { known: 0, unknown: 0, ambiguous: 0 };
  const counted = <Value>(found: Value | typeof AMBIGUOUS | undefined): Value | undefined => {
    counts[found === undefined ? 'unknown' : found === AMBIGUOUS ? 'ambiguous' : 'known']++;
    return found === AMBIGUOUS ? undefined : found;
  };

  function atAddress(account: string | undefined, ip: string, timeMs: number, seenAt: string | undefined) {
    const address = oneSpelling(ip);
    const faces = seenAt === undefined ? undefined : byInterface.get(seenAt);
    const vpc = faces?.at(-1)?.vpc;
    // Within a VPC the address is that of the VPC itself, even where a peer has it as well.
    const inVpc = vpc === undefined ? undefined : holderAt(byVpc.get(vpc)?.get(address), timeMs);
    if (inVpc !== undefined) return inVpc;
    return account === undefined ? undefined : holderAt(byAccount.get(account)?.get(address), timeMs);
  }

  return {
    ofInterface: (_account, id, timeMs) => counted(holderAt(byInterface.get(id), timeMs)),
    ofAddress(account, ip, timeMs, seenAt) {
      const found = atAddress(account, ip, timeMs, seenAt);
      return found === undefined && !isPrivateAddress(ip) ? undefined : counted(found);
    },
    ofTargetGroup(arn) {
      const service = counted(servicesOfGroups.get(arn) ?? tagsOfGroups.get(arn));
      return service === undefined ? undefined : { service };
    },
    ofRequester(id) {
      const session = /^arn:[^:]+:sts::(\d{12}):assumed-role\/([^/]+)\//.exec(id);
      const name = counted(principals.get(session === null ? id : `${session[1]} ${session[2]}`));
      return name === undefined ? undefined : { name };
    },
    ofTask(account, taskId) {
      const task = tasks.get(taskId);
      const found = counted(task !== undefined && account !== undefined && task.account !== account ? undefined : task);
      if (found === undefined) return undefined;
      const { account: _, ...rest } = found;
      return rest;
    },
    flowLogFormat: formats.of,
    counts: () => ({ ...counts }),
  };
}

/** Who held it at that time; several at once are ambiguous. */
function holderAt(holdings: readonly Holding[] | undefined, timeMs: number): NamedEndpoint | typeof AMBIGUOUS | undefined {
  let found: NamedEndpoint | undefined;
  for (const { from, to, endpoint } of holdings ?? []) {
    if (timeMs < from || timeMs > to || endpoint === found) continue;
    if (found !== undefined) return AMBIGUOUS;
    found = endpoint;
  }
  return found;
}

/** The addresses of an interface. `stays`: it has the address for as long as it exists, which is true of its primary private address alone. */
function* addressesOf(record: JsonObject): Generator<{ readonly ip: string; readonly stays: boolean }> {
  const seen = new Set<string>();
  const primary = textOf(record.PrivateIpAddress);
  const others = [
    textOf(memberAt(record, 'Association', 'PublicIp')),
    ...listOf(record.PrivateIpAddresses).flatMap((each) => [
      textOf(memberAt(each, 'PrivateIpAddress')),
      textOf(memberAt(each, 'Association', 'PublicIp')),
    ]),
    ...listOf(record.Ipv6Addresses).map((each) => textOf(memberAt(each, 'Ipv6Address'))),
  ];
  for (const ip of [primary, ...others]) {
    if (ip === undefined || seen.has(ip)) continue;
    seen.add(ip);
    yield { ip, stays: ip === primary };
  }
}

/** AWS describes the interfaces of load balancers as `ELB app/name/id`, and those of classic ones as `ELB name`. */
function loadBalancerOf(description: string): string | undefined {
  const [, name, classic] = /^ELB (?:(?:app|net|gwy)\/([^/]+)\/.+|([^/]+))$/.exec(description) ?? [];
  return name ?? classic;
}

const serviceTag = (tags: SeenState['tags']): string | undefined =>
  SERVICE_TAGS.map((tag) => textOf(tags[tag])).find((service) => service !== undefined);

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

/** An IPv6 address has several spellings. */
const oneSpelling = (ip: string): string => (ip.includes(':') ? (addressKey(ip) ?? ip) : ip);

function innerMap(map: Map<string, Map<string, Holding[]>>, key: string): Map<string, Holding[]> {
  const known = map.get(key) ?? new Map<string, Holding[]>();
  map.set(key, known);
  return known;
}

function push(map: Map<string, Holding[]>, key: string, holding: Holding): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [holding]);
  else known.push(holding);
}
