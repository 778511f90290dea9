import assert from 'node:assert/strict';
import { test } from 'node:test';
import { causeId, groupProblems } from './group-problems.ts';
import { formatPlace, formatProblem, type Problem, type Where } from './problem.ts';

const problem = (where: Where, given: Partial<Problem> = {}): Problem => ({
  code: 'denied',
  severity: 'failed',
  message: `access denied to ${where.call}`,
  next: `Add "${where.action}" to the policy.`,
  where,
  ...given,
});

test('calls that are denied in many accounts and regions are one cause, which lists the actions to add', () => {
  const problems = ['111111111111', '222222222222', '333333333333', '444444444444'].flatMap((account) =>
    ['eu-west-1', 'us-east-1'].flatMap((region) =>
      ['ec2:DescribeVolumes', 'ec2:DescribeVpcs'].map((call) => problem({ account, region, call, action: call })),
    ),
  );
  const [group, ...others] = groupProblems(problems);
  assert.deepEqual(others, []);
  assert.equal(group?.count, 16);
  assert.equal(group.message, 'access denied to ec2:DescribeVolumes, ec2:DescribeVpcs');
  assert.equal(group.next, 'Add "ec2:DescribeVolumes, ec2:DescribeVpcs" to the policy.');
  assert.equal(group.places.length, 3);
  assert.deepEqual(group.where, {});
  for (const each of problems) assert.equal(causeId(each), group.id);
});

test('a location that the message repeats is taken out; a single problem keeps it', () => {
  const denied = (account: string, region: string) =>
    problem(
      { account, region },
      { message: `the role arn:aws:iam::${account}:role/Read can't be assumed in ${region}`, next: '' },
    );
  const [alone] = groupProblems([denied('111111111111', 'eu-west-1')]);
  assert.equal(alone?.message, "the role arn:aws:iam::111111111111:role/Read can't be assumed in eu-west-1");
  const groups = groupProblems([denied('111111111111', 'eu-west-1'), denied('222222222222', 'eu-west-1')]);
  assert.deepEqual(
    groups.map(({ message, count, where }) => [message, count, where]),
    [["the role arn:aws:iam::…:role/Read can't be assumed in eu-west-1", 2, { region: 'eu-west-1' }]],
  );
});

test('a value is only found as a whole word, the longer one first, and ids of requests make no difference', () => {
  const denied = (region: string, object: string, id: string) =>
    problem({ region, object }, { message: `${object} of zone ${region}a: request ${id}`, next: '' });
  const groups = groupProblems([
    denied('eu-west-1', 's3://b/eu-west-1/x', '0f8fad5b-d9cb-469f-a165-70867728950e'),
    denied('eu-west-1', 's3://b/eu-west-1/y', '7c9e6679-7425-40de-944b-e07fc1f90ae7'),
    denied('us-east-1', 's3://b/us-east-1/y', '7c9e6679-7425-40de-944b-e07fc1f90ae7'),
  ]);
  assert.deepEqual(
    groups.map(({ message, count }) => [message, count]),
    [
      ['… of zone eu-west-1a: request …', 2],
      ['s3://b/us-east-1/y of zone us-east-1a: request 7c9e6679-7425-40de-944b-e07fc1f90ae7', 1],
    ],
  );
});

test('failures, notices, codes and next steps are kept apart, failures first; counts add up', () => {
  const same = { message: 'm', next: 'n' };
  const groups = groupProblems([
    problem({ object: 'a' }, { ...same, severity: 'notice', count: 7 }),
    problem({ object: 'b' }, same),
    problem({ object: 'c' }, { ...same, code: 'missing' }),
    problem({ object: 'd' }, { ...same, next: 'other' }),
    problem({ object: 'e' }, { ...same, severity: 'notice' }),
  ]);
  assert.deepEqual(
    groups.map(({ severity, code, next, count }) => [severity, code, next, count]),
    [
      ['failed', 'denied', 'n', 1],
      ['failed', 'missing', 'n', 1],
      ['failed', 'denied', 'other', 1],
      ['notice', 'denied', 'n', 8],
    ],
  );
});

test('a group has a bounded size, whatever is in the messages, and its count includes all problems', () => {
  const problems = Array.from({ length: 1_000 }, (_, index) =>
    problem({}, { message: `${index} ${'x'.repeat(10_000)}`, next: '' }),
  );
  const notices = Array.from({ length: 1_000 }, (_, index) => problem({}, { message: `notice ${index}`, severity: 'notice' }));
  const groups = groupProblems([...notices, ...problems]);
  assert.equal(groups.length, 402);
  assert.equal(
    groups.reduce((sum, { count }) => sum + count, 0),
    2_000,
  );
  assert.ok(JSON.stringify(groups).length < 1_000_000);
});

test('objects of no known kind are one cause, and each location has what its object begins with', () => {
  const unknown = (object: string, begins: string): Problem => ({
    code: 'malformed',
    severity: 'failed',
    message: `${object} is of no known kind; it begins with ${begins}`,
    next: '',
    where: { object, begins },
  });
  const [one, two] = [unknown('s3://logs/a', '"say \\"hello\\""'), unknown('s3://logs/b', '"\\u0000"')] as const;
  const [group, ...others] = groupProblems([one, two]);
  assert.deepEqual(others, []);
  assert.equal(group?.message, '… is of no known kind; it begins with …');
  assert.deepEqual(group.places.map(formatPlace), ['s3://logs/a ("say \\"hello\\"")', 's3://logs/b ("\\u0000")']);
  assert.equal(formatProblem(one), `s3://logs/a: ${one.message}`, 'the message alone repeats what the object begins with');
});
