import { OrgscopeError } from './problem.ts';

/** A bucket and the beginning of the keys in it. */
export interface BucketPrefix {
  readonly bucket: string;
  readonly prefix: string;
}

const SCHEME = 's3://';

/** Whether the text is a location in S3 and not a path. */
export const isS3Location = (text: string): boolean => text.startsWith(SCHEME);

/** Parses `s3://bucket/prefix`, `bucket/prefix` or `bucket`; undefined if no bucket can have that name. */
export function parseBucket(text: string): BucketPrefix | undefined {
  // Buckets created in us-east-1 before 2018 may contain capitals and underscores.
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  const match = /^([A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9])(?:\/(.*))?$/s.exec(
    isS3Location(text) ? text.slice(SCHEME.length) : text,
  );
  return match === null ? undefined : { bucket: match[1] as string, prefix: match[2] ?? '' };
}

/** The bucket and prefix of a location in S3. Throws an OrgscopeError (`usage`) if no bucket can have that name. */
export function parseS3Location(location: string): BucketPrefix {
  const parsed = isS3Location(location) ? parseBucket(location) : undefined;
  if (parsed === undefined) {
    throw new OrgscopeError('usage', `${location} names no bucket.`, 'Write s3://bucket or s3://bucket/prefix.');
  }
  return parsed;
}
