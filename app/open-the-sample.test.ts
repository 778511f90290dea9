import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { OrgscopeError } from '../core/problem.ts';
import { world } from './choose-world.ts';
import { readEnvironment } from './environment.ts';
import { openTheSample } from './open-the-sample.ts';
import { readSettings } from './settings.ts';

const data = mkdtempSync(join(tmpdir(), 'orgscope-sample-'));
after(() => rmSync(data, { recursive: true, force: true }));

async function openReach(options: object) {
  const settings = readSettings({ data, sample: true, ...options }, readEnvironment({}));
  const clock = { now: () => new Date('2026-11-21T08:00:00Z') };
  return (await openTheSample({ world: world(settings, true), settings, clock })).reach;
}

test('--regions limits the sample to these regions, as far as an account has them enabled', async () => {
  const reach = await openReach({ regions: 'ap-southeast-2,eu-west-1' });
  const { accounts } = await reach.accounts();
  const read = await Promise.all(accounts.map(async (account) => (await reach.regions(account)).join(' ')));
  assert.deepEqual([...new Set(read)].sort(), ['ap-southeast-2 eu-west-1', 'eu-west-1']);
});

test('a region that the sample does not have is refused', async () => {
  await assert.rejects(
    openReach({ regions: 'eu-west-1,eu-north-1' }),
    ({ code, message, next }: OrgscopeError) =>
      code === 'usage' && message.includes('eu-north-1') && next.includes('eu-central-1, eu-west-1'),
  );
});

test('a list that the sample has no data for is a problem that does not advise to write into the list of the sample', async () => {
  const reach = await openReach({});
  const { targets, problems } = await reach.bucketTargets({ names: 'buckets', file: 'flows.txt', objects: 'read' });
  assert.deepEqual(targets, []);
  assert.deepEqual(
    problems.map(({ code, message, where }) => [code, message, where]),
    [['empty', 'the sample organisation has no data for flows.txt', {}]],
  );
  assert.match(problems[0]?.next ?? '', / give --source or name it in lists\/flows\.txt\. docs\/sample\.md /);
});
