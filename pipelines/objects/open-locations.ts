import { localFolder } from '../../collectors/objects/local-folder.ts';
import { localTree } from '../../collectors/objects/local-tree.ts';
import type { BucketList } from '../../core/naming-list.ts';
import type { ObjectSource } from '../../core/object.ts';
import type { ObjectTree } from '../../core/object-tree.ts';
import { OrgscopeError, type Problem } from '../../core/problem.ts';
import { isS3Location, parseS3Location } from '../../core/s3-location.ts';
import { accountNames } from '../account-names.ts';
import type { PipelineContext } from '../declare-pipeline.ts';
import type { ObjectLocations, ObjectSources } from './object-locations.ts';

/** Yields where a pipeline finds its objects: the location that `--source` names, one queue alone, or the lines of its list. */
export function openLocations(list: BucketList, context: PipelineContext): ObjectLocations {
  const { reach, source, backfill, live } = context;
  return {
    async sources() {
      if (live !== undefined) return { sources: [], queues: [live.queue], problems: [] };
      if (source !== undefined) return { sources: [notEmpty(await namedSource(source, reach))], queues: [], problems: [] };
      return listedSources(list, context);
    },
    ...(live !== undefined && { isOver: () => live.isOver() }),
    ...(backfill !== undefined && { backfill: { range: backfill, trees: () => trees(list, context) } }),
    reach,
    ...(source === undefined && { accountNames: accountNames(reach) }),
  };
}

async function namedSource(source: string, open: PipelineContext['reach']): Promise<ObjectSource> {
  if (!isS3Location(source)) return localFolder(source);
  const [reach, { s3Prefix }] = await Promise.all([open(), import('../../collectors/objects/s3-prefix.ts')]);
  return s3Prefix({ reach, identity: await reach.objectReader(), ...parseS3Location(source) });
}

async function listedSources(list: BucketList, context: PipelineContext): Promise<ObjectSources> {
  const [reach, { s3Prefix }] = await Promise.all([context.reach(), import('../../collectors/objects/s3-prefix.ts')]);
  const { targets, queues, problems } = await reach.bucketTargets(list);
  const sources = targets.map(({ origin: _, ...target }) => s3Prefix({ reach, ...target }));
  if (!context.queues || queues.length === 0) return { sources, queues: [], problems };
  const { sqsNotifications } = await import('../../collectors/objects/sqs-notifications.ts');
  return { sources, queues: queues.map((target) => sqsNotifications({ reach, target })), problems };
}

/** The folders of past days: of the location that --source names, else of the list's buckets. */
async function trees(
  list: BucketList,
  { reach: open, source }: PipelineContext,
): Promise<{ readonly trees: readonly ObjectTree[]; readonly problems: readonly Problem[] }> {
  if (source !== undefined && !isS3Location(source)) return { trees: [localTree(source)], problems: [] };
  const [reach, { s3Tree }] = await Promise.all([open(), import('../../collectors/objects/s3-tree.ts')]);
  if (source !== undefined) {
    return { trees: [s3Tree({ reach, identity: await reach.objectReader(), ...parseS3Location(source) })], problems: [] };
  }
  const { targets, problems } = await reach.bucketTargets(list);
  return { trees: targets.map(({ origin: _, ...target }) => s3Tree({ reach, ...target })), problems };
}

/** A --source that holds nothing is most likely misspelt; a line of a list may wait for its first delivery. */
function notEmpty(source: ObjectSource): ObjectSource {
  return {
    name: source.name,
    async *list(signal, trouble) {
      let found = false;
      for await (const object of source.list(signal, trouble)) {
        found = true;
        yield object;
      }
      if (!found) throw new OrgscopeError('empty', `There is no file in ${source.name}.`, 'Check the folder or the prefix.');
    },
  };
}
