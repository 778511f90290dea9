import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from './settings.ts';

/** Whose data: one's own or the sample's. Each has a folder of its own, so that they never mix. */
export interface World {
  readonly sample: boolean;
  /** Holds the store, `up.json` while `up` runs on it, and dead letters. */
  readonly folder: string;
  readonly store: string;
}

export function world(settings: Pick<Settings, 'data'>, sample: boolean): World {
  const folder = sample ? join(settings.data, 'sample') : settings.data;
  return { sample, folder, store: join(folder, 'orgscope.duckdb') };
}

/** Lists whose lines say whom to read; the other lists say what to read of these. */
const NAMING_LISTS = ['account.txt', 'account_s3.txt', 'bucket_s3.txt', 'trails.txt', 'billing.txt'];

/** Whether the user has named anything to read: a line that is neither empty nor a comment, understood or not. */
function namesOwn(lists: string): boolean {
  return NAMING_LISTS.some((name) => {
    try {
      return readFileSync(join(lists, name), 'utf8')
        .split('\n')
        .some((line) => line.trim() !== '' && !line.trim().startsWith('#'));
    } catch {
      return false;
    }
  });
}

type Choice = Pick<Settings, 'data' | 'lists' | 'organization' | 'sample'>;

/** For `run`: the sample until something of one's own is named. AWS is asked nothing before. */
export function worldToRun(settings: Choice, source: string | undefined): World {
  return world(settings, settings.sample || (source === undefined && !settings.organization && !namesOwn(settings.lists)));
}

/** For `up` and for questions: one's own as soon as there is any, since whoever has read files with --source wants to see them. */
export function worldToShow(settings: Choice): World {
  const own = world(settings, false);
  const hasOwn = settings.organization || existsSync(own.store) || namesOwn(settings.lists);
  return world(settings, settings.sample || !hasOwn);
}
