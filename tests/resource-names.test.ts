import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ResourceKind } from '../collectors/inventory/declare-kind.ts';
import { ec2FlowLog } from '../collectors/inventory/ec2-flow-log.ts';
import { ec2Instance } from '../collectors/inventory/ec2-instance.ts';
import { ec2NetworkInterface } from '../collectors/inventory/ec2-network-interface.ts';
import { ecsService } from '../collectors/inventory/ecs-service.ts';
import { ecsTask } from '../collectors/inventory/ecs-task.ts';
import { iamRole } from '../collectors/inventory/iam-role.ts';
import { iamUser } from '../collectors/inventory/iam-user.ts';
import { resourcegroupstaggingapiResource } from '../collectors/inventory/resourcegroupstaggingapi-resource.ts';
import type { Document } from '../core/document.ts';
import type { JsonObject } from '../core/json.ts';
import type { Store } from '../core/store.ts';
import { readResourceNames } from '../pipelines/read-resource-names.ts';
import { resourceDocuments } from '../pipelines/resource-documents.ts';
import type { InventoryNames } from '../processors/logs/collect-names.ts';
import { useEngine } from './support/engine.ts';
import { missing } from './support/needs.ts';
import { openTestEngine } from './support/open-test-engine.ts';
import { openTestStore } from './support/open-test-store.ts';

const [ONE, TWO] = ['111111111111', '222222222222'] as const;
const [NOON, ONE_PM, TWO_PM, THREE_PM] = [12, 13, 14, 15].map((hour) => Date.parse(`2026-11-20T${hour}:00:00Z`)) as [
  number,
  number,
  number,
  number,
];
const minutes = (count: number): number => count * 60_000;
const GROUP = (name: string) => `arn:aws:elasticloadbalancing:eu-west-1:${ONE}:targetgroup/${name}/0a1b`;
const CLUSTER = `arn:aws:ecs:eu-west-1:${ONE}:cluster/shop`;

const face = (id: string, ip: string, instance: string | undefined, attached: number, more: JsonObject = {}): JsonObject => ({
  NetworkInterfaceId: id,
  PrivateIpAddress: ip,
  VpcId: 'vpc-1',
  AvailabilityZone: 'eu-west-1a',
  Groups: [{ GroupId: 'sg-1', GroupName: 'web' }],
  ...(instance !== undefined && { Attachment: { InstanceId: instance, AttachTime: new Date(attached).toISOString() } }),
  ...more,
});
const task = (id: string, more: JsonObject): JsonObject => ({
  taskArn: `arn:aws:ecs:eu-west-1:${ONE}:task/shop/${id}`,
  clusterArn: CLUSTER,
  group: 'service:cart',
  ...more,
});

/** Documents as sweeps of the inventory write them: `current` says whether the last one is still the state. */
async function write(
  store: Store,
  kind: ResourceKind,
  record: JsonObject,
  { at, current = true, account = ONE }: { at: readonly number[]; current?: boolean; account?: string },
): Promise<void> {
  const documents: Document[] = [];
  for (const time of at) {
    const place = { partition: 'aws', account, region: 'eu-west-1' } as const;
    const description = kind.describe(record, place);
    assert.ok(description !== undefined);
    const sweep = { account, region: 'eu-west-1', kind: kind.name, scope: '', time };
    const context = { kind, place, sweep, accountName: 'prod', lookedUp: {}, rights: undefined, inactiveAfterDays: undefined };
    const { history, current: latest } = resourceDocuments(record, description, context);
    documents.push(history, ...(current && time === at.at(-1) ? [latest] : []));
  }
  await store.write({ documents, bytes: 0, sources: [] });
}

