import { Argument, Command } from 'commander';
import type { CommandContext } from '../../app/command-context.ts';
import type { What } from '../queue.ts';

/** The arguments, options and help of `queue`; its work is loaded when it runs. */
export const queueCommand = (context: CommandContext): Command =>
  new Command('queue')
    .summary('show or control the queue on Redis: status, pause, resume, drain')
    .description(
      'status shows waiting and running jobs, and the workers. pause lets workers finish their jobs and take no more, until resume. ' +
        'drain ends the current runs as interrupted: running jobs finish, waiting jobs are dropped, and the next run plans them again.',
    )
    .addArgument(new Argument('<what>', 'what to do').choices(['status', 'pause', 'resume', 'drain'] satisfies What[]))
    .action(async (what: What, _given: unknown, command: Command) => {
      const { queue } = await import('../queue.ts');
      await queue(context, what, command);
    });
