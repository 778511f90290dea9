import assert from 'node:assert/strict';
import { test } from 'node:test';
import { referenceFields, referencesBetween } from './reference-security-groups.ts';

test('groups are referenced by inbound and outbound rules; a group that names itself is not referenced by another', () => {
  const found = referencesBetween([
    { GroupId: 'sg-web', IpPermissions: [{ UserIdGroupPairs: [{ GroupId: 'sg-web' }, { GroupId: 'sg-lb' }] }] },
    { GroupId: 'sg-lb', IpPermissionsEgress: [{ UserIdGroupPairs: [{ GroupId: 'sg-web' }] }] },
    { GroupId: 'sg-alone', IpPermissions: [{ IpRanges: [{ CidrIp: '0.0.0.0/0' }] }] },
  ]);
  assert.deepEqual(referenceFields('sg-web', found), {
    'resource.references': ['sg-lb', 'sg-web'],
    'resource.referenced_by': ['sg-lb'],
  });
  assert.deepEqual(referenceFields('sg-lb', found), { 'resource.references': ['sg-web'], 'resource.referenced_by': ['sg-web'] });
  assert.deepEqual(referenceFields('sg-alone', found), { 'resource.references': [], 'resource.referenced_by': [] });
});
