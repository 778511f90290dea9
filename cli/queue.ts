import type { Command } from 'commander';
import type { CommandContext } from '../app/command-context.ts';
import { openSharedQueue } from '../app/open-shared-queue.ts';
import { readSettings } from '../app/settings.ts';
import { OrgscopeError } from '../core/problem.ts';
import { formatQueue } from './format-queue.ts';

export type What = 'status' | 'pause' | 'resume' | 'drain';

/** `queue`: what waits on Redis and who works; pauses all workers, lets them go on, or ends the runs under way. */
export async function queue(context: CommandContext, what: What, command: Command): Promise<void> {
  const settings = readSettings(command.optsWithGlobals(), context.environment);
  const url = context.environment.redisUrl;
  if (url === undefined) {
    const next = 'Set ORGSCOPE_REDIS_URL=redis://host:6379.';
    throw new OrgscopeError('usage', 'There is no queue: ORGSCOPE_REDIS_URL is not set.', next);
  }
  const { queue, notices } = await openSharedQueue(url);
  try {
    if (what === 'pause') await queue.queues.pause();
    if (what === 'resume') await queue.queues.resume();
    if (what === 'drain') for (const { run } of await queue.board.current()) await queue.board.cancel(run);
    const status = await queue.status();
    context.out.write(settings.json ? `${JSON.stringify(status)}\n` : formatQueue(status));
    for (const notice of notices) context.err.write(`orgscope: ${notice}\n`);
  } finally {
    await queue.close();
  }
}
