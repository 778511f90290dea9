import type { CommandContext } from '../app/command-context.ts';
import type { Settings } from '../app/settings.ts';
import type { Orgscope } from '../core/orgscope.ts';
import { formatRunReport } from './format-run.ts';
import { showNothing, showProgress } from './show-progress.ts';

/** Failed jobs in a report for machines; `status --all --json` has all of them. */
const REPORTED_JOBS = 1_000;

/** Follows a run to its end, prints its report, and sets the exit code by it. */
export async function followRun(orgscope: Orgscope, id: string, settings: Settings, context: CommandContext): Promise<void> {
  const display = settings.json ? showNothing : await showProgress(context.err);
  context.stop.listen(() => {
    if (!settings.json) context.err.write('\nStopping: storing the records that were read. A second Ctrl-C stops at once.\n');
  });
  const report = await orgscope.follow(id, display.show).finally(display.stop);
  if (settings.json) {
    const failed = (await orgscope.run(id, { limit: REPORTED_JOBS, failedOnly: true }))?.jobs ?? [];
    context.out.write(`${JSON.stringify({ ...report, failed })}\n`);
  } else context.out.write(formatRunReport(report));
  if (report.state !== 'succeeded') process.exitCode = 1;
}
