import pLimit from 'p-limit';
import type { ObjectTree } from '../../core/object-tree.ts';
import { OrgscopeError } from '../../core/problem.ts';

/** The folder of one account and region, below which AWS nests years, months and days. */
export interface RegionFolder {
  readonly account: string;
  /** Empty where no folder has the name of a region. */
  readonly region: string;
  /** `…/account/service/region/` within the tree. */
  readonly path: string;
  /** Its folders are named as Hive names partitions: `year=2026/month=11/day=21/`. */
  readonly hive?: boolean;
}

/** How a pipeline's logs lie below the folder of an account. */
export interface FolderLayout {
  /** Matches the names of the services' folders. */
  readonly services: Pick<RegExp, 'test'>;
  /** Beside the folder of a region there may be others above those of the years, such as that of a firewall or a VPC; or none of a region. */
  readonly others?: boolean;
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

/** At most so many folders lie between those of a service and of its years. */
const OTHER_DEPTH = 4;

const ORGANISATION = /^o-[a-z0-9]+$/;
const ACCOUNT = /^(?:aws-account-id=)?(\d{12})$/;
const SERVICE = /^(?:aws-service=)?(.+)$/;
const REGION = /^(?:aws-region=)?([a-z]{2,5}(?:-[a-z]+)+-\d{1,2})$/;
const YEAR = /^(year=)?\d{4}$/;

/**
 * Yields the folders of accounts and regions in which services' logs lie, as AWS nests them:
 * `[prefix/]AWSLogs/[o-organisation/]account/service/region/`. The tree may begin above AWSLogs or anywhere below it, down to one region.
 */
export async function findRegionFolders(
  tree: ObjectTree,
  layout: FolderLayout,
  filter: RegionFilter,
  signal: AbortSignal,
): Promise<RegionFolder[]> {
  const bounded = pLimit(CONCURRENCY);
  const folders = (path: string): Promise<readonly string[]> => bounded(() => tree.folders(path, signal));

  /** `level`: what names the next folder down. */
  async function descend(path: string, level: Level): Promise<RegionFolder[]> {
    const { account = '', region = '' } = level;
    if (layout.others !== true && level.region !== undefined) return [{ account, region, path }];
    const names = await folders(path);
    const year = level.service === undefined ? undefined : names.find((name) => YEAR.test(name));
    if (layout.others === true && year !== undefined) return [{ account, region, path, hive: year.startsWith('year=') }];
    const found = await Promise.all(
      names.map((name) => {
        const next = folderBelow(level, name, layout, filter);
        return next === undefined ? [] : descend(`${path}${name}/`, next);
      }),
    );
    return found.flat();
  }

  const given = levelOf(tree.name, layout);
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
    if (region !== undefined && filter.regions?.has(region) === false) return [];
    return descend('', given);
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
  /** How many other folders, where the layout has some. */
  readonly others?: number;
}

/** The level one folder further down; undefined for a folder that holds no logs of the services, or was not asked for. */
function folderBelow(level: Level, name: string, layout: FolderLayout, { accounts, regions }: RegionFilter): Level | undefined {
  if (level.account === undefined) {
    const account = ACCOUNT.exec(name)?.[1];
    if (account !== undefined) return accounts?.has(account) === false ? undefined : { ...level, account };
    return level.organisation === undefined && ORGANISATION.test(name) ? { organisation: name } : undefined;
  }
  const region = level.region === undefined ? REGION.exec(name)?.[1] : undefined;
  const isWanted = region === undefined || regions?.has(region) !== false;
  if (level.service === undefined) {
    const service = SERVICE.exec(name)?.[1] ?? '';
    if (!layout.services.test(service)) return undefined;
    // The folders of S3's access logs name the region where those of other logs name the service.
    if (layout.others !== true || region === undefined) return { ...level, service };
    return isWanted ? { ...level, service, region } : undefined;
  }
  if (region !== undefined) return isWanted ? { ...level, region } : undefined;
  const { others = 0 } = level;
  return layout.others === true && others < OTHER_DEPTH && !YEAR.test(name) ? { ...level, others: others + 1 } : undefined;
}

/** Where the tree begins, by its own name; undefined where that is above AWSLogs. */
function levelOf(name: string, layout: FolderLayout): Level | 'wrong' | undefined {
  const [, below] = /(?:^|\/)AWSLogs(\/.*)?$/.exec(name) ?? [];
  if (below === undefined) return /(?:^|\/)AWSLogs\/?$/.test(name) ? {} : undefined;
  let level: Level = {};
  for (const folder of below.split('/').filter((part) => part !== '')) {
    const isBelow = layout.others === true ? YEAR.test(folder) : level.region !== undefined;
    if (isBelow) return 'wrong';
    const next = folderBelow(level, folder, layout, {});
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
