import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ComposeOptions, OpenedAws } from './compose.ts';

/** Opens the sample organisation: its own lists and monitoring, and made-up answers in place of the network. */
export async function openTheSample({ world, clock }: Pick<ComposeOptions, 'world' | 'clock'>): Promise<OpenedAws> {
  const [{ openReach }, { openSample }] = await Promise.all([import('../aws/open-reach.ts'), import('../sample/open-sample.ts')]);
  const sample = openSample({ now: clock.now() });
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
  });
  return { reach, hostSources: [sample.monitoring] };
}
