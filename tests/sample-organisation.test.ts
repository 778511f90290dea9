import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openReach } from '../aws/open-reach.ts';
import type { Reach } from '../aws/reach.ts';
import type { JsonObject } from '../core/json.ts';
import type { PlannedJob } from '../core/pipeline.ts';
import { NAMING_LISTS } from '../core/pipeline-facts.ts';
import { OrgscopeError, type Problem } from '../core/problem.ts';
import { inventoryPipeline } from '../pipelines/inventory-pipeline.ts';
import { pipelines } from '../pipelines/registry.ts';
import { s3Pipeline } from '../pipelines/s3-pipeline.ts';
import { openSample } from '../sample/open-sample.ts';
import { folderContext } from './support/folder-context.ts';
import { EMPTY_STORE } from './support/run-pipeline.ts';
import { unmappedFields } from './support/unmapped-fields.ts';

/** The number of documents of each pipeline whose fields are checked: more would take longer and find the same. */
const CHECKED = 2_000;

/** Runs the real pipelines over the sample organisation, which must answer all their calls. */
describe('the sample organisation', () => {
  const sample = openSample({ now: new Date('2026-11-21T08:00:00Z') });
  const time = Date.parse('2026-11-21T08:05:00Z');
  let lists: string;
  let reach: Reach;

  before(async () => {
    lists = await mkdtemp(join(tmpdir(), 'orgscope-sample-'));
    for (const [name, text] of Object.entries(sample.lists)) await writeFile(join(lists, name), text);
    reach = openReach({
      lists,
      env: {},
      organization: true,
      roleName: sample.roleName,
      requestHandler: sample.requestHandler,
      credentials: sample.credentials,
    });
  });
  after(async () => {
    reach.close();
    await rm(lists, { recursive: true });
  });

  test('its lists name 40 accounts and buckets that can be read', async () => {
    const { accounts, problems } = await reach.accounts();
    assert.equal(accounts.length, 40);
    assert.deepEqual(
      problems.map(({ severity, where }) => [severity, where.account]),
      [['notice', sample.facts.find(({ id }) => id === 'suspended-account')?.at.account]],
    );
    for (const list of NAMING_LISTS) {
      if (list.names !== 'buckets') continue;
      const { targets, problems: none } = await reach.bucketTargets(list);
      assert.ok(targets.length > 0, `${list.file}: sample/open-sample.ts names no bucket (docs/sample.md)`);
      assert.deepEqual(none, []);
    }
  });

  test('the inventory reads everything but the denied region', async () => {
    const signal = new AbortController().signal;
    const pipeline = inventoryPipeline({ reach });
    const problems: Problem[] = [];
    const jobs: PlannedJob[] = [];
    const context = {
      sweepTime: time,
      ledger: {} as never,
      checkpoint: async () => undefined,
      signal,
      report: (one: Problem) => problems.push(one),
      skipped: () => {},
      leaveOut: () => {},
    };
    for await (const job of pipeline.plan(context)) jobs.push(job);

    const current: { resource: { type: string; name?: string; connected?: boolean; vcpus?: number } }[] = [];
    const users: JsonObject[] = [];
    const queue = jobs.values();
    const worker = async (): Promise<void> => {
      for (const { job, run } of queue) {
        try {
          for await (const emission of run({ ...context, answer: EMPTY_STORE.answer })) {
            if (emission.type === 'problem') problems.push(emission.problem);
            if (emission.type === 'dead-letter') assert.fail(emission.deadLetter.reason);
            if (emission.type !== 'documents') continue;
            for (const { index, body } of emission.documents) {
              if (index === 'awscli-current') current.push(JSON.parse(Buffer.from(body).toString()));
              if (index.startsWith('awsusers')) users.push(JSON.parse(Buffer.from(body).toString()));
            }
          }
        } catch (error) {
          assert.ok(error instanceof OrgscopeError, String(error));
          assert.equal(job.kind, 'rds-instance');
          problems.push({ code: error.code, severity: 'failed', message: error.message, next: error.next, where: error.where });
        }
      }
    };
    await Promise.all(Array.from({ length: pipeline.concurrency }, worker));

    const denied = sample.facts.find(({ id }) => id === 'denied-region')?.at;
    assert.deepEqual(
      problems
        .filter(({ severity }) => severity === 'failed')
        .map(({ code, where }) => [code, where.account, where.region, where.action]),
      [['denied', denied?.account, denied?.region, 'rds:DescribeDBInstances']],
    );
    const named = (name: string) => current.find(({ resource }) => resource.name === name)?.resource;
    assert.equal(named('payments-migration-2023')?.connected, false);
    assert.equal(named('payments-app')?.connected, true);
    const ofType = (type: string) => current.filter(({ resource }) => resource.type === type);
    assert.ok(ofType('ec2-instance').every(({ resource }) => (resource.vcpus ?? 0) > 0));
    for (const [type, least, most] of [
      ['ec2-instance', 450, 750],
      ['rds-instance', 50, 120],
      ['cloudwatch-alarm', 80, 300],
    ] as const)
      assert.ok(ofType(type).length > least && ofType(type).length < most, `${ofType(type).length} of ${type}`);
    const away = users
      .map(({ user }) => user as JsonObject)
      .filter((user) => user.administrator === true && user.inactive === true && user.root === false);
    assert.deepEqual(
      away.map((user) => user.name),
      ['d.keller'],
    );
    assert.equal(ofType('ec2-transit-gateway').length, 3);
  });

  for (const declaration of pipelines) {
    test(`${declaration.name}: its views map all fields of its documents`, async () => {
      const pipeline = await declaration.open({ ...folderContext(lists), source: undefined, reach: async () => reach });
      const { signal } = new AbortController();
      const ledger = { known: async () => new Set<string>(), delivery: async () => undefined } as never;
      const unmapped = unmappedFields();
      let checked = 0;
      const context = { sweepTime: time, ledger, checkpoint: async () => undefined, signal };
      const planning = { ...context, report: () => {}, skipped: () => {}, leaveOut: () => {} };
      for await (const { run } of pipeline.plan(planning)) {
        try {
          for await (const emission of run({ ...context, answer: EMPTY_STORE.answer })) {
            if (emission.type !== 'documents') continue;
            unmapped.check(emission.documents);
            checked += emission.documents.length;
            if (checked >= CHECKED) break;
          }
        } catch (error) {
          // The denied region, which another test expects.
          if (!(error instanceof OrgscopeError) || error.code !== 'denied') throw error;
        }
        if (checked >= CHECKED) break;
      }
      assert.ok(checked > 0, `The sample has nothing for ${declaration.name} (docs/sample.md).`);
      assert.deepEqual(unmapped.found, []);
    });
  }

  test('the s3 pipeline reads all buckets, and the objects of the buckets that the list names', async () => {
    const signal = new AbortController().signal;
    const pipeline = s3Pipeline({ reach });
    const context = {
      sweepTime: time,
      ledger: {} as never,
      checkpoint: async () => undefined,
      signal,
      report: (one: Problem) => assert.fail(one.message),
      skipped: () => {},
      leaveOut: () => {},
    };
    const counts = new Map<string, number>();
    const { accounts } = await reach.accounts();
    const names = new Map(accounts.map(({ id, name }) => [id, name]));
    for await (const { run } of pipeline.plan(context)) {
      for await (const emission of run({ ...context, answer: EMPTY_STORE.answer })) {
        if (emission.type === 'problem') assert.fail(emission.problem.message);
        if (emission.type !== 'documents') continue;
        for (const { index, body } of emission.documents) {
          const { resource, cloud } = JSON.parse(Buffer.from(body).toString()) as {
            resource: { type: string };
            cloud: { account: { id: string; name: string } };
          };
          assert.equal(cloud.account.name, names.get(cloud.account.id), `${resource.type} in ${index}`);
          assert.notEqual(cloud.account.name, cloud.account.id);
          if (index !== 'awscli-current') continue;
          counts.set(resource.type, (counts.get(resource.type) ?? 0) + 1);
        }
      }
    }
    assert.equal(counts.get('s3-bucket'), 60);
    assert.equal(counts.get('s3-object'), 20_001);
  });
});
