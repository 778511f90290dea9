import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { localTree } from '../../collectors/objects/local-tree.ts';
import { findDays } from './find-days.ts';
import { findRegionFolders } from './find-region-folders.ts';
import { daysOf, formatDays, monthsOf } from './list-days.ts';

const { signal } = new AbortController();
const folder = mkdtempSync(join(tmpdir(), 'orgscope-days-'));
after(() => rmSync(folder, { recursive: true, force: true }));

for (const path of [
  'o-abc123/111111111111/CloudTrail/eu-west-1/2026/10/30',
  'o-abc123/111111111111/CloudTrail/eu-west-1/2026/10/31',
  'o-abc123/111111111111/CloudTrail/eu-west-1/2026/11/01',
  'o-abc123/111111111111/CloudTrail-Insight/eu-west-1/2026/10/31',
  'o-abc123/111111111111/CloudTrail-Digest/eu-west-1/2026/10/31',
  'o-abc123/111111111111/CloudTrail/us-gov-west-1/2026/10/31',
  'o-abc123/111111111111/Config/eu-west-1/2026/10/31',
  '222222222222/CloudTrail/us-east-1/2026/10/31',
  '222222222222/vpcflowlogs/us-east-1/2026/10/31',
]) {
  mkdirSync(join(folder, 'logs/trail/AWSLogs', path), { recursive: true });
}
const places = async (path: string, filter = {}) =>
  (await findRegionFolders(localTree(join(folder, path)), { services: /^CloudTrail(?!-Digest)/ }, filter, signal))
    .map(({ account, region }) => `${account} ${region}`)
    .sort();

test('regions are found wherever in the folders of AWS the tree begins', async () => {
  const all = ['111111111111 eu-west-1', '111111111111 eu-west-1', '111111111111 us-gov-west-1', '222222222222 us-east-1'];
  for (const path of ['', 'logs', 'logs/trail', 'logs/trail/AWSLogs']) assert.deepEqual(await places(path), all, path);
  assert.deepEqual(await places('logs/trail/AWSLogs/o-abc123'), all.slice(0, 3));
  assert.deepEqual(await places('logs/trail/AWSLogs/o-abc123/111111111111/CloudTrail'), [all[0], all[2]]);
  assert.deepEqual(await places('logs/trail/AWSLogs/222222222222/CloudTrail/us-east-1'), [all[3]]);
  assert.deepEqual(await places('logs/trail/AWSLogs/222222222222', { accounts: new Set(['111111111111']) }), []);
  assert.deepEqual(await places('', { regions: new Set(['us-east-1']) }), [all[3]]);
  await assert.rejects(places('logs/trail/AWSLogs/222222222222/CloudTrail/us-east-1/2026'), { code: 'usage' });
});

test('the days of a month, the newest first, within the dates', async () => {
  const tree = localTree(folder);
  const found = await findRegionFolders(tree, { services: /^CloudTrail(?!-Digest)/ }, {}, signal);
  const days = async (month: string, from: string, to: string) =>
    (await findDays(tree, found, month, { from, to }, signal)).map(({ day, account, region, paths }) => [
      day,
      account,
      region,
      paths.length,
    ]);
  assert.deepEqual(await days('2026-10', '2026-01-01', '2026-12-31'), [
    ['2026-10-31', '111111111111', 'eu-west-1', 2],
    ['2026-10-31', '111111111111', 'us-gov-west-1', 1],
    ['2026-10-31', '222222222222', 'us-east-1', 1],
    ['2026-10-30', '111111111111', 'eu-west-1', 1],
  ]);
  assert.deepEqual(await days('2026-11', '2026-10-30', '2026-11-01'), [['2026-11-01', '111111111111', 'eu-west-1', 1]]);
  assert.deepEqual(await days('2026-10', '2026-10-01', '2026-10-30'), [['2026-10-30', '111111111111', 'eu-west-1', 1]]);
  assert.deepEqual(await days('2026-09', '2026-01-01', '2026-12-31'), []);
});

test('other folders between service and year, folders of no region, and the names of Hive', async () => {
  const made = join(folder, 'services');
  const account = 'AWSLogs/333333333333';
  for (const path of [
    `${account}/vpcflowlogs/eu-west-1/2026/10/31/12`,
    `${account}/WAFLogs/eu-west-1/my-acl/2026/10/31/12/05`,
    `${account}/WAFLogs/cloudfront/my-acl/2026/10/31/12/05`,
    `${account}/network-firewall/flow/us-east-1/my-firewall/2026/10/31/12`,
    `${account}/vpcdnsquerylogs/vpc-0a/2026/10/31`,
    `${account}/CloudTrail/eu-west-1/2026/10/31`,
    'AWSLogs/aws-account-id=444444444444/aws-service=vpcflowlogs/aws-region=eu-west-1/year=2026/month=10/day=31/hour=12',
    `${account}/deep/1/2/3/4/5/2026/10/31`,
  ])
    mkdirSync(join(made, path), { recursive: true });
  mkdirSync(join(folder, 'access/555555555555/eu-west-1/a-bucket/2026/10/30'), { recursive: true });
  const layout = { services: /^(?!CloudTrail)/, others: true };
  const days = async (path: string, filter = {}) => {
    const tree = localTree(join(folder, path));
    const found = await findRegionFolders(tree, layout, filter, signal);
    const of = await findDays(tree, found, '2026-10', { from: '2026-10-01', to: '2026-10-31' }, signal);
    return of.map((day) => `${day.day} ${day.account} ${day.region} ${day.paths.length}`);
  };
  const all = [
    '2026-10-31 333333333333  2',
    '2026-10-31 333333333333 eu-west-1 2',
    '2026-10-31 333333333333 us-east-1 1',
    '2026-10-31 444444444444 eu-west-1 1',
  ];
  assert.deepEqual(await days('services'), all);
  assert.deepEqual(await days('services/AWSLogs'), all);
  assert.deepEqual(await days('services', { accounts: new Set(['444444444444']) }), all.slice(3));
  // Logs whose folders name no region may be of any region.
  assert.deepEqual(await days('services', { regions: new Set(['us-east-1']) }), [all[0], all[2]]);
  assert.deepEqual(await days(`services/${account}/WAFLogs/eu-west-1`), ['2026-10-31 333333333333 eu-west-1 1']);
  assert.deepEqual(await days('access'), ['2026-10-30 555555555555 eu-west-1 1']);
  await assert.rejects(days(`services/${account}/vpcdnsquerylogs/vpc-0a/2026`), { code: 'usage' });
});

test('months and days between dates', () => {
  assert.deepEqual(monthsOf({ from: '2025-11-30', to: '2026-02-01' }), ['2026-02', '2026-01', '2025-12', '2025-11']);
  assert.deepEqual(daysOf({ from: '2026-02-27', to: '2026-03-01' }), ['2026-02-27', '2026-02-28', '2026-03-01']);
  assert.equal(formatDays(['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-05']), '2026-02-27 to 2026-03-01, 2026-03-05');
});
