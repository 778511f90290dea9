import type { PipelineName } from './batch.ts';
import { PIPELINES } from './declared-pipelines.ts';
import type { BucketList, NamingList } from './naming-list.ts';
import type { IndexView } from './query.ts';
import type { Schedule } from './schedule.ts';

/** What is known of a pipeline without loading what runs it: the plain data of its declaration in `pipelines/`. */
export interface PipelineFacts {
  readonly name: PipelineName;
  /** What it reads, in a few words for help and docs: `CloudTrail events`. */
  readonly summary: string;
  /**
   * Where the user names what it reads. The first list is the one that messages point to. While no list of any pipeline names anything, orgscope shows
   * the sample organisation.
   */
  readonly lists: readonly [NamingList, ...NamingList[]];
  /** The views that it writes documents to. */
  readonly views: readonly IndexView[];
  /** How many of its jobs run at once in one process. */
  readonly concurrency: number;
  /** What `--source` may name in place of the lists; where it may name nothing, what to do instead. */
  readonly source: { readonly takes: 'folder or s3' | 's3' } | { readonly takes: 'nothing'; readonly next: string };
  /** It can read past days (`backfill`): how its objects must lie for that, for help. */
  readonly backfill?: { readonly layout: string };
  /** When `up` runs it unless lists/schedules.txt says otherwise; default: as `--every` says. */
  readonly schedule?: Schedule;
}

export function factsOf(name: PipelineName): PipelineFacts {
  return PIPELINES.find((each) => each.name === name) as PipelineFacts;
}

/** The pipelines that write a view. */
export const writersOf = (view: IndexView): readonly PipelineName[] =>
  PIPELINES.flatMap(({ name, views }) => (views.includes(view) ? [name] : []));

/** Every list that names something to read, each once, in the order of the pipelines. */
export const NAMING_LISTS: readonly NamingList[] = [
  ...new Map(PIPELINES.flatMap(({ lists }) => lists).map((list) => [list.file, list])).values(),
];

/** The files of the lists whose lines may name queues. */
export const QUEUE_LISTS: readonly string[] = NAMING_LISTS.flatMap((list) => (takesQueues(list) ? [list.file] : []));

export function takesQueues(list: NamingList): list is BucketList {
  return list.names === 'buckets' && list.queues === true;
}
