import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAccountList } from './read-account-list.ts';
import { readBucketList } from './read-bucket-list.ts';
import { parseList } from './read-list.ts';

const profiles = new Set(['production', '111111111222', 'my profile']);
const accounts = (text: string) => readAccountList(parseList(text, 'account.txt'), profiles);
const buckets = (text: string) => readBucketList(parseList(text, 'trails.txt'), profiles);

test('every notation of an account line is parsed', () => {
  const { entries, problems } = accounts(
    [
      '\uFEFF# heading',
      'production',
      '',
      '  222222222222\teu-west-1,us-east-1 # two regions\r',
      'arn:aws-us-gov:iam::333333333333:role/path/Read.Only us-gov-west-1',
      '"my profile" eusc-de-east-1',
    ].join('\n'),
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(
    entries.map(({ line, reader, regions }) => [line.line, reader, regions]),
    [
      [2, { type: 'profile', name: 'production' }, undefined],
      [4, { type: 'account', id: '222222222222' }, ['eu-west-1', 'us-east-1']],
      [
        5,
        {
          type: 'role',
          arn: 'arn:aws-us-gov:iam::333333333333:role/path/Read.Only',
          account: '333333333333',
          partition: 'aws-us-gov',
        },
        ['us-gov-west-1'],
      ],
      [6, { type: 'profile', name: 'my profile' }, ['eusc-de-east-1']],
    ],
  );
});

test('an ARN with blanks in it is reported, with the corrected line', () => {
  const accounts = readAccountList(
    parseList('arn: aws: iam ::111122223333:role/Read eu-west-1\narn:aws:iam:: x', 'account.txt'),
    new Set(),
  );
  assert.deepEqual(
    accounts.problems.map(({ message, next, where }) => [where.line, message, next]),
    [
      [
        1,
        '"arn: aws: iam ::111122223333:role/Read" is not the ARN of a role',
        'Write it without blanks, as arn:aws:iam::111122223333:role/Read.',
      ],
      [
        2,
        '"arn:aws:iam::" is not the ARN of a role',
        'Write it as arn:PARTITION:iam::ACCOUNT:role/NAME, such as arn:aws:iam::111122223333:role/ReadOnly.',
      ],
    ],
  );
  const buckets = readBucketList(parseList('trail/AWSLogs arn: aws: iam ::111122223333:role/Read', 'trails.txt'), new Set());
  assert.match(buckets.problems[0]?.next ?? '', /without blanks, as arn:aws:iam::111122223333:role\/Read/);
});

test('a profile wins over an account id of that name', () => {
  const { entries } = accounts('111111111222\n111111111333');
  assert.deepEqual(
    entries.map(({ reader }) => reader.type),
    ['profile', 'account'],
  );
});

test('a bad line is a problem with file and line, and all other lines are read', () => {
  const { entries, problems } = accounts(
    ['productoin', '1234', '1111-2222-3333', 'arn:aws:iam::111122223333:user/x', 'production ireland', '444444444444'].join('\n'),
  );
  assert.equal(entries.length, 1);
  assert.deepEqual(
    problems.map(({ code, severity, where }) => [code, severity, where]),
    [
      ['missing', 'failed', { file: 'account.txt', line: 1 }],
      ['malformed', 'failed', { file: 'account.txt', line: 2 }],
      ['malformed', 'failed', { file: 'account.txt', line: 3 }],
      ['malformed', 'failed', { file: 'account.txt', line: 4 }],
      ['malformed', 'failed', { file: 'account.txt', line: 5 }],
    ],
  );
  assert.match(problems[0]?.next ?? '', /production/);
});

test('a duplicate line is left out with a notice', () => {
  const { entries, problems } = accounts('production eu-west-1\nproduction us-east-1');
  assert.deepEqual(
    entries.map(({ regions }) => regions),
    [['eu-west-1']],
  );
  assert.deepEqual(
    problems.map(({ severity, where }) => [severity, where.line]),
    [['notice', 2]],
  );
});

test('every notation of a bucket line is parsed', () => {
  const { entries, problems } = buckets(
    [
      'trail-bucket',
      's3://trail-bucket/AWSLogs/ production',
      'trail-bucket/"a, b"/c 222222222222',
      '"other.bucket/with blank/" arn:aws:iam::333333333333:role/R',
    ].join('\n'),
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(
    entries.map(({ bucket, prefix, reader }) => [bucket, prefix, reader?.type]),
    [
      ['trail-bucket', '', undefined],
      ['trail-bucket', 'AWSLogs/', 'profile'],
      ['trail-bucket', 'a, b/c', 'account'],
      ['other.bucket', 'with blank/', 'role'],
    ],
  );
});

test('bad bucket lines are problems', () => {
  const { entries, problems } = buckets('/prefix-only\nab\nbucket nobody\nbucket production more\nbucket\ns3://bucket/');
  assert.deepEqual(
    entries.map(({ bucket }) => bucket),
    ['bucket'],
  );
  assert.deepEqual(
    problems.map(({ code, severity, where }) => [where.line, code, severity]),
    [
      [1, 'malformed', 'failed'],
      [2, 'malformed', 'failed'],
      [3, 'missing', 'failed'],
      [4, 'malformed', 'failed'],
      [6, 'usage', 'notice'],
    ],
  );
});

test('a line of a list with datasets may end with one', () => {
  const read = (text: string) => readBucketList(parseList(text, 'logs.txt'), new Set([...profiles, 'waf']), ['vpcflow', 'waf']);
  const queue = 'https://sqs.eu-west-1.amazonaws.com/444455556666/objects';
  const { entries, queues, problems } = read(
    [
      'some-logs',
      'flow-logs/x production vpcflow',
      'other-logs vpcflow',
      'waf-logs waf waf',
      `${queue} 222222222222 vpcflow`,
      'unclear waf',
      'misspelt vpcflows',
      'too-many production vpcflow more',
    ].join('\n'),
  );
  assert.deepEqual(
    entries.map(({ bucket, reader, dataset }) => [bucket, reader?.type, dataset]),
    [
      ['some-logs', undefined, undefined],
      ['flow-logs', 'profile', 'vpcflow'],
      ['other-logs', undefined, 'vpcflow'],
      ['waf-logs', 'profile', 'waf'],
    ],
  );
  assert.deepEqual(
    queues.map(({ reader, dataset }) => [reader?.type, dataset]),
    [['account', 'vpcflow']],
  );
  assert.deepEqual(
    problems.map(({ where, message }) => [where.line, message]),
    [
      [6, '"waf" is both a dataset and a profile'],
      [7, 'there is no profile "vpcflows" and no such dataset'],
      [8, '"vpcflow more" is more than a bucket and its reader, and is no dataset'],
    ],
  );
  assert.match(problems[1]?.next ?? '', /Datasets: vpcflow, waf\.$/);
  assert.match(
    buckets('flow-logs production vpcflow').problems[0]?.message ?? '',
    /"vpcflow" is more than a bucket and its reader$/,
  );
});
