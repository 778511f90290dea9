import type { Reach } from '../../aws/reach.ts';
import type { NotificationQueue } from '../../collectors/objects/sqs-notifications.ts';
import type { BackfillRange } from '../../core/api/runs.ts';
import type { ObjectSource } from '../../core/object.ts';
import type { ObjectTree } from '../../core/object-tree.ts';
import type { Problem } from '../../core/problem.ts';
import type { AccountNames } from '../account-names.ts';

export interface ObjectSources {
  /** Folders and prefixes whose objects are listed. */
  readonly sources: readonly ObjectSource[];
  /** Queues that announce new objects. */
  readonly queues?: readonly NotificationQueue[];
  /** Lines of a list that could not be understood. */
  readonly problems: readonly Problem[];
}

/** Where a pipeline finds its objects. Nothing is opened before it is asked for. */
export interface ObjectLocations {
  /** Asked once per run. */
  sources(): Promise<ObjectSources>;
  /** Queues are received from until this is true, asked after each long poll; without it until a poll brings nothing, and then closed. */
  readonly isOver?: () => boolean;
  /** Only these days of these trees, in place of `sources`. */
  readonly backfill?: {
    readonly range: BackfillRange;
    trees(): Promise<{ readonly trees: readonly ObjectTree[]; readonly problems: readonly Problem[] }>;
  };
  /** What opens the objects of jobs that were planned elsewhere; without it, those of folders only. */
  readonly reach?: () => Promise<Reach>;
  /** For `cloud.account.name`. Absent where `--source` names the objects: these are read without asking AWS for accounts. */
  readonly accountNames?: AccountNames;
}
