import { isIP } from 'node:net';
import type { Json, JsonObject } from '../core/json.ts';
import { isInstanceId, type MonitoredHost } from '../core/monitored-host.ts';

type HostsBy = ReadonlyMap<string, readonly MonitoredHost[]>;

/** Monitored hosts, indexed by every property that can identify an instance. */
export interface HostIndex {
  readonly instanceIds: HostsBy;
  readonly addresses: HostsBy;
  readonly dnsNames: HostsBy;
  /** Host names without a dot that no other host's name begins with. */
  readonly shortNames: HostsBy;
  readonly names: HostsBy;
}

/**
 * Makes the index once for all instances. If several hosts match, the first one counts, in the order of the sources and then of the
 * names, so that the order of a server's answer has no influence.
 */
export function hostIndex(hosts: readonly MonitoredHost[]): HostIndex {
  const rank = new Map([...new Set(hosts.map(({ source }) => source))].map((source, index) => [source, index]));
  const sorted = hosts.toSorted(
    (a, b) => (rank.get(a.source) ?? 0) - (rank.get(b.source) ?? 0) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
  /** Host names by the first label of any DNS name that the host has. */
  const labels = new Map<string, Set<string>>();
  for (const host of sorted) {
    for (const name of dnsNamesOf(host)) {
      const label = firstLabel(name);
      labels.set(label, (labels.get(label) ?? new Set()).add(nameKey(host.name)));
    }
  }
  return {
    instanceIds: group(sorted, (host) =>
      [host.instanceId, host.name, host.alias, host.address].flatMap((text) =>
        text !== undefined && isInstanceId(text) ? text.toLowerCase() : [],
      ),
    ),
    addresses: group(sorted, (host) => [host.address, host.name].flatMap((text) => addressKey(text) ?? [])),
    dnsNames: group(sorted, dnsNamesOf),
    shortNames: group(sorted, (host) =>
      dnsNamesOf(host).filter((name) => name === nameKey(host.name) && !name.includes('.') && labels.get(name)?.size === 1),
    ),
    names: group(sorted, namesOf),
  };
}

/**
 * Whether an instance (as `aws ec2 describe-instances` prints it) is monitored, and by what host: one that names its id, else one of
 * its addresses, else of its DNS names, else its Name tag. Among several hosts of the same address one that bears the instance's name
 * too goes first: private addresses repeat from one VPC to the next.
 */
export function matchMonitoredHost(instance: JsonObject, index: HostIndex): Record<string, Json> {
  const { ids, addresses, dnsNames, tags } = wordsOf(instance);
  const own = new Set([...dnsNames, ...tags]);
  const attempts: readonly (readonly [string, HostsBy, readonly string[]])[] = [
    ['instance-id', index.instanceIds, ids],
    ['address', index.addresses, addresses],
    ['dns-name', index.dnsNames, dnsNames],
    ['dns-name', index.shortNames, dnsNames.map(firstLabel)],
    ['name', index.names, tags],
  ];
  for (const [matchedBy, hostsBy, words] of attempts) {
    const found = words.flatMap((word) => hostsBy.get(word) ?? []);
    const host = found.find((each) => namesOf(each).some((name) => own.has(name))) ?? found[0];
    if (host === undefined) continue;
    return {
      'resource.monitored': true,
      'resource.monitor.name': host.name,
      'resource.monitor.address': host.address ?? null,
      'resource.monitor.state': host.state ?? null,
      'resource.monitor.groups': [...host.groups],
      'resource.monitor.matched_by': matchedBy,
      'resource.monitor.source': host.source,
    };
  }
  return { 'resource.monitored': false };
}

function wordsOf(instance: JsonObject) {
  const interfaces = list(instance.NetworkInterfaces);
  const addresses = interfaces.flatMap((face) => list(face.PrivateIpAddresses));
  const associations = [...interfaces, ...addresses].flatMap(({ Association }) => list([Association ?? null]));
  const ipv6 = interfaces.flatMap((face) => list(face.Ipv6Addresses));
  const all = [instance, ...interfaces, ...addresses, ...associations, ...ipv6];
  const texts = (keys: readonly string[]) => all.flatMap((each) => keys.flatMap((key) => text(each[key]) ?? []));
  return {
    ids: [text(instance.InstanceId) ?? ''].map((id) => id.toLowerCase()),
    addresses: texts(['PrivateIpAddress', 'PublicIpAddress', 'PublicIp', 'CarrierIp', 'CustomerOwnedIp', 'Ipv6Address']).flatMap(
      (address) => addressKey(address) ?? [],
    ),
    dnsNames: texts(['PrivateDnsName', 'PublicDnsName']).map(nameKey),
    tags: list(instance.Tags)
      .flatMap(({ Key, Value }) => (Key === 'Name' ? (text(Value) ?? []) : []))
      .map(nameKey),
  };
}

const isAddress = (word: string | undefined): word is string => word !== undefined && isIP(word) !== 0;

/** IPv6 in its one short form, which URLs take; a zone (`%eth0`) is no part of an address of AWS. */
function addressKey(word: string | undefined): string | undefined {
  if (!isAddress(word)) return undefined;
  return word.includes(':') ? new URL(`http://[${word.replace(/%.*/, '')}]`).hostname : word;
}

/** DNS ignores case and a trailing dot; names are compared in the same way. */
const nameKey = (name: string): string => name.trim().toLowerCase().replace(/\.$/, '');

const firstLabel = (name: string): string => name.split('.', 1)[0] as string;

const dnsNamesOf = ({ name, address }: MonitoredHost): string[] => unaddressed([name, address]);

/** By name before alias before the DNS name that it is reached by. */
const namesOf = ({ name, alias, address }: MonitoredHost): string[] => unaddressed([name, alias, address]);

const unaddressed = (words: readonly (string | undefined)[]): string[] =>
  [...new Set(words.flatMap((word) => (word === undefined || isAddress(word) ? [] : nameKey(word))))].filter((key) => key !== '');

function group(hosts: readonly MonitoredHost[], keysOf: (host: MonitoredHost) => readonly string[]): HostsBy {
  const groups = new Map<string, MonitoredHost[]>();
  for (const host of hosts) {
    for (const key of new Set(keysOf(host))) {
      const same = groups.get(key);
      if (same === undefined) groups.set(key, [host]);
      else same.push(host);
    }
  }
  return groups;
}

const text = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined;

const list = (value: Json | undefined): JsonObject[] =>
  (Array.isArray(value) ? value : []).filter(
    (each): each is JsonObject => each !== null && typeof each === 'object' && !Array.isArray(each),
  );