async function fill(store: Store): Promise<void> {
  const instance = (id: string, Name: string, more: Record<string, string> = {}): JsonObject => ({
    InstanceId: id,
    Tags: Object.entries({ Name, ...more }).map(([Key, Value]) => ({ Key, Value })),
  });
  await write(store, ec2Instance, instance('i-web', 'web-1', { service: 'shop', app: 'other' }), { at: [NOON, THREE_PM] });
  await write(store, ec2Instance, instance('i-gone', 'old-1'), { at: [NOON, ONE_PM], current: false });
  const long = NOON - minutes(600);
  await write(
    store,
    ec2NetworkInterface,
    face('eni-web', '10.0.0.1', 'i-web', long, {
      Association: { PublicIp: '198.51.100.7' },
      PrivateIpAddresses: [{ PrivateIpAddress: '10.0.0.1' }, { PrivateIpAddress: '10.0.0.99' }],
      Ipv6Addresses: [{ Ipv6Address: '2001:db8::1' }],
    }),
    { at: [NOON, THREE_PM] },
  );
  // An interface that moved from one instance to another, and an address that moved from one interface to another.
  await write(store, ec2NetworkInterface, face('eni-moved', '10.0.0.2', 'i-gone', long), { at: [NOON, ONE_PM], current: false });
  await write(store, ec2NetworkInterface, face('eni-moved', '10.0.0.2', 'i-web', TWO_PM - minutes(20)), {
    at: [TWO_PM, THREE_PM],
  });
  await write(store, ec2NetworkInterface, face('eni-former', '10.0.0.3', 'i-gone', long), { at: [NOON, ONE_PM], current: false });
  await write(store, ec2NetworkInterface, face('eni-later', '10.0.0.3', 'i-web', TWO_PM - minutes(20)), {
    at: [TWO_PM, THREE_PM],
  });
  // One address in two VPCs.
  await write(store, ec2NetworkInterface, face('eni-twin-1', '10.0.0.4', 'i-web', long), { at: [NOON, THREE_PM] });
  await write(store, ec2NetworkInterface, face('eni-twin-2', '10.0.0.4', 'i-gone', long, { VpcId: 'vpc-2' }), {
    at: [NOON, THREE_PM],
  });
  await write(store, ec2NetworkInterface, face('eni-other', '10.0.0.5', undefined, long, { VpcId: 'vpc-2' }), {
    at: [NOON, THREE_PM],
    account: TWO,
  });
  const balancer = { InterfaceType: 'interface', Description: 'ELB app/front/0a1b' };
  await write(store, ec2NetworkInterface, face('eni-elb', '10.0.0.6', undefined, long, balancer), { at: [NOON, THREE_PM] });
  await write(store, ec2NetworkInterface, face('eni-task', '10.0.0.7', undefined, long), { at: [NOON, THREE_PM] });

  const attachments = [{ details: [{ name: 'networkInterfaceId', value: 'eni-task' }] }];
  await write(store, ecsTask, task('0a', { attachments }), { at: [NOON, THREE_PM] });
  await write(store, ecsTask, task('0b', { group: 'family:once' }), { at: [NOON], current: false });
  const service = (serviceName: string, ...groups: string[]): JsonObject => ({
    serviceName,
    serviceArn: `arn:aws:ecs:eu-west-1:${ONE}:service/shop/${serviceName}`,
    loadBalancers: groups.map((name) => ({ targetGroupArn: GROUP(name) })),
  });
  await write(store, ecsService, service('cart', 'cart', 'both'), { at: [NOON] });
  await write(store, ecsService, service('pay', 'both'), { at: [NOON] });
  const tagged = { ResourceARN: GROUP('tagged'), Tags: [{ Key: 'Service', Value: 'search' }] };
  await write(store, resourcegroupstaggingapiResource, tagged, { at: [NOON] });
  await write(store, iamUser, { UserName: 'ana', Arn: `arn:aws:iam::${ONE}:user/team/ana` }, { at: [NOON] });
  await write(store, iamRole, { RoleName: 'deploy', Arn: `arn:aws:iam::${ONE}:role/team/deploy` }, { at: [NOON] });
  const log = (FlowLogId: string, more: JsonObject): JsonObject => ({ FlowLogId, ...more });
  const format = (...names: string[]) => names.map((name) => `$\{${name}}`).join(' ');
  await write(store, ec2FlowLog, log('fl-1', { LogGroupName: '/flows', LogFormat: format('version', 'srcaddr') }), {
    at: [NOON],
  });
  await write(store, ec2FlowLog, log('fl-2', { LogDestination: 'arn:aws:s3:::logs/vpc', LogFormat: format('bytes') }), {
    at: [NOON],
  });
  await write(store, ec2FlowLog, log('fl-3', { LogGroupName: '/two', LogFormat: format('bytes') }), { at: [NOON] });
  await write(store, ec2FlowLog, log('fl-4', { LogGroupName: '/two', LogFormat: format('start') }), { at: [NOON] });
}

