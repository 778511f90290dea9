import pLimit from 'p-limit';
import type { ObjectTree } from '../../core/object-tree.ts';
import { OrgscopeError } from '../../core/problem.ts';

/** The folder of one account and region, below which AWS nests years, months and days. */
export interface RegionFolder {
  readonly account: string;
  readonly region: string;
  /** `…/account/service/region/` within the tree. */
  readonly path: string;
}

export interface RegionFilter {
  readonly accounts?: ReadonlySet<string> | undefined;
  readonly regions?: ReadonlySet<string> | undefined;
}

/** Folders asked for at once; `reach` has limits of its own. */
const CONCURRENCY = 8;
/** AWSLogs is looked for this deep, in this many folders: people put logs below a prefix, not below a tree of prefixes. */
const SEARCH_DEPTH = 4;
const SEARCH_FOLDERS = 200;

const ORGANISATION = /^o-[a-z0-9]+$/;
const ACCOUNT = /^\d{12}$/;
const REGION = /^[a-z]{2,5}(-[a-z]+)+-\d{1,2}$/;

/**
 * Yields the folders of accounts and regions in which a service's logs lie, as AWS nests them:
 * `[prefix/]AWSLogs/[o-organisation/]account/service/region/`. The tree may begin above AWSLogs or anywhere below it, down to one region.
 * `services` matches the names of the service's folders.
 */
export async function findRegionFolders(
  tree: ObjectTree,
  services: RegExp,
  filter: RegionFilter,
  signal: AbortSignal,
): Promise<RegionFolder[]> {
  const bounded = pLimit(CONCURRENCY);
  const folders = (path: string): Promise<readonly string[]> => bounded(() => tree.folders(path, signal));

  /** `level`: what names the next folder down. */
  async function descend(path: string, level: Level): Promise<RegionFolder[]> {
    const found = await Promise.all(
      (await folders(path)).map((name) => {
        const next = folderBelow(level, name, services, filter);
        if (next === undefined) return [];
        return next.region === undefined
          ? descend(`${path}${name}/`, next)
          : [{ account: next.account ?? '', region: next.region, path: `${path}${name}/` }];
      }),
    );
    return found.flat();
  }

  const given = levelOf(tree.name, services);
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

/** Which of the levels below AWSLogs were passed. */
interface Level {
  readonly organisation?: string;
  readonly account?: string;
  readonly service?: string;
  readonly region?: string;
}

/** The level one folder further down; undefined for a folder that holds no logs of the service, or was not asked for. */
function folderBelow(level: Level, name: string, services: RegExp, { accounts, regions }: RegionFilter): Level | undefined {
  if (level.account === undefined) {
    if (ACCOUNT.test(name)) return accounts?.has(name) === false ? undefined : { ...level, account: name };
    return level.organisation === undefined && ORGANISATION.test(name) ? { organisation: name } : undefined;
  }
  if (level.service === undefined) return services.test(name) ? { ...level, service: name } : undefined;
  return REGION.test(name) && regions?.has(name) !== false ? { ...level, region: name } : undefined;
}

/** Where the tree begins, by its own name; undefined where that is above AWSLogs. */
function levelOf(name: string, services: RegExp): Level | 'wrong' | undefined {
  const [, below] = /(?:^|\/)AWSLogs(\/.*)?$/.exec(name) ?? [];
  if (below === undefined) return /(?:^|\/)AWSLogs\/?$/.test(name) ? {} : undefined;
  let level: Level = {};
  for (const folder of below.split('/').filter((part) => part !== '')) {
    if (level.region !== undefined) return 'wrong';
    const next = folderBelow(level, folder, services, {});
    // A folder that is called AWSLogs and was not made by AWS.
    if (next === undefined) return undefined;
    level = next;
  }
  return level;
}

/** The AWSLogs folders of the tree; or its root, where accounts lie directly in it, as in a copy of AWSLogs. */
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
    // AWSLogs folders of one bucket lie side by side, not one within the other's prefix.
    if (found.length > 0) return found;
    level = next;
  }
  return found;
}
