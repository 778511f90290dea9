import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Document } from '../core/document.ts';
import type { JsonObject } from '../core/json.ts';
import { encodeResource } from '../processors/encode-resource.ts';
import { openTestStore, type TestStore } from '../tests/support/open-test-store.ts';
import { asker } from './asker.ts';
import { describeResource } from './describe-resource.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-connected-'));
let store: TestStore;
before(async () => {
  store = await openTestStore(join(folder, 'orgscope.duckdb'));
  await store.write({ documents: RESOURCES, bytes: 0, sources: [] });
});
after(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The current document of a resource. */
function seen(
  name: string,
  id: string,
  record: JsonObject,
  { account = '111111111111', arn = undefined as string | undefined } = {},
): Document {
  const kind = { name, service: 'x', call: 'Describe', recordField: 'aws.x.y', sharesArn: name === 'iam-policy' };
  const sweep = { account, region: 'eu-west-1', kind: name, scope: '', time: 1_000 };
  const none = { accountName: undefined, name: undefined, state: undefined, created: undefined, zone: undefined };
  const [, current] = encodeResource({
    kind,
    sweep,
    account,
    region: 'eu-west-1',
    id,
    arn,
    ...none,
    tags: {},
    fields: {},
    fingerprint: id,
    record,
  });
  return current;
}

/** The document as an orgscope wrote it that did not list what a resource names. */
function unlisted(document: Document): Document {
  const { related: _, ...rest } = JSON.parse(Buffer.from(document.body).toString()) as JsonObject;
  return { ...document, body: Buffer.from(JSON.stringify(rest)) };
}

const VOLUME = 'vol-0a1b2c3d';
const ROLE = 'arn:aws:iam::111111111111:role/app';
const POLICY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const RESOURCES = [
  seen('ec2-volume', VOLUME, { VolumeId: VOLUME }),
  seen('ec2-snapshot', 'snap-00000001', { VolumeId: VOLUME }),
  seen('ec2-snapshot', 'snap-00000002', { Description: `of ${VOLUME}` }, { account: '222222222222' }),
  unlisted(seen('ec2-snapshot', 'snap-00000003', { VolumeId: VOLUME })),
  seen('ec2-snapshot', 'snap-00000004', { VolumeId: `${VOLUME}4` }),
  seen('iam-role', 'app', { RoleName: 'app' }, { arn: ROLE }),
  seen('iam-instance-profile', 'p1', { Roles: [{ RoleName: 'app' }] }),
  seen('iam-instance-profile', 'p2', { Roles: [{ RoleName: 'app' }] }, { account: '222222222222' }),
  seen('iam-instance-profile', 'p3', { Description: 'app' }),
  unlisted(seen('iam-instance-profile', 'p4', { Roles: [{ Path: 'app' }] })),
  seen('sqs-queue', 'q', { Policy: [`${ROLE}/session`] }),
  seen('iam-policy', 'ReadOnlyAccess', { Arn: POLICY }, { arn: POLICY }),
  seen('iam-policy', 'ReadOnlyAccess', { Arn: POLICY }, { arn: POLICY, account: '222222222222' }),
  seen('iam-group', 'g', { AttachedManagedPolicies: [{ PolicyArn: POLICY }] }, { account: '222222222222' }),
];

async function namedBy(key: string): Promise<string[]> {
  const { connected } = await describeResource(asker(store), key);
  const named = connected.flatMap(({ resources }) => resources).filter(({ direction }) => direction === 'named-by');
  return named.map(({ id, via }) => `${id} ${via}`).sort();
}

test('records that hold an id name its resource, in any account, also those that an older orgscope wrote', async () => {
  assert.deepEqual(await namedBy(VOLUME), ['snap-00000001 VolumeId', 'snap-00000002 Description', 'snap-00000003 VolumeId']);
});

test('a name counts in its account, and in members that are called like its kind; an ARN counts with what it lies before', async () => {
  assert.deepEqual(await namedBy(ROLE), ['p1 Roles.RoleName', 'q Policy']);
});

test('a policy of AWS is not named by its copies in other accounts', async () => {
  assert.deepEqual(await namedBy('111111111111:eu-west-1:iam-policy:ReadOnlyAccess'), ['g AttachedManagedPolicies.PolicyArn']);
});
