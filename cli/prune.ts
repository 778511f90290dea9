import { Command } from 'commander';
import { worldToShow } from '../app/choose-world.ts';
import type { CommandContext } from '../app/command-context.ts';
import { withOrgscope } from '../app/connect.ts';
import { readSettings } from '../app/settings.ts';
import type { PruneAnswer, PrunedIndex } from '../core/api/prune.ts';
import { shownLine } from '../core/shown-line.ts';
import { formatProblems } from './format-problems.ts';
import { number } from './format-run.ts';

/** `prune`: removes documents older than the retention of their index, and says what went. */
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
    .action(async ({ dryRun = false }: { dryRun?: boolean }, command: Command) => {
      const settings = readSettings(command.optsWithGlobals(), context.environment);
      const answer = await withOrgscope(worldToShow(settings), settings, context, 'ask', (orgscope) =>
        orgscope.prune({ dryRun }),
      );
      context.out.write(settings.json ? `${JSON.stringify(answer)}\n` : formatPruned(answer, dryRun));
      if (answer.problems.length > 0) process.exitCode = 1;
    });

function formatPruned({ indices, runs, problems }: PruneAnswer, dryRun: boolean): string {
  const goes = dryRun ? 'would be removed' : 'removed';
  const lines = indices.map(({ index, retentionDays, documents, oldest }) => {
    const kept = retentionDays === null ? 'keep' : `${number(retentionDays)} ${retentionDays === 1 ? 'day' : 'days'}`;
    const what = retentionDays === null ? '' : `${number(documents).padStart(12)} ${goes}`;
    return `  ${index.padEnd(16)} ${kept.padStart(11)} ${what}${oldest === null ? '' : `, the oldest from ${oldest.slice(0, 10)}`}`.trimEnd();
  });
  if (runs > 0) lines.push(`  Reports of ${number(runs)} old ${runs === 1 ? 'run' : 'runs'} ${goes}.`);
  lines.push(...formatProblems(problems).map((line) => `  ${line}`));
  return `${lines.map(shownLine).join('\n')}\n`;
}

/** For `up`: a line of what went, empty where nothing did. */
export function formatRemoved(indices: readonly PrunedIndex[]): string {
  const parts = indices.flatMap(({ index, documents, before }) =>
    documents === 0 ? [] : [`${number(documents)} documents of ${index} from before ${before}`],
  );
  return parts.length === 0 ? '' : `Removed by retention: ${parts.join(', ')}\n`;
}
