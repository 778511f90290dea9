import pLimit from 'p-limit';
import { compareText } from '../../core/compare-text.ts';
import type { ObjectTree } from '../../core/object-tree.ts';
import type { RegionFolder } from './find-region-folders.ts';

/** What was written of one account and region on one day. */
export interface RegionDay {
  readonly account: string;
  readonly region: string;
  /** `2026-11-20` */
  readonly day: string;
  /** Its folders: a service may have several, as CloudTrail has one for Insight events. */
  readonly paths: readonly string[];
}

/** Folders asked for at once; `reach` has limits of its own. */
const CONCURRENCY = 8;

const DAY = /^(?:day=)?(\d{2})$/;

/** Yields the days of one month on which something was written, the newest first; within a day by account and region. */
export async function findDays(
  tree: ObjectTree,
  folders: readonly RegionFolder[],
  month: string,
  { from, to }: { readonly from: string; readonly to: string },
  signal: AbortSignal,
): Promise<RegionDay[]> {
  const bounded = pLimit(CONCURRENCY);
  const paths = new Map<string, string[]>();
  await Promise.all(
    folders.map((folder) =>
      bounded(async () => {
        const below = folder.hive === true ? `year=${month.replace('-', '/month=')}` : month.replace('-', '/');
        const path = `${folder.path}${below}/`;
        for (const name of await tree.folders(path, signal)) {
          const [, date] = DAY.exec(name) ?? [];
          const day = `${month}-${date}`;
          if (date === undefined || day < from || day > to) continue;
          const key = `${day} ${folder.account} ${folder.region}`;
          const known = paths.get(key);
          if (known === undefined) paths.set(key, [`${path}${name}/`]);
          else known.push(`${path}${name}/`);
        }
      }),
    ),
  );
  const days = [...paths].map(([key, found]): RegionDay => {
    const [day = '', account = '', region = ''] = key.split(' ');
    return { account, region, day, paths: found.sort() };
  });
  return days.sort((a, b) => compareText(b.day, a.day) || compareText(a.account, b.account) || compareText(a.region, b.region));
}
