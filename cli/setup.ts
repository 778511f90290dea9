import { join } from 'node:path';
import type { Command } from 'commander';
import type { CommandContext } from '../app/command-context.ts';
import { engineOptions } from '../app/open-store.ts';
import { readRetention } from '../app/read-retention.ts';
import { readSettings } from '../app/settings.ts';
import { storeMappings } from '../app/store-mappings.ts';
import type { Problem } from '../core/problem.ts';
import { shownLine } from '../core/shown-line.ts';
import type { SetupStep } from '../stores/elasticsearch/setup.ts';
import { formatProblems } from './format-problems.ts';

export interface SetupOptions {
  readonly dryRun?: boolean;
}

/** `setup`: compares an engine's templates, aliases, lifecycle policies and retention with what orgscope needs, and changes what differs. */
export async function setup(context: CommandContext, { dryRun = false }: SetupOptions, command: Command): Promise<void> {
  const settings = readSettings(command.optsWithGlobals(), context.environment);
  if (settings.store.type === 'duckdb') {
    const none = 'The embedded store needs no setup. Name an engine with --store https://host:9200.\n';
    context.out.write(settings.json ? `${JSON.stringify({ store: 'duckdb', applied: false, steps: [], problems: [] })}\n` : none);
    return;
  }
  const mappings = storeMappings();
  const { days, problems } = readRetention(join(settings.lists, 'retention.txt'), mappings);
  const [{ connect }, { planSetup, applySetup }] = await Promise.all([
    import('../stores/elasticsearch/connect.ts'),
    import('../stores/elasticsearch/setup.ts'),
  ]);
  const engine = await connect(engineOptions(settings.store));
  try {
    const plan = await planSetup(engine, mappings, { retentionDays: days });
    const conflicting = plan.steps.some(({ action }) => action === 'conflict');
    const applied = !dryRun && !conflicting;
    if (applied) await applySetup(engine, plan);
    if (settings.json) {
      const steps = plan.steps.map(({ request: _, ...step }) => step);
      context.out.write(
        `${JSON.stringify({ store: engine.name, product: engine.product, version: engine.version, applied, steps, problems })}\n`,
      );
    } else {
      context.out.write(`${engine.product} ${engine.version} at ${engine.name}\n${formatSteps(plan.steps, problems, applied)}`);
    }
    if (conflicting || problems.length > 0) process.exitCode = 1;
  } finally {
    await engine.close();
  }
}

function formatSteps(steps: readonly SetupStep[], problems: readonly Problem[], applied: boolean): string {
  const lines = steps.flatMap(({ kind, name, action, detail, next }) => {
    if (action === 'unchanged') return [];
    const mark = action === 'conflict' ? '✗' : action === 'notice' ? '·' : applied ? '✓' : ' ';
    return [
      `  ${mark} ${action.padEnd(8)} ${kind.padEnd(8)} ${name}${detail === '' ? '' : `: ${detail}`}${next === undefined ? '' : ` → ${next}`}`,
    ];
  });
  lines.push(...formatProblems(problems).map((line) => `  ${line}`));
  const count = (...actions: SetupStep['action'][]): number => steps.filter(({ action }) => actions.includes(action)).length;
  const changes = count('create', 'update');
  const conflicts = count('conflict');
  lines.push(
    conflicts > 0
      ? `Nothing was done: ${conflicts} ${conflicts === 1 ? 'conflict' : 'conflicts'}.`
      : changes === 0
        ? 'Nothing to do.'
        : applied
          ? `${changes} done, ${count('unchanged')} unchanged.`
          : `${changes} to do, ${count('unchanged')} unchanged.`,
  );
  return `${lines.map(shownLine).join('\n')}\n`;
}
