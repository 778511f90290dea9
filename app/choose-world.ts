import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readList } from '../aws/read-list.ts';
import { toProblem } from '../core/problem.ts';
import type { Settings } from './settings.ts';
import { shownPath } from './shown-path.ts';
import type { EnginePlace } from './store-place.ts';

/** Whose data: one's own or the sample's, which never mix. Each has a store file of its own; an engine holds one of the two, and says which. */
export interface World {
  readonly sample: boolean;
  /** Asked for, so that an engine with the other's data is refused. Otherwise the engine's data decide. */
  readonly firm: boolean;
  /** Holds the embedded store, `up.json` while `up` runs on it, and its dead letters. */
  readonly folder: string;
  readonly store: { readonly type: 'duckdb'; readonly path: string } | EnginePlace;
}

type Place = Pick<Settings, 'data' | 'store'>;

export function world({ data, store }: Place, sample: boolean, firm = true): World {
  const folder = sample ? join(data, 'sample') : data;
  const place = store.type === 'engine' ? store : { type: store.type, path: join(folder, 'orgscope.duckdb') };
  return { sample, firm, folder, store: place };
}

/** The store's name for people. */
export const shownStore = ({ store }: World): string => (store.type === 'engine' ? store.name : shownPath(store.path));

/** Lists whose lines say whom to read; the other lists say what to read of these. */
const NAMING_LISTS = ['account.txt', 'account_s3.txt', 'bucket_s3.txt', 'trails.txt', 'billing.txt'];

/** Whether the user has named anything to read: a line that is neither empty nor a comment, understood or not. */
function namesOwn(lists: string): boolean {
  return NAMING_LISTS.some((name) => {
    try {
      return readList(join(lists, name)).length > 0;
    } catch (error) {
      return toProblem(error).code === 'malformed';
    }
  });
}

type Choice = Place & Pick<Settings, 'lists' | 'organization' | 'sample'>;

/** For `run`: the sample until something of one's own is named. AWS is asked nothing before. */
export function worldToRun(settings: Choice, source: string | undefined): World {
  return world(settings, settings.sample || (source === undefined && !settings.organization && !namesOwn(settings.lists)));
}

/** For `up` and for questions: one's own as soon as there is any, since whoever has read files with --source wants to see them. */
export function worldToShow(settings: Choice): World {
  const named = settings.organization || namesOwn(settings.lists);
  if (settings.store.type === 'engine') return world(settings, settings.sample || !named, settings.sample || named);
  const hasOwn = named || existsSync(join(settings.data, 'orgscope.duckdb'));
  return world(settings, settings.sample || !hasOwn);
}
