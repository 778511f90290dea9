import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessRules } from './access-rules.ts';

test('each peer of a permission is a rule; what admits everyone comes first', () => {
  const rules = accessRules({
    GroupId: 'sg-1',
    GroupName: 'web',
    IpPermissions: [
      { IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, UserIdGroupPairs: [{ GroupId: 'sg-2', Description: 'from the app' }] },
      { IpProtocol: 'tcp', FromPort: 8000, ToPort: 8080, IpRanges: [{ CidrIp: '10.0.0.0/8' }, { CidrIp: '0.0.0.0/0' }] },
      { IpProtocol: '-1', Ipv6Ranges: [{ CidrIpv6: '::/0' }], PrefixListIds: [{ PrefixListId: 'pl-1' }] },
    ],
  });
  assert.deepEqual(
    rules.map(({ ports, peer, peerKind, world }) => [ports, peer, peerKind, world]),
    [
      ['tcp/8000-8080', '0.0.0.0/0', 'addresses', true],
      ['all', '::/0', 'addresses', true],
      ['tcp/5432', 'sg-2', 'group', false],
      ['tcp/8000-8080', '10.0.0.0/8', 'addresses', false],
      ['all', 'pl-1', 'list', false],
    ],
  );
  assert.deepEqual(accessRules(undefined), []);
});
