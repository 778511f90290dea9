import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OrgscopeError } from '../core/problem.ts';
import type { ComposeOptions, OpenedAws } from './compose.ts';

/** Opens the sample organisation: its own lists and monitoring, and made-up answers in place of the network. */
export async function openTheSample({
  world,
  settings,
  clock,
}: Pick<ComposeOptions, 'world' | 'settings' | 'clock'>): Promise<OpenedAws> {
  const [{ openReach }, { openSample }] = await Promise.all([import('../aws/open-reach.ts'), import('../sample/open-sample.ts')]);
  const sample = openSample({ now: clock.now() });
  const { regions } = settings;
  const unknown = regions?.find((region) => !sample.regions.includes(region));
  if (unknown !== undefined) {
    throw new OrgscopeError(
      'usage',
      `The sample organisation has no resources in ${unknown}.`,
      `Name some of its regions: ${sample.regions.join(', ')}.`,
    );
  }
  const lists = join(world.folder, 'lists');
  mkdirSync(lists, { recursive: true });
  for (const [name, text] of Object.entries(sample.lists)) writeFileSync(join(lists, name), text);
  const reach = await openReach({
    lists,
    env: { AWS_REGION: sample.homeRegion },
    organization: true,
    roleName: sample.roleName,
    requestHandler: sample.requestHandler,
    credentials: sample.credentials,
    clock,
    emptyList: (file) => ({
      code: 'empty',
      severity: 'failed',
      message: `the sample organisation has no data for ${file}`,
      next: `To read your own without --sample, give --source or name it in lists/${file}. docs/sample.md says how the sample gets data.`,
      where: {},
    }),
  });
  if (regions === undefined) return { reach, hostSources: [sample.monitoring] };
  return {
    // Not every account has all regions of the sample enabled.
    reach: { ...reach, regions: async (account) => (await reach.regions(account)).filter((region) => regions.includes(region)) },
    hostSources: [sample.monitoring],
  };
}
