import { basename } from 'node:path';
import { z } from 'zod';
import type { Reach } from '../../aws/reach.ts';
import type { ObjectRef, SourceObject } from '../../core/object.ts';
import { OrgscopeError } from '../../core/problem.ts';
import { localFile } from './local-folder.ts';

const size = z.number().min(0);
const modified = z.number();

/** An object as a job's payload names it. */
export const objectRef: z.ZodType<ObjectRef> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('file'), path: z.string().min(1), bytes: z.string().exactOptional(), size, modified }),
  z.object({
    type: z.literal('s3'),
    bucket: z.string().min(1),
    key: z.string().min(1),
    etag: z.string(),
    size,
    modified,
    region: z.string().min(1),
    reader: z.string().exactOptional(),
    dataset: z.string().exactOptional(),
  }),
]);

/** Yields an object that another process has listed. Nothing is read yet: a file that is not on this machine fails when it is opened. */
export async function reviveObject(ref: ObjectRef, reach: (() => Promise<Reach>) | undefined): Promise<SourceObject> {
  if (ref.type === 'file') {
    const path = ref.bytes === undefined ? ref.path : Buffer.from(ref.bytes, 'base64');
    return localFile(path, basename(ref.path), { size: ref.size, mtimeMs: ref.modified });
  }
  if (reach === undefined) {
    throw new OrgscopeError('unexpected', `s3://${ref.bucket}/${ref.key} can't be read by a process that does not use AWS`, '');
  }
  const [opened, { s3Object }] = await Promise.all([reach(), import('./s3-prefix.ts')]);
  return s3Object({ reach: opened, identity: await opened.objectReader(ref.reader) }, ref, ref.key);
}
