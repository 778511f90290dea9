import type { BackfillRange } from '../../core/api/runs.ts';
import type { PipelineName } from '../../core/batch.ts';
import type { ObjectTree } from '../../core/object-tree.ts';
import type { PlanContext, PlannedJob } from '../../core/pipeline.ts';
import { OrgscopeError, type Problem, toProblem } from '../../core/problem.ts';
import { findDays, type RegionDay } from './find-days.ts';
import type { RegionFolder } from './find-region-folders.ts';
import { daysOf, formatDays, monthsOf } from './list-days.ts';
import type { DayFolders } from './objects-pipeline.ts';

export interface PlanDaysOptions {
  readonly pipeline: PipelineName;
  readonly days: DayFolders;
  readonly trees: readonly ObjectTree[];
  readonly range: BackfillRange;
  readonly context: PlanContext;
  plannedJob(tree: ObjectTree, number: number, day: RegionDay): PlannedJob;
}

/** How many accounts have their gaps reported one by one; more would hide the other problems of the report. */
const MAX_ACCOUNTS = 20;
/** How many gaps of an account are listed. */
const MAX_GAPS = 12;

/**
 * Yields a job for each account, region and day on which something was written, the newest day first over all accounts. Days are found a
 * month at a time while the jobs before them run; what had nothing is reported at the end.
 */
export async function* planDays(options: PlanDaysOptions): AsyncIterable<PlannedJob> {
  const { days: dayFolders, trees, range, context, plannedJob } = options;
  const { signal, report } = context;
  const filter = {
    accounts: range.accounts === undefined ? undefined : new Set(range.accounts),
    regions: range.regions === undefined ? undefined : new Set(range.regions),
  };
  const found: { readonly tree: ObjectTree; readonly number: number; readonly folders: readonly RegionFolder[] }[] = [];
  for (const [number, whole] of trees.entries()) {
    const tree = withoutClosedFolders(whole, report);
    try {
      found.push({ tree, number, folders: await dayFolders.find(tree, filter, signal) });
    } catch (error) {
      signal.throwIfAborted();
      report(toProblem(error, { object: tree.name }));
    }
  }
  const folders = found.flatMap((each) => each.folders);
  for (const problem of notFound(options, folders)) report(problem);
  if (folders.length === 0) return;

  const all = daysOf(range);
  // The days on which each account had something, in any region: a quiet region writes nothing, and that is no gap.
  const seen = new Map(folders.map(({ account }) => [account, new Set<string>()]));
  let planned = 0;
  for (const month of monthsOf(range)) {
    const days: { readonly tree: ObjectTree; readonly number: number; readonly day: RegionDay }[] = [];
    for (const { tree, number, folders: inTree } of found) {
      for (const day of await findDays(tree, inTree, month, range, signal)) days.push({ tree, number, day });
    }
    // Several trees: the newest day of all of them first.
    days.sort((a, b) => (a.day.day < b.day.day ? 1 : a.day.day > b.day.day ? -1 : 0));
    planned += days.length;
    const covered = all.filter((day) => day.slice(0, 7) >= month).length;
    context.expect?.(Math.round((planned * all.length) / covered));
    for (const { tree, number, day } of days) {
      seen.get(day.account)?.add(day.day);
      yield plannedJob(tree, number, day);
    }
  }
  for (const problem of gaps(all, seen, dayFolders)) report(problem);
}

/** The same tree; a folder in it that may not be listed is reported and counts as empty. The root must be listed. */
function withoutClosedFolders(tree: ObjectTree, report: PlanContext['report']): ObjectTree {
  return {
    ...tree,
    async folders(path, signal) {
      try {
        return await tree.folders(path, signal);
      } catch (error) {
        if (path === '' || !(error instanceof OrgscopeError) || error.code !== 'denied') throw error;
        report(toProblem(error, { object: `${tree.name.replace(/\/*$/, '/')}${path}` }));
        return [];
      }
    },
  };
}

/** Reports accounts and regions that were asked for and have no folder. */
function* notFound(
  { pipeline, days: { noun }, trees, range: { accounts = [], regions = [] } }: PlanDaysOptions,
  folders: readonly RegionFolder[],
): Iterable<Problem> {
  const where = trees.map(({ name }) => name).join(', ');
  if (folders.length === 0) {
    yield problem(
      'failed',
      `No ${noun} were found in ${where}.`,
      `Name the folder above AWSLogs. Objects that lie otherwise are read by "orgscope run ${pipeline}".`,
    );
    return;
  }
  const next = `Check the name, and that ${noun} are written for all accounts and regions.`;
  for (const account of accounts.filter((id) => !folders.some((folder) => folder.account === id))) {
    yield { ...problem('failed', `There are no ${noun} of this account in ${where}.`, next), where: { account } };
  }
  for (const region of regions.filter((name) => !folders.some((folder) => folder.region === name))) {
    yield { ...problem('failed', `There are no ${noun} of this region in ${where}.`, next), where: { region } };
  }
}

/** Reports the days on which nothing was written: once those that all accounts have in common, then those of single accounts. */
function* gaps(all: readonly string[], seen: ReadonlyMap<string, ReadonlySet<string>>, { noun }: DayFolders): Iterable<Problem> {
  const accounts = [...seen].sort(([a], [b]) => (a < b ? -1 : 1));
  const next = `Before an account or its ${noun} existed, and after objects expired, this is as it should be.`;
  const common = all.filter((day) => accounts.every(([, days]) => !days.has(day)));
  if (common.length > 0) yield problem('notice', `Nothing was written by any account on ${shown(common, all)}.`, next);
  const isCommon = new Set(common);
  const own = accounts
    .map(([account, days]) => ({ account, missing: all.filter((day) => !days.has(day) && !isCommon.has(day)) }))
    .filter(({ missing }) => missing.length > 0);
  for (const { account, missing } of own.slice(0, MAX_ACCOUNTS)) {
    yield { ...problem('notice', `Nothing was written on ${shown(missing, all)}.`, next), where: { account } };
  }
  if (own.length > MAX_ACCOUNTS) {
    yield problem('notice', `${own.length - MAX_ACCOUNTS} more accounts have days on which nothing was written.`, next);
  }
}

function shown(days: readonly string[], all: readonly string[]): string {
  const ranges = formatDays(days).split(', ');
  const more = ranges.length > MAX_GAPS ? ` and ${ranges.length - MAX_GAPS} more times` : '';
  return `${ranges.slice(0, MAX_GAPS).join(', ')}${more} (${days.length} of ${all.length} days)`;
}

const problem = (severity: Problem['severity'], message: string, next: string): Problem => ({
  code: 'empty',
  severity,
  message,
  next,
  where: {},
});
