import type { BackfillRange } from '../core/api.ts';
import type { ObjectTree } from '../core/object-tree.ts';
import type { PlanContext, PlannedJob } from '../core/pipeline.ts';
import { OrgscopeError, type Problem, toProblem } from '../core/problem.ts';
import {
  daysOf,
  findTrailDays,
  findTrailPlaces,
  formatDays,
  monthsOf,
  type TrailDay,
  type TrailPlace,
} from './find-trail-days.ts';

export interface PlanDaysOptions {
  readonly trees: readonly ObjectTree[];
  readonly range: BackfillRange;
  readonly context: PlanContext;
  plannedJob(tree: ObjectTree, number: number, day: TrailDay): PlannedJob;
}

/** Accounts whose gaps are told one by one; more would hide what else the report says. */
const MAX_ACCOUNTS = 20;
/** Of an account's gaps. */
const MAX_GAPS = 12;

/**
 * Yields a job for each account, region and day on which CloudTrail wrote something, the newest day first over all accounts. Days are found a
 * month at a time while the jobs before them run; what had nothing is reported at the end.
 */
export async function* planDays({ trees, range, context, plannedJob }: PlanDaysOptions): AsyncIterable<PlannedJob> {
  const { signal, report } = context;
  const filter = {
    accounts: range.accounts === undefined ? undefined : new Set(range.accounts),
    regions: range.regions === undefined ? undefined : new Set(range.regions),
  };
  const found: { readonly tree: ObjectTree; readonly number: number; readonly places: readonly TrailPlace[] }[] = [];
  for (const [number, whole] of trees.entries()) {
    const tree = withoutClosedFolders(whole, report);
    try {
      found.push({ tree, number, places: await findTrailPlaces(tree, filter, signal) });
    } catch (error) {
      signal.throwIfAborted();
      report(toProblem(error, { object: tree.name }));
    }
  }
  const places = found.flatMap((each) => each.places);
  for (const problem of notFound(range, places, trees)) report(problem);
  if (places.length === 0) return;

  const all = daysOf(range);
  // The days on which each account had something, in any region: a quiet region writes nothing, and that is no gap.
  const seen = new Map(places.map(({ account }) => [account, new Set<string>()]));
  let planned = 0;
  for (const month of monthsOf(range)) {
    const days: { readonly tree: ObjectTree; readonly number: number; readonly day: TrailDay }[] = [];
    for (const { tree, number, places: ofTree } of found) {
      for (const day of await findTrailDays(tree, ofTree, month, range, signal)) days.push({ tree, number, day });
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
  for (const problem of gaps(all, seen)) report(problem);
}

/** The same tree, of which a folder that may not be listed costs only itself. The tree's own root is another matter. */
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

/** What was asked for and is not there at all. */
function* notFound({ accounts = [], regions = [] }: BackfillRange, places: readonly TrailPlace[], trees: readonly ObjectTree[]) {
  const where = trees.map(({ name }) => name).join(', ');
  const next = "Check the name, and that the trail is an organisation's or covers all regions.";
  if (places.length === 0) {
    yield problem(
      'failed',
      `No trail was found in ${where}.`,
      'Name the folder above AWSLogs. Trails that lie otherwise are read by "orgscope run trails".',
    );
    return;
  }
  for (const account of accounts.filter((id) => !places.some((place) => place.account === id))) {
    yield { ...problem('failed', `There is no trail of this account in ${where}.`, next), where: { account } };
  }
  for (const region of regions.filter((name) => !places.some((place) => place.region === name))) {
    yield { ...problem('failed', `There is no trail of this region in ${where}.`, next), where: { region } };
  }
}

/** Days on which nothing was written: those that all accounts share once, then what is missing of single ones. */
function* gaps(all: readonly string[], seen: ReadonlyMap<string, ReadonlySet<string>>): Iterable<Problem> {
  const accounts = [...seen].sort(([a], [b]) => (a < b ? -1 : 1));
  const next = 'Before an account or its trail existed, and after objects expired, this is as it should be.';
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
