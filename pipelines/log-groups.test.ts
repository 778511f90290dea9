import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { Account } from '../aws/reach.ts';
import type { Emission, JobContext, PlanContext, PlannedJob } from '../core/pipeline.ts';
import type { Problem } from '../core/problem.ts';
import { recognizeLogMessage } from '../processors/logs/recognize-log-object.ts';
import { NO_NAMES } from '../processors/logs/resource-names.ts';
import { testReach } from '../tests/support/test-reach.ts';
import { logGroupJobs } from './log-groups.ts';

const SWEEP = Date.UTC(2026, 10, 21, 12);
const events: { eventId: string; timestamp: number; message: string; logStreamName: string }[] = [];
const add = (eventId: string, minutesAgo: number) =>
  events.push({ eventId, timestamp: SWEEP - minutesAgo * 60_000, message: eventId, logStreamName: 's' });

/** Answers two events a page, and an empty page with a token before each. */
class FakeClient extends CloudWatchLogsClient {
  override async send({
    input,
  }: {
    readonly input: { startTime?: number; endTime?: number; nextToken?: string; logGroupName?: string };
  }) {
    if (input.startTime === undefined) return { logGroups: [{ logGroupName: '/app/a' }, { logGroupName: '/app/gone' }] };
    if (input.logGroupName === '/app/gone') throw Object.assign(new Error('gone'), { name: 'ResourceNotFoundException' });
    const at = Number(input.nextToken ?? 0);
    const found = events.filter(({ timestamp }) => timestamp >= (input.startTime ?? 0) && timestamp <= (input.endTime ?? 0));
    if (at % 2 === 0) return { events: [], nextToken: String(at + 1) };
    return { events: found.slice(at - 1, at + 1), ...(at + 1 < found.length && { nextToken: String(at + 1) }) };
  }
}

const reach = {
  ...testReach('', '111122223333', { accessKeyId: 'a', secretAccessKey: 'b' }),
  client: () => new FakeClient({ region: 'eu-west-1' }) as never,
};
const account: Account = { id: '111122223333', name: 'shop', identity: reach.self, regions: ['eu-west-1'], origin: 'test' };
const jobs = logGroupJobs({
  reach: async () => ({
    ...reach,
    logGroupTargets: async () => ({ targets: [{ pattern: '/app/*', accounts: [account], origin: 'test' }], problems: [] }),
  }),
  list: { names: 'log groups', file: 'log_groups.txt' },
  names: () => NO_NAMES,
  settings: { preserveOriginal: false, datasetOfMessage: recognizeLogMessage },
});
const { signal } = new AbortController();

test('a late event is read by the next run, every page of a burst is read, and a deleted group fails alone', async () => {
  const checkpoints = new Map<string, number>();
  const problems: Problem[] = [];
  const read = async ({ run }: PlannedJob, sweepTime: number) => {
    const ids: string[] = [];
    const context = { sweepTime, signal, checkpoint: async (key: string) => checkpoints.get(key) } as unknown as JobContext;
    for await (const each of run(context) as AsyncIterable<Emission>) {
      if (each.type === 'documents') ids.push(...each.documents.map(({ id }) => id));
      if (each.type === 'checkpoint') checkpoints.set(each.key, Math.max(checkpoints.get(each.key) ?? 0, each.reached));
      if (each.type === 'problem') problems.push(each.problem);
    }
    return ids;
  };
  const planned: PlannedJob[] = [];
  const context = { signal, report: (problem: Problem) => assert.fail(problem.message) } as unknown as PlanContext;
  for await (const job of jobs.plan(context)) planned.push(job);
  const [only] = planned as [PlannedJob];
  assert.deepEqual(
    planned.map(({ job }) => [job.account, job.region, job.object]),
    [['111122223333', 'us-east-1', '/app/*']],
  );
  for (let number = 0; number < 7; number++) add(`burst-${number}`, 30);
  assert.deepEqual((await read(only, SWEEP)).sort(), events.map(({ eventId }) => eventId).sort());
  assert.deepEqual([...checkpoints], [['111122223333/us-east-1//app/a', SWEEP - 10_000]]);
  add('late', 10);
  const revived = await jobs.revive(JSON.parse(JSON.stringify(only.job)));
  assert.deepEqual(await read(revived as PlannedJob, SWEEP + 60_000), ['late']);
  assert.deepEqual(
    problems.map(({ where }) => where.object),
    ['/app/gone', '/app/gone'],
  );
});
