import { Command } from 'commander';
import { formatProblem } from '../core/problem.ts';
import { worldToShow } from './choose-world.ts';
import type { CommandContext } from './command-context.ts';
import { withOrgscope } from './connect.ts';
import { formatGaps } from './format-gaps.ts';
import { formatQueue } from './format-queue.ts';
import { formatRunLine, number } from './format-run.ts';
import { readSettings } from './settings.ts';

const SHOWN_RUNS = 5;
const SHOWN_FAILURES = 50;

/** `status`: the store, how much is in it, the last runs and what failed in the newest one. */
export const statusCommand = (context: CommandContext): Command =>
  new Command('status')
    .summary('what is stored, what ran, what failed and why')
    .description(
      'Shows the store, documents per kind of index, what others deleted of it, the last runs, and what failed in the newest one, with the reason.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ orgscope status
  $ orgscope status --sample                     of the sample organisation, although you have data of your own
  $ orgscope status --json | jq .counts`,
    )
    .action(async (_options: unknown, command: Command) => {
      const settings = readSettings(command.optsWithGlobals(), context.environment);
      const world = worldToShow(settings);
      const { status, failed } = await withOrgscope(world, settings, context, 'ask', async (orgscope) => {
        const status = await orgscope.status();
        const newest = status.runs[0];
        const detail =
          newest === undefined ? undefined : await orgscope.run(newest.id, { limit: SHOWN_FAILURES, failedOnly: true });
        return { status, failed: detail };
      });
      if (settings.json) {
        context.out.write(
          `${JSON.stringify({ ...status, failed: failed?.jobs ?? [], deadLetters: failed?.deadLetters ?? [] })}\n`,
        );
        return;
      }
      const say = (line = ''): void => void context.out.write(`${line}\n`);
      say(status.info.sample ? 'The sample organisation (made up; AWS is asked nothing)' : 'Your organisation');
      say(`  store  ${status.info.store}`);
      say();
      for (const [view, count] of Object.entries(status.counts)) say(`  ${view.padEnd(16)} ${number(count).padStart(12)}`);
      say();
      for (const line of formatGaps(status.gaps)) say(`  ✗ ${line}`);
      if (status.gaps.length > 0) say();
      if (status.runs.length === 0) say('Nothing has run yet.');
      else say('Last runs, newest first');
      for (const run of status.runs.slice(0, SHOWN_RUNS)) say(`  ${formatRunLine(run)}`);
      const problems = [...(status.runs[0]?.problems ?? []), ...(failed?.jobs ?? []).flatMap((job) => job.problems)];
      if (problems.length > 0) {
        say();
        say('Of the newest run');
        for (const problem of problems) say(`  ${problem.severity === 'failed' ? '✗' : '·'} ${formatProblem(problem)}`);
        const more = (failed?.total ?? 0) - (failed?.jobs.length ?? 0);
        if (more > 0) say(`  … and ${number(more)} more failed jobs (the page shows all)`);
      }
      if (failed !== undefined && failed.deadLetters.length > 0) {
        say();
        say('Its first dead letters');
        for (const { source, reason } of failed.deadLetters) say(`  ${source}: ${reason}`);
      }
      if (status.queue !== undefined) {
        say();
        context.out.write(formatQueue(status.queue));
      }
      if (status.progress !== null) {
        say();
        const now = status.progress.pipelines.filter((each) => each.planning || each.done < each.planned);
        say(`Running now: ${now.map((each) => `${each.pipeline} ${number(each.done)}/${number(each.planned)}`).join(', ')}`);
      }
    });
