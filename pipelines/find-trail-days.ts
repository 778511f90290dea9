import pLimit from 'p-limit';
import type { ObjectTree } from '../core/object-tree.ts';
import { OrgscopeError } from '../core/problem.ts';

/** The folder of one account and region, below which CloudTrail nests years, months and days. */
export interface TrailPlace {
  readonly account: string;
  readonly region: string;
  /** `…/account/CloudTrail/region/` within the tree. */
  readonly path: string;
}

/** What CloudTrail wrote of one account and region on one day. */
export interface TrailDay {
  readonly account: string;
  readonly region: string;
  /** `2026-11-20` */
  readonly day: string;
  /** Its folders: those of Insight events lie beside the others. */
  readonly paths: readonly string[];
}

export interface PlaceFilter {
  readonly accounts?: ReadonlySet<string> | undefined;
  readonly regions?: ReadonlySet<string> | undefined;
}

/** Folders asked for at once; `reach` has limits besides. */
const CONCURRENCY = 8;
/** AWSLogs is looked for this deep, in this many folders: people put trails below a prefix, not below a tree of them. */
const SEARCH_DEPTH = 4;
const SEARCH_FOLDERS = 200;

const ORGANISATION = /^o-[a-z0-9]+$/;
const ACCOUNT = /^\d{12}$/;
const REGION = /^[a-z]{2,5}(-[a-z]+)+-\d{1,2}$/;
/** Digests hold hashes, not events. */
const SERVICE = /^CloudTrail(?!-Digest)/;

/**
 * Yields where trails lie in a tree, as AWS nests them: `[prefix/]AWSLogs/[o-organisation/]account/CloudTrail/region/`. The tree may begin above
 * AWSLogs or anywhere below it, down to one region.
 */
export async function findTrailPlaces(tree: ObjectTree, filter: PlaceFilter, signal: AbortSignal): Promise<TrailPlace[]> {
  const bounded = pLimit(CONCURRENCY);
  const folders = (path: string): Promise<readonly string[]> => bounded(() => tree.folders(path, signal));

  /** `level`: what names the next folder down. */
  async function descend(path: string, level: Level): Promise<TrailPlace[]> {
    const found = await Promise.all(
      (await folders(path)).map((name) => {
        const next = step(level, name, filter);
        if (next === undefined) return [];
        return next.region === undefined
          ? descend(`${path}${name}/`, next)
          : [{ account: next.account ?? '', region: next.region, path: `${path}${name}/` }];
      }),
    );
    return found.flat();
  }

  const given = levelOf(tree.name);
  if (given === 'wrong') {
    throw new OrgscopeError(
      'usage',
      `${tree.name} lies below the folder of a region.`,
      'Name a folder above it, and the days with --from and --to.',
      { object: tree.name },
    );
  }
  if (given !== undefined) {
    const { account, region } = given;
    if (account !== undefined && filter.accounts?.has(account) === false) return [];
    if (region === undefined) return descend('', given);
    return filter.regions?.has(region) === false ? [] : [{ account: account ?? '', region, path: '' }];
  }
  const roots = await findRoots(folders);
  return (await Promise.all(roots.map((root) => descend(root, {})))).flat();
}

/** Which of the levels below AWSLogs are behind us. */
interface Level {
  readonly organisation?: string;
  readonly account?: string;
  readonly service?: string;
  readonly region?: string;
}

/** One folder further down; undefined for what is no trail's, or not asked for. */
function step(level: Level, name: string, { accounts, regions }: PlaceFilter): Level | undefined {
  if (level.account === undefined) {
    if (ACCOUNT.test(name)) return accounts?.has(name) === false ? undefined : { ...level, account: name };
    return level.organisation === undefined && ORGANISATION.test(name) ? { organisation: name } : undefined;
  }
  if (level.service === undefined) return SERVICE.test(name) ? { ...level, service: name } : undefined;
  return REGION.test(name) && regions?.has(name) !== false ? { ...level, region: name } : undefined;
}

