import { DAY_MS } from '../core/day-ms.ts';
import { type Document, dailyIndex, documentId } from '../core/document.ts';
import { type Sweep, sweepKey } from '../core/sweep.ts';

/** The properties that all objects of one listing share. */
export interface S3Listing {
  readonly sweep: Sweep;
  readonly partition: string;
  readonly bucket: string;
  readonly accountName: string | undefined;
}

/** An object as S3 lists it. */
export interface ListedS3Object {
  readonly Key: string;
  readonly LastModified?: Date | undefined;
  readonly ETag?: string | undefined;
  readonly Size?: number | undefined;
  readonly StorageClass?: string | undefined;
}

export interface S3ObjectEncoder {
  /** The documents of an object for its history and its current state. */
  object(object: ListedS3Object): readonly [Document, Document];
  /**
   * The totals of objects and bytes per storage class of all encoded objects, for history and current state. A later total of the
   * same day replaces the earlier one in the history, so that several sweeps a day do not add up.
   */
  totals(): readonly Document[];
}

/**
 * Encodes each object of one listing for its history and its current state, with the fields that all resources have. Buckets hold
 * millions of objects, so the parts that are the same for all of them are encoded once.
 */
export function s3ObjectEncoder(listing: S3Listing): S3ObjectEncoder {
  const { sweep, partition, bucket, accountName } = listing;
  const time = new Date(sweep.time).toISOString();
  const index = dailyIndex('awscli-', time);
  const arnPrefix = `arn:${partition}:s3:::${bucket}/`;
  const head = `${JSON.stringify({
    '@timestamp': time,
    event: { kind: 'asset', module: 'orgscope', dataset: 'orgscope.inventory', action: 's3:ListObjectsV2' },
    cloud: {
      provider: 'aws',
      account: { id: sweep.account, name: accountName },
      region: sweep.region,
      service: { name: 's3' },
    },
    orgscope: { sweep: sweepKey(sweep) },
  }).slice(0, -1)},"resource":`;
  const s3Head = `,"s3":{"bucket":{"name":${JSON.stringify(bucket)}},"object":{"key":`;

  const totals = new Map<string, { objects: number; bytes: number }>();

  const encodeObject = (object: ListedS3Object): readonly [Document, Document] => {
    const key = object.Key;
    const storageClass = object.StorageClass ?? 'STANDARD';
    const total = totals.get(storageClass) ?? { objects: 0, bytes: 0 };
    total.objects += 1;
    total.bytes += object.Size ?? 0;
    totals.set(storageClass, total);
    const arn = arnPrefix + key;
    const resource = JSON.stringify({
      type: 's3-object',
      id: key,
      arn,
      key: arn,
      name: key.slice(key.lastIndexOf('/', key.length - 2) + 1),
      size_bytes: object.Size,
      storage_class: object.StorageClass,
      etag: object.ETag?.replaceAll('"', ''),
      extension: extensionOf(key),
      modified: object.LastModified,
      age_days: object.LastModified && Math.floor((sweep.time - object.LastModified.getTime()) / DAY_MS),
    });
    const body = Buffer.from(
      `${head}${resource}${s3Head}${JSON.stringify(key)}}},"aws":{"s3":{"object":${JSON.stringify(object)}}}}`,
    );
    return [
      { index, id: documentId(`${arn}@${time}`), operation: 'create', body },
      { index: 'awscli-current', id: documentId(arn), operation: 'replace', version: sweep.time, body },
    ];
  };

  const encodeTotals = (): Document[] =>
    [...totals].flatMap(([storage_class, { objects, bytes }]): Document[] => {
      const key = `${sweepKey(sweep)}#${storage_class}`;
      const id = sweep.scope;
      const resource = JSON.stringify({ type: 's3-total', id, key, name: id, storage_class, objects, size_bytes: bytes });
      const body = Buffer.from(`${head}${resource},"s3":{"bucket":{"name":${JSON.stringify(bucket)}}}}`);
      return [
        { index, id: documentId(`${key}@${time.slice(0, 10)}`), operation: 'replace', version: sweep.time, body },
        { index: 'awscli-current', id: documentId(key), operation: 'replace', version: sweep.time, body },
      ];
    });

  return { object: encodeObject, totals: encodeTotals };
}

function extensionOf(key: string): string | undefined {
  const extension = /[^/]\.([A-Za-z0-9_-]{1,16})$/.exec(key)?.[1];
  return extension?.toLowerCase();
}
