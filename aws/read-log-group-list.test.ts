import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseList } from './read-list.ts';
import { readLogGroupList } from './read-log-group-list.ts';

const read = (text: string) =>
  readLogGroupList(parseList(text, 'log_groups.txt'), new Set(['production', 'eu-west-1']), ['ec2', 'ecs']);

test('a line names log groups, who reads them, regions and a dataset', () => {
  const { entries, problems } = read(`/aws/ecs/*
/app production
/app * us-east-1 us-east-1 ec2
/app us-east-1
/app eu-west-1 us-east-1
/app 111122223333 ecs
/app arn:aws:iam::111122223333:role/Read eu-central-1 ecs`);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    entries.map(({ pattern, reader, regions, dataset }) => [
      pattern,
      typeof reader === 'object' ? reader.type : reader,
      regions,
      dataset,
    ]),
    [
      ['/aws/ecs/*', undefined, undefined, undefined],
      ['/app', 'profile', undefined, undefined],
      ['/app', 'all', ['us-east-1'], 'ec2'],
      ['/app', undefined, ['us-east-1'], undefined],
      ['/app', 'profile', ['us-east-1'], undefined],
      ['/app', 'account', undefined, 'ecs'],
      ['/app', 'role', ['eu-central-1'], 'ecs'],
    ],
  );
});

test('a line that does not fit is a problem that says what to write', () => {
  const { entries, problems } = read(`/app?
/app production nothing
/app nobody
/app production
/app production ecs`);
  assert.equal(entries.length, 1);
  assert.deepEqual(
    problems.map(({ where, message }) => [where.line, message]),
    [
      [1, '"/app?" is not the name of a log group'],
      [2, '"nothing" is neither a region nor a dataset'],
      [3, 'there is no profile "nobody" and no such dataset'],
      [5, '"/app" is already named in line 4: this line is left out'],
    ],
  );
  assert.match(problems[1]?.next ?? '', /\(ec2, ecs\)/);
});
