import { existsSync } from 'node:fs';
import { systemClock } from '../core/clock.ts';
import type { Orgscope } from '../core/orgscope.ts';
import { OrgscopeError } from '../core/problem.ts';
import { shownStore, type World } from './choose-world.ts';
import type { CommandContext } from './command-context.ts';
import type { Purpose } from './open-store.ts';
import { remoteOrgscope } from './remote-orgscope.ts';
import type { Settings } from './settings.ts';
import { readUpFile } from './up-file.ts';

/** Opens orgscope over this store: through the `up` that holds the embedded store, else directly. An engine takes many clients, so it needs no `up`. */
async function connect(world: World, settings: Settings, context: CommandContext, purpose: Purpose): Promise<Orgscope> {
  const up = world.store.type === 'engine' ? undefined : readUpFile(world);
  if (up !== undefined) {
    const remote = remoteOrgscope(up);
    try {
      await remote.info();
      return remote;
    } catch (error) {
      // Nothing listens at the address: the process of the file has ended, and another program has its id.
      if (!(error instanceof OrgscopeError && error.code === 'unreachable')) throw error;
    }
  }
  if (purpose === 'ask' && world.store.type === 'duckdb' && !existsSync(world.store.path)) {
    throw new OrgscopeError(
      'missing',
      `There are no data yet: ${shownStore(world)} is not there.`,
      'Run `orgscope up`, or `orgscope run trails --source FOLDER`, or give another folder with --data.',
    );
  }
  // Loaded lazily: the store and the SDK take some 200 ms, which --help and a question to `up` do not need.
  const { openLocal } = await import('./open-local.ts');
  return openLocal({
    world,
    settings,
    environment: context.environment,
    version: context.version,
    clock: systemClock,
    signal: context.stop.signal,
    purpose,
  });
}

/** Connects, works, and closes in any case. */
export async function withOrgscope<Result>(
  world: World,
  settings: Settings,
  context: CommandContext,
  purpose: Purpose,
  work: (orgscope: Orgscope) => Promise<Result>,
): Promise<Result> {
  const orgscope = await connect(world, settings, context, purpose);
  try {
    return await work(orgscope);
  } finally {
    await orgscope.close();
  }
}
