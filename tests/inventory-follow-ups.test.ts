import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { after, beforeEach, describe, test } from 'node:test';
import type { ResourceKind } from '../collectors/inventory/declare-kind.ts';
import { kinds } from '../collectors/inventory/registry.ts';
import { sqsQueue } from '../collectors/inventory/sqs-queue.ts';
import type { JsonObject } from '../core/json.ts';
import type { Problem } from '../core/problem.ts';
import { inventoryPipeline } from '../pipelines/inventory-pipeline.ts';
import { startExampleServer } from './support/example-server.ts';
import { writeError } from './support/fault-proxy.ts';
import { openTestStore, type TestStore } from './support/open-test-store.ts';
import { runPipelines } from './support/run-into-store.ts';
import { testReach } from './support/test-reach.ts';

const ACCOUNT = '111111111111';
const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret', sessionToken: 'token' };
const PLACE = { partition: 'aws-cn', account: ACCOUNT, region: 'cn-north-1' };

/** Calls that list resources, and calls that come before them. All other calls are about a single resource. */
const FIRST = new Set([
  ...[
    'DescribeOrganization',
    'GenerateCredentialReport',
    'GetCredentialReport',
    'ListBackupPlans',
    'ListBackupVaults',
    'ListBuckets',
    'ListAccounts',
  ],
  ...['ListClusters', 'DescribeClusters', 'ListPolicies', 'ListQueues', 'ListRoots', 'ListTables', 'ListTopics', 'ListUsers'],
  // The bucket's region is in its listing.
  'GetBucketLocation',
]);
/** The error code of each service for a resource that was deleted. */
const GONE: Readonly<Record<string, string>> = {
  backup: 'ResourceNotFoundException',
  dynamodb: 'ResourceNotFoundException',
  ecs: 'ClusterNotFoundException',
  iam: 'NoSuchEntity',
  organizations: 'ParentNotFoundException',
  s3: 'NoSuchBucket',
  sns: 'NotFound',
  sqs: 'QueueDoesNotExist',
};

async function read(kind: ResourceKind, fault?: (call: string) => string | undefined) {
  const server = await startExampleServer(kind, fault);
  const reach = testReach(server.url, ACCOUNT, KEYS);
  const problems: Problem[] = [];
  const partial: (readonly string[])[] = [];
  const records: JsonObject[] = [];
  try {
    const account = {
      id: ACCOUNT,
      name: 'test',
      identity: { ...reach.self, partition: 'aws-cn' },
      regions: undefined,
      origin: '',
    };
    const pages = kind.read({
      reach,
      account,
      region: kind.scope === 'global' ? 'global' : 'cn-north-1',
      signal: new AbortController().signal,
      wait: async () => {},
      report: (problem) => problems.push(problem),
      leftOut: (_, calls) => partial.push(calls),
    });
    for await (const page of pages) records.push(...page);
  } finally {
    server.close();
  }
  return { records, problems, partial, ids: new Set(records.map((record) => kind.describe(record, PLACE)?.id)) };
}

/** The first request for the call fails, each other one is answered. */
function firstOf(call: string, code: string): (asked: string) => string | undefined {
  let left = 1;
  return (asked) => (asked === call && left-- > 0 ? code : undefined);
}

describe('every call about a single resource', { concurrency: 4 }, () => {
  const followed = kinds.flatMap((kind) =>
    kind.calls.length < 2 ? [] : kind.calls.filter((call) => !FIRST.has(call)).map((call) => ({ kind, call })),
  );
  test('there are such calls', () => assert.ok(followed.length >= 15, String(followed.length)));

  const readOnce = new Map<ResourceKind, ReturnType<typeof read>>();
  const unharmed = (kind: ResourceKind) => {
    const found = readOnce.get(kind) ?? read(kind);
    readOnce.set(kind, found);
    return found;
  };

  for (const { kind, call } of followed) {
    test(`${kind.name}: ${call} about a resource that was deleted meanwhile does not end the listing, and is no failure`, async () => {
      const code = GONE[kind.service];
      assert.ok(code !== undefined, `GONE has no error code of ${kind.service}`);
      const whole = await unharmed(kind);
      const { problems, ids, partial, records } = await read(kind, firstOf(call, code));
      assert.deepEqual([problems, partial], [[], []]);
      assert.deepEqual(
        [...ids].filter((id) => !whole.ids.has(id)),
        [],
      );
      // A call about the parent unit names the unit of an account: a missing parent says nothing about the account.
      const followsItems = FIRST.has(kind.call) && kind.service !== 'organizations';
      if (followsItems) assert.equal(records.length, whole.records.length - 1, 'the deleted resource is not shown');
    });

    test(`${kind.name}: ${call} that fails for another reason leaves out the detail of this resource, and is reported`, async () => {
      const whole = await unharmed(kind);
      const { problems, ids, partial, records } = await read(kind, firstOf(call, 'ValidationError'));
      assert.deepEqual([...new Set(problems.map(({ where }) => where.call))], [`${kind.service}:${call}`]);
      assert.ok(problems.every(({ severity, where }) => severity === 'failed' && where.object));
      // A resource that an earlier call listed is shown and marked as incomplete; one that only this call lists is not shown.
      if (partial.length > 0)
        assert.deepEqual(
          [...whole.ids].filter((id) => !ids.has(id)),
          [],
        );
      else assert.ok(records.length <= whole.records.length);
      for (const calls of partial) assert.deepEqual(calls, [`${kind.service}:${call}`]);
    });
  }
});