/** Where the tree begins, by its own name; undefined where that is above AWSLogs. */
function levelOf(name: string): Level | 'wrong' | undefined {
  const [, below] = /(?:^|\/)AWSLogs(\/.*)?$/.exec(name) ?? [];
  if (below === undefined) return /(?:^|\/)AWSLogs\/?$/.test(name) ? {} : undefined;
  let level: Level = {};
  for (const folder of below.split('/').filter((part) => part !== '')) {
    if (level.region !== undefined) return 'wrong';
    const next = step(level, folder, {});
    // Not AWS's own AWSLogs.
    if (next === undefined) return undefined;
    level = next;
  }
  return level;
}

/** The AWSLogs folders below; or the root itself, where accounts lie directly in it, as in a copy of AWSLogs. */
async function findRoots(folders: (path: string) => Promise<readonly string[]>): Promise<readonly string[]> {
  const found: string[] = [];
  let level = [''];
  let looked = 0;
  for (let depth = 0; depth < SEARCH_DEPTH && level.length > 0; depth++) {
    const next: string[] = [];
    for (const path of level) {
      if (looked++ >= SEARCH_FOLDERS) return found;
      const names = await folders(path);
      if (names.includes('AWSLogs')) found.push(`${path}AWSLogs/`);
      else if (depth === 0 && names.some((name) => ACCOUNT.test(name) || ORGANISATION.test(name))) return [''];
      else next.push(...names.map((name) => `${path}${name}/`));
    }
    // Trails of one bucket lie side by side, not one within the other's prefix.
    if (found.length > 0) return found;
    level = next;
  }
  return found;
}

/** Yields the days of one month on which something was written, the newest first; within a day by account and region. */
export async function findTrailDays(
  tree: ObjectTree,
  places: readonly TrailPlace[],
  month: string,
  { from, to }: { readonly from: string; readonly to: string },
  signal: AbortSignal,
): Promise<TrailDay[]> {
  const bounded = pLimit(CONCURRENCY);
  const paths = new Map<string, string[]>();
  await Promise.all(
    places.map((place) =>
      bounded(async () => {
        const path = `${place.path}${month.replace('-', '/')}/`;
        for (const name of await tree.folders(path, signal)) {
          const day = `${month}-${name}`;
          if (!/^\d{2}$/.test(name) || day < from || day > to) continue;
          const key = `${day} ${place.account} ${place.region}`;
          const known = paths.get(key);
          if (known === undefined) paths.set(key, [`${path}${name}/`]);
          else known.push(`${path}${name}/`);
        }
      }),
    ),
  );
  const days = [...paths].map(([key, found]): TrailDay => {
    const [day = '', account = '', region = ''] = key.split(' ');
    return { account, region, day, paths: found.sort() };
  });
  return days.sort((a, b) => compare(b.day, a.day) || compare(a.account, b.account) || compare(a.region, b.region));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** `2026-11`, `2026-10`, …: the months from the one to the other, the newest first. */
export function monthsOf({ from, to }: { readonly from: string; readonly to: string }): string[] {
  const months: string[] = [];
  for (let month = to.slice(0, 7); month >= from.slice(0, 7); ) {
    months.push(month);
    const [year = 0, number = 0] = month.split('-').map(Number);
    month = number === 1 ? `${year - 1}-12` : `${year}-${String(number - 1).padStart(2, '0')}`;
  }
  return months;
}

const DAY_MS = 86_400_000;

/** All days from the one to the other, both included. */
export function daysOf({ from, to }: { readonly from: string; readonly to: string }): string[] {
  const days: string[] = [];
  for (let time = Date.parse(from); time <= Date.parse(to); time += DAY_MS) days.push(new Date(time).toISOString().slice(0, 10));
  return days;
}

/** `2026-01-01 to 2026-01-03, 2026-01-07`: days in order, for people. */
export function formatDays(days: readonly string[]): string {
  const ranges: { first: string; last: string }[] = [];
  for (const day of days) {
    const range = ranges.at(-1);
    if (range !== undefined && Date.parse(day) - Date.parse(range.last) === DAY_MS) range.last = day;
    else ranges.push({ first: day, last: day });
  }
  return ranges.map(({ first, last }) => (first === last ? first : `${first} to ${last}`)).join(', ');
}
