import type { Problem } from '../core/problem.ts';
import { type ListLine, lineProblem, parseReader, type Reader, readerKey } from './read-list.ts';

/** A line of trails.txt, billing.txt or bucket_s3.txt that could be understood. */
export interface BucketEntry {
  readonly line: ListLine;
  readonly bucket: string;
  readonly prefix: string;
  /** undefined: the caller. */
  readonly reader: Reader | undefined;
}

/** Buckets named one a line, `bucket[/prefix]` and optionally who may read it; bad lines become problems, the others stay. */
export function readBucketList(
  lines: readonly ListLine[],
  profiles: ReadonlySet<string>,
): { entries: readonly BucketEntry[]; problems: readonly Problem[] } {
  const entries: BucketEntry[] = [];
  const problems: Problem[] = [];
  const seen = new Map<string, number>();
  for (const line of lines) {
    const [place = '', word, ...rest] = line.words;
    const parsed = parseBucket(place);
    if (parsed === undefined || rest.length > 0) {
      problems.push(
        lineProblem(
          line,
          'malformed',
          parsed === undefined ? `"${place}" is not a bucket` : `"${rest.join(' ')}" is more than a bucket and who may read it`,
          'Write bucket, bucket/prefix or s3://bucket/prefix, then optionally a profile, role ARN or account id; "…" around what has blanks.',
        ),
      );
      continue;
    }
    const reader = word === undefined ? undefined : parseReader(word, profiles);
    if (reader !== undefined && 'code' in reader) {
      problems.push(lineProblem(line, reader.code, reader.message, reader.next));
      continue;
    }
    const key = `${reader === undefined ? '' : readerKey(reader)} ${parsed.bucket}/${parsed.prefix}`;
    const earlier = seen.get(key);
    if (earlier !== undefined) {
      problems.push({
        ...lineProblem(
          line,
          'usage',
          `"${place}" is named already in line ${earlier}: this line is left out`,
          'Remove one of them.',
        ),
        severity: 'notice',
      });
      continue;
    }
    seen.set(key, line.line);
    entries.push({ line, ...parsed, reader });
  }
  return { entries, problems };
}

/** `s3://bucket/prefix`, `bucket/prefix` or `bucket`; undefined where no bucket can have that name. */
export function parseBucket(text: string): { bucket: string; prefix: string } | undefined {
  // Capitals and underscores: buckets made in us-east-1 before 2018 may have them.
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  const match = /^(?:s3:\/\/)?([A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9])(?:\/(.*))?$/s.exec(text);
  return match === null ? undefined : { bucket: match[1] ?? '', prefix: match[2] ?? '' };
}
