import { DATASETS } from '../core/declared-datasets.ts';
import type { BucketList } from '../core/naming-list.ts';
import { QUEUE_LISTS } from '../core/pipeline-facts.ts';
import type { Problem } from '../core/problem.ts';
import type { Identities } from './identities.ts';
import { type ListFolder, resolveAll } from './list-folder.ts';
import type { BucketDiscovery, BucketTarget, Identity, QueueTarget } from './reach.ts';
import { readBucketList } from './read-bucket-list.ts';
import { lineProblem, originOf, type Reader } from './read-list.ts';

/** The buckets and queues of a list, each with the identity that reads it. */
export async function listBuckets(
  identities: Identities,
  folder: ListFolder,
  { file, objects, queues: takesQueues, datasets: takesDatasets }: BucketList,
): Promise<BucketDiscovery> {
  const lines = folder.read(file);
  const datasets = takesDatasets === true ? DATASETS.map(({ name }) => name) : [];
  const { entries, queues: named, problems: listProblems } = readBucketList(lines, await folder.profilesFor(lines), datasets);
  const problems: Problem[] = [...listProblems];
  // Objects that are only listed are stored under their reader's account, which STS must answer. Objects that are read contain their account.
  const readerOf = async (reader: Reader | undefined): Promise<Identity> => {
    if (objects === 'read') return identities.objectReader(reader);
    return reader === undefined ? identities.caller() : identities.reader(reader);
  };
  const queueEntries = takesQueues === true ? named : [];
  for (const { line } of takesQueues === true ? [] : named) {
    problems.push(
      lineProblem(line, 'malformed', `${file} names buckets, not queues`, `Name queues in ${QUEUE_LISTS.join(' or ')}.`),
    );
  }
  const found = await resolveAll(entries, problems, async ({ line, bucket, prefix, reader, dataset }): Promise<BucketTarget> => {
    const identity = await readerOf(reader);
    return { bucket, prefix, identity, ...(dataset && { dataset }), origin: originOf(line) };
  });
  const queues = await resolveAll(queueEntries, problems, async ({ line, queue, reader, dataset }): Promise<QueueTarget> => {
    const identity = await readerOf(reader);
    const { url, regional, region = identity.homeRegion } = queue;
    return { url, region, regional, identity, ...(dataset && { dataset }), origin: originOf(line) };
  });
  if (lines.length === 0) problems.push(folder.emptyList(file, 'Name buckets in it, one a line.'));
  return { targets: found.map(({ value }) => value), queues: queues.map(({ value }) => value), problems };
}
