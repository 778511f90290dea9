import type { Command } from 'commander';
import { worldToShow } from '../app/choose-world.ts';
import type { CommandContext } from '../app/command-context.ts';
import { withOrgscope } from '../app/connect.ts';
import { readSettings } from '../app/settings.ts';
import type { Orgscope } from '../core/orgscope.ts';
import type { Problem } from '../core/problem.ts';
import { shownLine } from '../core/shown-line.ts';
import { formatGaps } from './format-gaps.ts';
import { formatAll, formatProblems } from './format-problems.ts';
import { formatQueue } from './format-queue.ts';
import { formatRunLine, number } from './format-run.ts';

const SHOWN_RUNS = 5;
const SHOWN_FAILURES = 50;

export interface StatusOptions {
  readonly all?: boolean;
}

/** `status`: the store, how much is in it, the last runs and what failed in the newest one. */
export async function status(context: CommandContext, given: StatusOptions, command: Command): Promise<void> {
  const settings = readSettings(command.optsWithGlobals(), context.environment);
  const world = worldToShow(settings);
  const { status, failed, all } = await withOrgscope(world, settings, context, 'ask', async (orgscope) => {
    const status = await orgscope.status();
    const newest = status.runs[0];
    const detail = newest === undefined ? undefined : await orgscope.run(newest.id, { limit: SHOWN_FAILURES, failedOnly: true });
    const all = given.all === true && newest !== undefined ? await allProblems(orgscope, newest.id) : undefined;
    return { status, failed: detail, all };
  });
  if (settings.json) {
    context.out.write(
      `${JSON.stringify({ ...status, failed: failed?.jobs ?? [], deadLetters: failed?.deadLetters ?? [], ...(all && { problems: all }) })}\n`,
    );
    return;
  }
  const say = (line = ''): void => void context.out.write(`${shownLine(line)}\n`);
  say(status.info.sample ? 'The sample organisation (made up, without calls to AWS)' : 'Your organisation');
  say(`  store  ${status.info.store}`);
  say();
  for (const [view, count] of Object.entries(status.counts)) say(`  ${view.padEnd(16)} ${number(count).padStart(12)}`);
  say();
  for (const line of formatGaps(status.gaps)) say(`  ✗ ${line}`);
  if (status.gaps.length > 0) say();
  if (status.runs.length === 0) say('Nothing has run yet.');
  else say('Last runs, newest first');
  for (const run of status.runs.slice(0, SHOWN_RUNS)) say(`  ${formatRunLine(run)}`);
  const problems = status.runs[0]?.problems ?? [];
  if (problems.length > 0) {
    say();
    say('Problems of the newest run');
    for (const line of all === undefined ? formatProblems(problems) : formatAll(all)) say(`  ${line}`);
  }
  if (failed !== undefined && failed.deadLetters.length > 0) {
    say();
    say('First dead letters of the newest run');
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
}

const PROBLEMS_AT_ONCE = 5_000;

async function allProblems(orgscope: Orgscope, run: string): Promise<readonly Problem[]> {
  const pages: (readonly Problem[])[] = [];
  for (let after: string | undefined, more = true; more; ) {
    const { problems, next } = await orgscope.problems(run, { after, limit: PROBLEMS_AT_ONCE });
    pages.push(problems);
    after = next ?? undefined;
    more = next !== null;
  }
  return pages.flat();
}
