import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRecords, fingerprint } from './compare-records.ts';

const group = {
  GroupId: 'sg-1',
  Tags: [
    { Key: 'team', Value: 'web' },
    { Key: 'Name', Value: 'front' },
  ],
  IpPermissions: [{ FromPort: 443 }, { FromPort: 80 }],
  State: { Name: 'running', Code: 16 },
};

test('the order of members, lists and tags makes no difference', () => {
  const same = {
    State: { Code: 16, Name: 'running' },
    IpPermissions: [{ FromPort: 80 }, { FromPort: 443 }],
    Tags: [...group.Tags].reverse(),
    GroupId: 'sg-1',
  };
  assert.equal(fingerprint(same, []), fingerprint(group, []));
  assert.deepEqual(compareRecords(group, same, []), []);
});

test('a change names the member and both values: tags by key, lists as a whole, added and removed members', () => {
  const { GroupId: _, ...after } = {
    ...group,
    Tags: [
      { Key: 'team', Value: 'shop' },
      { Key: 'Name', Value: 'front' },
    ],
    IpPermissions: [{ FromPort: 443 }],
    State: { Name: 'stopped', Code: 80 },
    VpcId: 'vpc-1',
  };
  assert.notEqual(fingerprint(after, []), fingerprint(group, []));
  assert.deepEqual(compareRecords(group, after, []), [
    { path: 'GroupId', from: 'sg-1', to: undefined },
    { path: 'IpPermissions', from: [{ FromPort: 443 }, { FromPort: 80 }], to: [{ FromPort: 443 }] },
    { path: 'State.Code', from: 16, to: 80 },
    { path: 'State.Name', from: 'running', to: 'stopped' },
    { path: 'Tags.team', from: 'web', to: 'shop' },
    { path: 'VpcId', from: undefined, to: 'vpc-1' },
  ]);
});

test('fields that a kind declares as volatile make no change', () => {
  const later = { ...group, State: { Name: 'running', Code: 0 } };
  assert.equal(fingerprint(later, ['State.Code']), fingerprint(group, ['State.Code']));
  assert.deepEqual(compareRecords(group, later, ['State.Code']), []);
  assert.equal(compareRecords(group, later, []).length, 1);
});
