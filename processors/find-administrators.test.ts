import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AuthorizationPage, findAdministrators } from './find-administrators.ts';

const statement = (more: object) =>
  encodeURIComponent(
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', ...more }] }),
  );
const ARN = 'arn:aws-us-gov:iam::111111111111:policy/everything';

const rights = (...pages: AuthorizationPage[]) => findAdministrators(pages).get('ann')?.administrator;

test('the policy AdministratorAccess of AWS makes an administrator, in any partition', () => {
  for (const partition of ['aws', 'aws-cn', 'aws-us-gov']) {
    const AttachedManagedPolicies = [{ PolicyArn: `arn:${partition}:iam::aws:policy/AdministratorAccess` }];
    assert.equal(rights({ UserDetailList: [{ UserName: 'ann', AttachedManagedPolicies }] }), true);
  }
  const own = [{ PolicyArn: 'arn:aws:iam::111111111111:policy/AdministratorAccess' }];
  assert.equal(rights({ UserDetailList: [{ UserName: 'ann', AttachedManagedPolicies: own }] }), false);
});

test('an inline policy that allows everything makes an administrator: with one statement or a list, URL-encoded or not', () => {
  const inline = (PolicyDocument: string) =>
    rights({ UserDetailList: [{ UserName: 'ann', UserPolicyList: [{ PolicyDocument }] }] });
  assert.equal(inline(statement({})), true);
  assert.equal(inline(statement({ Action: ['s3:Get*', '*:*'], Resource: ['*'] })), true);
  assert.equal(inline(decodeURIComponent(statement({}))), true);
  assert.equal(inline(JSON.stringify({ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } })), true);
});

test('a policy that allows less than everything makes no administrator', () => {
  const inline = (more: object) =>
    rights({ UserDetailList: [{ UserName: 'ann', UserPolicyList: [{ PolicyDocument: statement(more) }] }] });
  assert.equal(inline({ Effect: 'Deny' }), false);
  assert.equal(inline({ Action: 's3:*' }), false);
  assert.equal(inline({ Resource: 'arn:aws:s3:::x' }), false);
  assert.equal(inline({ Action: undefined, NotAction: 'iam:*' }), false);
  assert.equal(rights({ UserDetailList: [{ UserName: 'ann', UserPolicyList: [{ PolicyDocument: '%' }] }] }), false);
});

test('a user is an administrator through a group of another page, by the default version of a policy of the account', () => {
  const user: AuthorizationPage = { UserDetailList: [{ UserName: 'ann', GroupList: ['admins'] }] };
  const group: AuthorizationPage = { GroupDetailList: [{ GroupName: 'admins', AttachedManagedPolicies: [{ PolicyArn: ARN }] }] };
  const policy = (open: boolean): AuthorizationPage => ({
    Policies: [
      {
        Arn: ARN,
        PolicyVersionList: [
          { IsDefaultVersion: !open, Document: statement({ Action: 's3:*' }) },
          { IsDefaultVersion: open, Document: statement({}) },
        ],
      },
    ],
  });
  assert.equal(rights(user, group, policy(true)), true);
  assert.equal(rights(user, group, policy(false)), false);
  assert.deepEqual(findAdministrators([user]).get('ann')?.groups, ['admins']);
});