describe("queues of which some can't be read", () => {
  const NAMES = Array.from({ length: 61 }, (_, index) => `queue-${String(index).padStart(2, '0')}`);
  const folder = mkdtempSync(join(tmpdir(), 'orgscope-follow-ups-'));
  /** A fake at the wire: SQS, which answers with an error for these queues. */
  const faults = new Map<string, string>();
  let asked = 0;
  const server = createServer(async (request, response) => {
    const { QueueUrl = '' } = (await json(request)) as { QueueUrl?: string };
    const name = QueueUrl.split('/').at(-1) ?? '';
    const fault = faults.get(name);
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${ACCOUNT}`;
    if (QueueUrl !== '') asked++;
    if (fault !== undefined) return writeError(response, 'json', { code: fault, status: 400, message: 'no' });
    const Attributes = { QueueArn: `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`, SqsManagedSseEnabled: 'true', DelaySeconds: '0' };
    const output = QueueUrl === '' ? { QueueUrls: NAMES.map((each) => `${base}/${each}`) } : { Attributes };
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(output));
  });
  let store: TestStore;
  let stores = 0;
  beforeEach(async () => {
    if (!server.listening) await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    await store?.close();
    store = await openTestStore(join(folder, `${stores++}.duckdb`));
    faults.clear();
  });
  after(async () => {
    await store?.close();
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  });
  const sweep = async () => {
    asked = 0;
    const reach = testReach(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, ACCOUNT, KEYS);
    const { jobs } = await runPipelines(store, [inventoryPipeline({ reach, kinds: [sqsQueue], instanceEvents: false })]);
    const [job] = jobs;
    assert.ok(job !== undefined && jobs.length === 1);
    return job;
  };
  const rows = async (sql: string) => (await store.sql(sql)).rows;
  const CURRENT =
    'SELECT "resource.id" AS id, "resource.encrypted" AS encrypted, "orgscope.left_out" AS left_out FROM awscli_current';

  test('a queue that was deleted meanwhile is not shown, all others are, and the run succeeds', async () => {
    await sweep();
    assert.equal((await rows(CURRENT)).length, 61);
    faults.set('queue-31', 'QueueDoesNotExist');
    const job = await sweep();
    assert.deepEqual([job.state, job.retired, job.problems], ['succeeded', 1, []]);
    const ids = (await rows(`${CURRENT} ORDER BY 1`)).map(({ id }) => id);
    assert.deepEqual(
      ids,
      NAMES.filter((name) => name !== 'queue-31'),
    );
    assert.deepEqual(await rows('SELECT "resource.id" AS id, "change.type" AS type FROM awschanges'), [
      { id: 'queue-31', type: 'gone' },
    ]);
  });

  test('a queue that may not be read is shown without its detail, nothing is retired, and no value counts as removed or added', async () => {
    await sweep();
    faults.set('queue-31', 'AccessDeniedException');
    faults.set('queue-05', 'QueueDoesNotExist');
    const job = await sweep();
    assert.deepEqual([job.state, job.retired], ['failed', 0]);
    assert.deepEqual(
      job.problems.map(({ code, where }) => [code, where.call, where.object?.split('/').at(-1)]),
      [['denied', 'sqs:GetQueueAttributes', 'queue-31']],
    );
    const shown = await rows(`${CURRENT} ORDER BY 1`);
    assert.equal(shown.length, 61);
    assert.deepEqual(shown[31], { id: 'queue-31', encrypted: null, left_out: ['sqs:GetQueueAttributes'] });
    assert.deepEqual(shown[30], { id: 'queue-30', encrypted: true, left_out: null });
    faults.delete('queue-31');
    assert.equal((await sweep()).state, 'succeeded');
    assert.deepEqual(await rows('SELECT "resource.id" AS id, "change.type" AS type FROM awschanges'), [
      { id: 'queue-05', type: 'gone' },
    ]);
    assert.deepEqual((await rows(`${CURRENT} WHERE id = 'queue-31'`))[0]?.left_out, null);
  });

  test('a failure that all calls share is reported once, after a few calls, and retires nothing', async () => {
    await sweep();
    for (const name of NAMES) faults.set(name, 'AccessDeniedException');
    const job = await sweep();
    assert.deepEqual([job.state, job.retired, job.problems.length], ['failed', 0, 1]);
    assert.ok(asked < 30, `${asked} calls`);
    assert.equal((await rows(CURRENT)).length, 61);
  });
});
