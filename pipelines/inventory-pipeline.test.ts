import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Account, Reach } from '../aws/reach.ts';
import type { ResourceKind } from '../collectors/inventory/declare-kind.ts';
import { ec2Instance } from '../collectors/inventory/ec2-instance.ts';
import { ec2Snapshot } from '../collectors/inventory/ec2-snapshot.ts';
import type { JsonObject } from '../core/json.ts';
import { OrgscopeError, type Problem } from '../core/problem.ts';
import { runPipeline } from '../tests/support/run-pipeline.ts';
import { inventoryPipeline } from './inventory-pipeline.ts';

const identity = {
  key: 'k',
  credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 'b' }),
  partition: 'aws',
  homeRegion: 'us-east-1',
  account: '111111111111',
};
const account = (id: string): Account => ({ id, name: `account ${id}`, identity, regions: undefined, origin: 'test' });

function reachOf(accounts: readonly Account[], problems: readonly Problem[] = [], closed: readonly string[] = []): Reach {
  return {
    accounts: async () => ({ accounts, problems }),
    regions: async ({ id }: Account) => {
      if (closed.includes(id))
        throw new OrgscopeError('denied', 'access denied to ec2:DescribeRegions', 'Allow it.', { account: id });
      return ['eu-west-1', 'us-east-1'];
    },
  } as unknown as Reach;
}

/** A kind that shows these pages; a page that is an error is thrown. */
const showing = (kind: ResourceKind, ...pages: (readonly JsonObject[] | Error)[]): ResourceKind => ({
  ...kind,
  read: async function* () {
    for (const page of pages) {
      if (page instanceof Error) throw page;
      yield page;
    }
  },
});
const snapshot = (id: string, OwnerId = '111111111111'): JsonObject => ({ SnapshotId: id, OwnerId });

test('a job for every account, region and kind; a global kind once per account; an account named twice is read once', async () => {
  const kinds = [showing(ec2Snapshot), showing({ ...ec2Snapshot, name: 'iam-thing', scope: 'global' })];
  const accounts = [account('111111111111'), account('222222222222'), account('111111111111')];
  const { jobs } = await runPipeline(inventoryPipeline({ reach: reachOf(accounts), kinds }));
  assert.deepEqual(
    jobs.map(({ id }) => id),
    ['111111111111', '222222222222'].flatMap((id) => [
      `inventory/${id}/global/iam-thing`,
      `inventory/${id}/eu-west-1/ec2-snapshot`,
      `inventory/${id}/us-east-1/ec2-snapshot`,
    ]),
  );
  assert.ok(jobs.every((job) => job.lane === job.account));
});

test('an account whose regions cannot be listed is one problem, and other accounts are still read', async () => {
  const accounts = Array.from({ length: 20 }, (_, index) => account(String(111111111111 + index)));
  const closed = accounts[3]?.id as string;
  const notice: Problem = { code: 'missing', severity: 'notice', message: 'suspended', next: '', where: {} };
  const { jobs, problems } = await runPipeline(
    inventoryPipeline({ reach: reachOf(accounts, [notice], [closed]), kinds: [showing(ec2Snapshot)] }),
  );
  assert.equal(jobs.length, 19 * 2);
  assert.deepEqual(
    problems.map(({ severity, where }) => [severity, where.account]),
    [
      ['notice', undefined],
      ['failed', closed],
    ],
  );
});

test('pages are emitted as they come, and the sweep retires only after the last page', async () => {
  const reach = reachOf([{ ...account('111111111111') }]);
  const run = (...pages: Parameters<typeof showing> extends [unknown, ...infer Pages] ? Pages : never) =>
    runPipeline(
      inventoryPipeline({ reach: { ...reach, regions: async () => ['eu-west-1'] }, kinds: [showing(ec2Snapshot, ...pages)] }),
    );

  const whole = await run([snapshot('snap-1')], [], [snapshot('snap-2'), snapshot('snap-3')]);
  assert.deepEqual(
    whole.emissions.map((emission) => (emission.type === 'documents' ? emission.documents.length : emission.type)),
    [2, 4, 'retire'],
  );
  assert.deepEqual(whole.sweeps[0], {
    account: '111111111111',
    region: 'eu-west-1',
    kind: 'ec2-snapshot',
    scope: '',
    time: Date.UTC(2026, 10, 21),
  });

  const broken = await run([snapshot('snap-1')], new OrgscopeError('throttled', 'slow down', 'Later.'));
  assert.equal(broken.documents.length, 2);
  assert.deepEqual(broken.sweeps, []);
  assert.equal(broken.problems[0]?.code, 'throttled');

  // An empty listing is a complete answer, so all resources are gone.
  assert.equal((await run([])).sweeps.length, 1);
});

test('a resource of another account is left to the sweep of that account; a record without an id is a dead letter, and nothing is retired', async () => {
  const kinds = [showing(ec2Snapshot, [snapshot('snap-1'), snapshot('snap-2', '222222222222'), { VolumeId: 'vol-1' }])];
  const reach = { ...reachOf([account('111111111111')]), regions: async () => ['eu-west-1'] };
  const { documents, emissions, deadLetters, sweeps } = await runPipeline(inventoryPipeline({ reach, kinds }));
  assert.equal(documents.length, 2);
  assert.deepEqual(
    emissions.find(({ type }) => type === 'dropped'),
    { type: 'dropped', count: 1, reason: 'owned by another account, whose own sweep shows it' },
  );
  assert.deepEqual(
    deadLetters.map(({ source, content }) => [source, content]),
    [['111111111111/eu-west-1/ec2-snapshot/', '{"VolumeId":"vol-1"}']],
  );
  assert.deepEqual(sweeps, []);
});

test('monitored hosts are read once for all sweeps of a run, and mark its instances', async () => {
  let reads = 0;
  const hostSource = {
    name: 'list',
    hosts: async () => {
      reads++;
      return { hosts: [{ name: 'i-1', address: '10.0.0.1', groups: [], source: 'list' }], problems: [] };
    },
  };
  const instances = [{ InstanceId: 'i-1', PrivateIpAddress: '10.0.0.1' }, { InstanceId: 'i-2' }];
  const kinds = [showing(ec2Instance, instances.slice(0, 1), instances.slice(1)), showing(ec2Snapshot, [snapshot('snap-1')])];
  const reach = reachOf([account('111111111111'), account('222222222222')]);
  const { documents } = await runPipeline(inventoryPipeline({ reach, kinds, hostSources: [hostSource] }));
  assert.equal(reads, 1);
  const seen = documents.map(({ body }) => JSON.parse(Buffer.from(body).toString()).resource);
  const monitored = (id: string) => new Set(seen.filter((resource) => resource.id === id).map((resource) => resource.monitored));
  assert.deepEqual([...monitored('i-1')], [true]);
  assert.deepEqual([...monitored('i-2')], [false]);
  assert.deepEqual([...monitored('snap-1')], [undefined]);
  assert.equal(seen.find(({ id }) => id === 'i-1').monitor.matched_by, 'address');

  await runPipeline(inventoryPipeline({ reach, kinds: [showing(ec2Snapshot, [])], hostSources: [hostSource] }));
  assert.equal(reads, 1, 'without instances monitoring is not asked');
});
