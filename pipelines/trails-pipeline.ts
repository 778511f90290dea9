import type { AddressLocation } from '../core/address-location.ts';
import type { Pipeline } from '../core/pipeline.ts';
import { createTrailEncoder, type EncodeTrailOptions } from '../processors/encode-trail-event.ts';
import { createTrailReader } from '../processors/parse-cloudtrail.ts';
import { recognizeTrailObject } from '../processors/recognize-trail-object.ts';
import { type FolderLayout, findRegionFolders } from './objects/find-region-folders.ts';
import type { ObjectFormat } from './objects/object-format.ts';
import { type ObjectsOptions, objectsPipeline } from './objects/objects-pipeline.ts';

export interface TrailsOptions extends ObjectsOptions {
  /** The location and the network of an IP address, for `source.geo` and `source.as`. */
  readonly locate?: ((ip: string) => AddressLocation | undefined) | undefined;
  /** Also keeps each record as text, in `event.original`. */
  readonly preserveOriginal?: boolean;
}

/** Folders of events; those of digests hold hashes. */
const LAYOUT: FolderLayout = { services: /^CloudTrail(?!-Digest)/ };

/** CloudTrail objects from S3 or folders, to ECS documents in `awscli-trail-*`. */
export function trailsPipeline({ locate, preserveOriginal, ...options }: TrailsOptions): Pipeline {
  // Shared by all objects: what it remembers of callers helps the next object too. Encoding one record is synchronous.
  const encode = createTrailEncoder();

  const format = (isJson: boolean): ObjectFormat => ({
    type: 'stream',
    open({ account, accountName }) {
      const reader = createTrailReader({ isJson });
      const context = { account, accountName, ingested: '', locate, preserveOriginal } satisfies EncodeTrailOptions;
      return {
        reader,
        encode(ingested) {
          context.ingested = ingested;
          return encode(context);
        },
      };
    },
  });
  const mustBeJson = format(true);
  const mayBeJson = format(false);

  return objectsPipeline(
    {
      name: 'trails',
      records: 'CloudTrail events',
      hint: 'Check the prefix: it should be the one above AWSLogs, or any folder of such files.',
      recognize(name) {
        const object = recognizeTrailObject(name);
        if (object.type === 'other') return object;
        return { type: 'ours', account: object.account, format: object.isJson ? mustBeJson : mayBeJson };
      },
      days: { noun: 'trails', find: (tree, filter, signal) => findRegionFolders(tree, LAYOUT, filter, signal) },
    },
    options,
  );
}
