import type { AccessRule } from '../core/api/resources.ts';
import type { Json } from '../core/json.ts';

const WORLD: readonly string[] = ['0.0.0.0/0', '::/0'];

/** Who may reach whom, from the record of a security group: one rule per permission and peer, open ones first. */
export function accessRules(record: Json | undefined): AccessRule[] {
  const group = text(member(record, 'GroupId')) ?? '';
  const groupName = text(member(record, 'GroupName')) ?? null;
  const rules = (['in', 'out'] as const).flatMap((direction) =>
    list(member(record, direction === 'in' ? 'IpPermissions' : 'IpPermissionsEgress')).flatMap((permission) => {
      const base = { group, groupName, direction, ports: portsOf(permission) };
      const peers = (of: string, id: string, peerKind: AccessRule['peerKind']): AccessRule[] =>
        list(member(permission, of)).flatMap((entry) => {
          const peer = text(member(entry, id));
          const description = text(member(entry, 'Description')) ?? null;
          return peer === undefined ? [] : [{ ...base, peer, peerKind, world: WORLD.includes(peer), description }];
        });
      return [
        ...peers('IpRanges', 'CidrIp', 'addresses'),
        ...peers('Ipv6Ranges', 'CidrIpv6', 'addresses'),
        ...peers('UserIdGroupPairs', 'GroupId', 'group'),
        ...peers('PrefixListIds', 'PrefixListId', 'list'),
      ];
    }),
  );
  return rules.sort((a, b) => Number(b.world) - Number(a.world));
}

function portsOf(permission: Json): string {
  const protocol = text(member(permission, 'IpProtocol'));
  const from = member(permission, 'FromPort');
  const to = member(permission, 'ToPort');
  if (protocol === undefined || protocol === '-1') return 'all';
  if (typeof from !== 'number' || from === -1) return protocol;
  return `${protocol}/${from}${typeof to !== 'number' || to === from ? '' : `-${to}`}`;
}

const text = (value: Json | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
const member = (value: Json | undefined, key: string): Json | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value[key] : undefined;
