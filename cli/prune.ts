import type { Command } from 'commander';
import { worldToShow } from '../app/choose-world.ts';
import type { CommandContext } from '../app/command-context.ts';
import { withOrgscope } from '../app/connect.ts';
import { readSettings } from '../app/settings.ts';
import type { PruneAnswer, PrunedIndex } from '../core/api/prune.ts';
import { shownLine } from '../core/shown-line.ts';
import { formatProblems } from './format-problems.ts';
import { number } from './format-run.ts';

export interface PruneOptions {
  readonly dryRun?: boolean;
}

/** `prune`: removes documents older than the retention of their index, and says what went. */
export async function prune(context: CommandContext, { dryRun = false }: PruneOptions, command: Command): Promise<void> {
  const settings = readSettings(command.optsWithGlobals(), context.environment);
  const answer = await withOrgscope(worldToShow(settings), settings, context, 'ask', (orgscope) => orgscope.prune({ dryRun }));
  context.out.write(settings.json ? `${JSON.stringify(answer)}\n` : formatPruned(answer, dryRun));
  if (answer.problems.length > 0) process.exitCode = 1;
}

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
