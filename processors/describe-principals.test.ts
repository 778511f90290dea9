import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describePrincipals } from './describe-principals.ts';

test('policies, groups, boundary, tags and last use are found by the ARN of the principal', () => {
  const found = describePrincipals([
    {
      Arn: 'arn:user',
      GroupList: ['admins'],
      AttachedManagedPolicies: [{ PolicyArn: 'arn:policy' }],
      UserPolicyList: [{ PolicyName: 'own' }],
      PermissionsBoundary: { PermissionsBoundaryArn: 'arn:boundary' },
      Tags: [{ Key: 'team', Value: 'web' }],
    },
    { Arn: 'arn:role', RolePolicyList: [], RoleLastUsed: { LastUsedDate: '2026-01-02T03:04:05+00:00' } },
    { AttachedManagedPolicies: [] },
  ]);
  assert.deepEqual(Object.fromEntries(found), {
    'arn:user': {
      'resource.attached_policies': ['arn:policy'],
      'resource.inline_policies': ['own'],
      'resource.groups': ['admins'],
      'resource.permissions_boundary': 'arn:boundary',
      'resource.tags': { team: 'web' },
      'resource.tag_pairs': ['team=web'],
    },
    'arn:role': {
      'resource.attached_policies': [],
      'resource.inline_policies': [],
      'resource.last_used': '2026-01-02T03:04:05.000Z',
    },
  });
});
