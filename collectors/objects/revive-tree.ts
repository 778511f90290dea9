import { z } from 'zod';
import type { Reach } from '../../aws/reach.ts';
import type { ObjectTree, TreeRef } from '../../core/object-tree.ts';
import { OrgscopeError } from '../../core/problem.ts';
import { localTree } from './local-tree.ts';

/** A tree as a job's payload names it. */
export const treeRef: z.ZodType<TreeRef> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('folder'), path: z.string().min(1) }),
  z.object({
    type: z.literal('s3'),
    bucket: z.string().min(1),
    prefix: z.string(),
    reader: z.string().exactOptional(),
    dataset: z.string().exactOptional(),
  }),
]);

/** Yields a tree that another process has opened. */
export async function reviveTree(ref: TreeRef, reach: (() => Promise<Reach>) | undefined): Promise<ObjectTree> {
  if (ref.type === 'folder') return localTree(ref.path);
  if (reach === undefined) {
    throw new OrgscopeError(
      'unexpected',
      `s3://${ref.bucket}/${ref.prefix} can't be read by a process that does not use AWS`,
      '',
    );
  }
  const [opened, { s3Tree }] = await Promise.all([reach(), import('./s3-tree.ts')]);
  const { bucket, prefix, dataset } = ref;
  return s3Tree({ reach: opened, identity: await opened.objectReader(ref.reader), bucket, prefix, ...(dataset && { dataset }) });
}
