import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readList } from '../aws/read-list.ts';
import { NAMING_LISTS } from '../core/pipeline-facts.ts';
import { toProblem } from '../core/problem.ts';
import type { Settings } from './settings.ts';
import { shownPath } from './shown-path.ts';
import type { EngineLocation } from './store-location.ts';

/** Whose data: the user's or the sample's, which never mix. Each has its own store file; an engine holds one of the two and says which. */
export interface World {
  readonly sample: boolean;
  /** The user asked for this one, so an engine that holds the other is refused. Otherwise the engine's data decide. */
  readonly explicit: boolean;
  /** Holds the embedded store, `up.json` while `up` runs on it, and its dead letters. */
  readonly folder: string;
  readonly store: { readonly type: 'duckdb'; readonly path: string } | EngineLocation;
}

type Place = Pick<Settings, 'data' | 'store'>;

export function world({ data, store }: Place, sample: boolean, explicit = true): World {
  const folder = sample ? join(data, 'sample') : data;
  const place = store.type === 'engine' ? store : { type: store.type, path: join(folder, 'orgscope.duckdb') };
  return { sample, explicit, folder, store: place };
}

/** The store's name for people. */
export const shownStore = ({ store }: World): string => (store.type === 'engine' ? store.name : shownPath(store.path));

/** Whether the user has named anything to read: a line that is neither empty nor a comment, understood or not. */
function namesOwn(lists: string): boolean {
  return NAMING_LISTS.some(({ file }) => {
    try {
      return readList(join(lists, file)).length > 0;
    } catch (error) {
      return toProblem(error).code === 'malformed';
    }
  });
}

type Choice = Place & Pick<Settings, 'lists' | 'organization' | 'sample'>;

/** For `run`: the sample until the user names something to read. Until then AWS is asked nothing. */
export function worldToRun(settings: Choice, source: string | undefined): World {
  return world(settings, settings.sample || (source === undefined && !settings.organization && !namesOwn(settings.lists)));
}

/** For `up` and for questions: the user's data as soon as there are any, also those that a run with --source has read. */
export function worldToShow(settings: Choice): World {
  const named = settings.organization || namesOwn(settings.lists);
  if (settings.store.type === 'engine') return world(settings, settings.sample || !named, settings.sample || named);
  const hasOwn = named || existsSync(join(settings.data, 'orgscope.duckdb'));
  return world(settings, settings.sample || !hasOwn);
}
