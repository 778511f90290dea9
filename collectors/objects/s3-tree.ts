import { readerWord } from '../../aws/reader-word.ts';
import type { ObjectTree } from '../../core/object-tree.ts';
import { bucketRegion } from '../s3/bucket-region.ts';
import { decodeS3Key, listPages } from '../s3/list-objects.ts';
import { type S3PrefixOptions, s3Prefix } from './s3-prefix.ts';

/** Yields the folders of a bucket below a prefix: the parts of keys up to the next slash. */
export function s3Tree(options: S3PrefixOptions): ObjectTree {
  const { reach, identity, bucket, dataset } = options;
  const target = { reach, identity, bucket, account: identity.account ?? identity.key };
  const reader = readerWord(identity);
  const root = options.prefix === '' || options.prefix.endsWith('/') ? options.prefix : `${options.prefix}/`;
  // Asked for once, since thousands of folders may be listed.
  let region: Promise<string> | undefined;

  return {
    name: `s3://${bucket}/${root}`,
    ref: { type: 's3', bucket, prefix: root, ...(reader === undefined ? {} : { reader }), ...(dataset && { dataset }) },
    async folders(path, signal) {
      region ??= bucketRegion(target, signal);
      const where = await region.catch((error) => {
        region = undefined;
        throw error;
      });
      const prefix = root + path;
      const names: string[] = [];
      for await (const page of listPages({ ...target, prefix, region: where }, { delimiter: '/' }, signal)) {
        for (const { Prefix = '' } of page.CommonPrefixes ?? []) {
          const folder = page.EncodingType === 'url' ? decodeS3Key(Prefix) : Prefix;
          names.push(folder.slice(prefix.length, -1));
        }
      }
      return names;
    },
    below: (path) => s3Prefix({ reach, identity, bucket, prefix: root + path, ...(dataset && { dataset }) }),
  };
}
