import { Command } from 'commander';
import type { CommandContext } from '../../app/command-context.ts';
import type { PruneOptions } from '../prune.ts';

/** The arguments, options and help of `prune`; its work is loaded when it runs. */
export const pruneCommand = (context: CommandContext): Command =>
  new Command('prune')
    .summary('remove documents that are older than their retention (lists/retention.txt)')
    .description(
      'Removes documents that are older than the retention of their index, and reports of old runs. Retention is in days (UTC), or in whole months ' +
        'if an index holds a month. lists/retention.txt sets it; the defaults are in docs/fields.md. Current state is never pruned. Sources of ' +
        'pruned documents are not read again.',
    )
    .option('--dry-run', 'only show what would be removed')
    .addHelpText(
      'after',
      `
Examples:
  $ orgscope prune --dry-run
  $ orgscope prune
  $ echo 'awscli-trail-* 730' >> lists/retention.txt     two years of events; \`keep\` instead of the number keeps all
  $ orgscope prune --dry-run --json | jq '.indices[] | select(.documents > 0)'

\`up\` prunes after its runs. While \`up\` runs, \`prune\` uses the --lists of \`up\`. Exit code 1 if a line of retention.txt can't be
understood: then only the indices that other lines name are pruned.`,
    )
    .action(async (given: PruneOptions, command: Command) => {
      const { prune } = await import('../prune.ts');
      await prune(context, given, command);
    });