function testNames(open: () => Promise<Store>): void {
  let store: Store;
  let names: InventoryNames;
  let questions = 0;
  before(async () => {
    store = await open();
    await fill(store);
    names = await readResourceNames((query) => {
      questions++;
      return store.answer(query);
    });
  });
  after(() => store.close());

  test('an interface and its addresses lead to its machine', () => {
    const web = {
      interfaceId: 'eni-web',
      instanceId: 'i-web',
      instanceName: 'web-1',
      service: 'shop',
      securityGroups: ['sg-1'],
      loadBalancer: undefined,
      availabilityZone: 'eu-west-1a',
    };
    assert.deepEqual(names.ofInterface(ONE, 'eni-web', TWO_PM), web);
    for (const ip of ['10.0.0.1', '10.0.0.99', '198.51.100.7', '2001:db8:0:0::1'])
      assert.deepEqual(names.ofAddress(ONE, ip, TWO_PM), web);
    assert.equal(names.ofAddress(TWO, '10.0.0.1', TWO_PM), undefined);
  });

  test('an interface or address that moved is answered by who had it when the line was written', () => {
    const ofInterface = (time: number) => names.ofInterface(ONE, 'eni-moved', time)?.instanceName;
    const ofAddress = (time: number) => names.ofAddress(ONE, '10.0.0.3', time)?.interfaceId;
    for (const time of [NOON, NOON + 1, ONE_PM]) assert.deepEqual([ofInterface(time), ofAddress(time)], ['old-1', 'eni-former']);
    // No sweep saw who had it between the last sighting and the next attachment.
    assert.deepEqual([ofInterface(ONE_PM + 1), ofAddress(ONE_PM + 1)], [undefined, undefined]);
    for (const time of [TWO_PM - minutes(20), TWO_PM, THREE_PM + minutes(600)])
      assert.deepEqual([ofInterface(time), ofAddress(time)], ['web-1', 'eni-later']);
  });

  test('before the first sweep only what was attached by then is known', () => {
    const earlier = NOON - minutes(300);
    assert.equal(names.ofInterface(ONE, 'eni-web', earlier)?.instanceName, 'web-1');
    assert.equal(names.ofAddress(ONE, '10.0.0.1', earlier)?.instanceName, 'web-1');
    assert.equal(names.ofAddress(ONE, '10.0.0.1', NOON - minutes(601)), undefined);
    // These can have been given to the interface after it was attached.
    for (const ip of ['10.0.0.99', '198.51.100.7', '2001:db8::1']) assert.equal(names.ofAddress(ONE, ip, earlier), undefined, ip);
    assert.equal(names.ofInterface(ONE, 'eni-task', earlier), undefined);
  });

  test('an address of two VPCs is known where the interface of the line tells the VPC, and is counted as ambiguous elsewhere', () => {
    const before = names.counts();
    assert.equal(names.ofAddress(ONE, '10.0.0.4', TWO_PM), undefined);
    assert.deepEqual(names.counts(), { ...before, ambiguous: before.ambiguous + 1 });
    assert.equal(names.ofAddress(ONE, '10.0.0.4', TWO_PM, 'eni-web')?.interfaceId, 'eni-twin-1');
    assert.equal(names.ofAddress(ONE, '10.0.0.4', TWO_PM, 'eni-twin-2')?.interfaceId, 'eni-twin-2');
    // Of another account in the same, shared VPC.
    assert.equal(names.ofAddress(ONE, '10.0.0.5', TWO_PM), undefined);
    assert.equal(names.ofAddress(ONE, '10.0.0.5', TWO_PM, 'eni-twin-2')?.interfaceId, 'eni-other');
  });

  test('unknown private addresses are counted, and public ones of others are not', () => {
    const before = names.counts();
    assert.equal(names.ofAddress(ONE, '203.0.113.9', TWO_PM), undefined);
    assert.deepEqual(names.counts(), before);
    assert.equal(names.ofAddress(ONE, '10.9.9.9', TWO_PM), undefined);
    assert.deepEqual(names.counts(), { ...before, unknown: before.unknown + 1 });
  });

  test('interfaces lead to their load balancers and tasks', () => {
    assert.equal(names.ofInterface(ONE, 'eni-elb', TWO_PM)?.loadBalancer, 'front');
    assert.equal(names.ofInterface(ONE, 'eni-task', TWO_PM)?.service, 'cart');
    assert.deepEqual(names.ofTask(ONE, '0a'), {
      cluster: 'shop',
      service: 'cart',
      taskArn: `arn:aws:ecs:eu-west-1:${ONE}:task/shop/0a`,
    });
    assert.deepEqual(names.ofTask(undefined, '0b')?.cluster, 'shop', 'a task that ended');
    assert.equal(names.ofTask(TWO, '0a'), undefined);
  });

  test('target groups, requesters and flow logs have names and formats', () => {
    const services = ['cart', 'both', 'tagged', 'none'].map((name) => names.ofTargetGroup(GROUP(name))?.service);
    assert.deepEqual(services, ['cart', undefined, 'search', undefined]);
    const requesters = [
      `arn:aws:iam::${ONE}:user/team/ana`,
      `arn:aws:sts::${ONE}:assumed-role/deploy/ci`,
      `arn:aws:sts::${TWO}:assumed-role/deploy/ci`,
    ];
    assert.deepEqual(
      requesters.map((arn) => names.ofRequester(arn)?.name),
      ['ana', 'deploy', undefined],
    );
    assert.deepEqual(names.flowLogFormat(ONE, '/flows'), ['version', 'srcaddr']);
    assert.deepEqual(names.flowLogFormat(ONE, 's3://logs/vpc/AWSLogs/1.log.gz'), ['bytes']);
    assert.equal(names.flowLogFormat(ONE, 's3://logs/vpc-2/1.log.gz'), undefined);
    assert.equal(names.flowLogFormat(ONE, '/two'), undefined);
    assert.equal(names.flowLogFormat(TWO, '/flows'), undefined);
  });

  test('lookups ask the store nothing', () => {
    const asked = questions;
    for (let host = 0; host < 200; host++) names.ofAddress(ONE, `10.0.0.${host}`, TWO_PM);
    assert.equal(questions, asked);
  });
}

describe('names of resources in the embedded store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orgscope-names-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  testNames(() => openTestStore(join(folder, 'orgscope.duckdb')));
});

const skip = missing('OPENSEARCH_URL');
describe('names of resources in an engine', { skip }, () => {
  if (skip !== false) return;
  const { url } = useEngine('OPENSEARCH_URL');
  testNames(() => openTestEngine(url));
});
