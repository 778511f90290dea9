import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openReach } from '../aws/open-reach.ts';
import type { BucketList } from '../core/naming-list.ts';
import type { PlanContext } from '../core/pipeline.ts';
import type { Problem } from '../core/problem.ts';
import { s3Pipeline } from './s3-pipeline.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-s3-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The jobs and problems of `run s3` with these lists; the caller's account is 111111111111. */
async function planned(lists: Readonly<Record<string, string>>) {
  const place = mkdtempSync(join(folder, 'lists-'));
  for (const [name, text] of Object.entries(lists)) writeFileSync(join(place, name), text);
  const open = openReach({ lists: place, env: {}, credentials: { accessKeyId: 'AKID', secretAccessKey: 'not-a-secret' } });
  const identity = {
    key: 'default',
    credentials: async () => ({ accessKeyId: 'AKID', secretAccessKey: 'not-a-secret' }),
    partition: 'aws',
    homeRegion: 'us-east-1',
    account: '111111111111',
  };
  const reach = {
    ...open,
    accounts: async (file?: string) =>
      lists[file ?? ''] === undefined
        ? open.accounts(file)
        : { accounts: [{ id: identity.account, name: 'one', identity, regions: undefined, origin: '' }], problems: [] },
    bucketTargets: async (list: BucketList) =>
      lists[list.file] === undefined
        ? open.bucketTargets(list)
        : { targets: [{ bucket: 'data', prefix: '', identity, origin: '' }], queues: [], problems: [] },
  };
  const problems: Problem[] = [];
  const context = { signal: new AbortController().signal, report: (problem: Problem) => problems.push(problem) };
  const jobs = [];
  for await (const { job } of s3Pipeline({ reach }).plan(context as unknown as PlanContext)) jobs.push(job.kind);
  open.close();
  return { jobs, problems: problems.map(({ code, severity }) => [code, severity]) };
}

test('one of the two lists of S3 is enough: the empty one is a notice', async () => {
  assert.deepEqual(await planned({ 'bucket_s3.txt': 'data' }), { jobs: ['s3-object'], problems: [['empty', 'notice']] });
  assert.deepEqual(await planned({ 'account_s3.txt': '111111111111' }), { jobs: ['s3-bucket'], problems: [['empty', 'notice']] });
  assert.deepEqual(await planned({ 'bucket_s3.txt': 'data', 'account_s3.txt': '111111111111' }), {
    jobs: ['s3-bucket', 's3-object'],
    problems: [],
  });
});

test('two empty lists are a failure, since there is nothing to do', async () => {
  assert.deepEqual(await planned({}), {
    jobs: [],
    problems: [
      ['empty', 'failed'],
      ['empty', 'failed'],
    ],
  });
});
