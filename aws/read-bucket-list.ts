import type { Problem } from '../core/problem.ts';
import { parseBucket } from '../core/s3-location.ts';
import { lineProblems } from './line-problems.ts';
import { looksLikeQueue, parseQueue, type QueueAddress } from './parse-queue.ts';
import { type ListLine, lineProblem, parseReader, type Reader, readerKey } from './read-list.ts';

/** A well-formed line that names a bucket. */
export interface BucketEntry {
  readonly line: ListLine;
  readonly bucket: string;
  readonly prefix: string;
  /** Undefined means the caller. */
  readonly reader: Reader | undefined;
}

/** A line that names a queue with notifications of new objects. */
export interface QueueEntry {
  readonly line: ListLine;
  readonly queue: QueueAddress;
  readonly reader: Reader | undefined;
}

/**
 * Parses lines of `bucket[/prefix]`, or of a queue, with an optional reader (a profile, role ARN or account id). A malformed line becomes
 * a problem and is left out.
 */
export function readBucketList(
  lines: readonly ListLine[],
  profiles: ReadonlySet<string>,
): { entries: readonly BucketEntry[]; queues: readonly QueueEntry[]; problems: readonly Problem[] } {
  const entries: BucketEntry[] = [];
  const queues: QueueEntry[] = [];
  const problems = lineProblems();
  const seen = new Map<string, number>();
  for (const line of lines) {
    const [place = '', word, ...rest] = line.words;
    const isQueue = looksLikeQueue(place);
    const queue = isQueue ? parseQueue(place) : undefined;
    const bucket = isQueue ? undefined : parseBucket(place);
    const what = isQueue ? 'queue' : 'bucket';
    const reader = word === undefined ? undefined : parseReader(word, profiles, rest);
    const isBrokenArn = word?.startsWith('arn:') === true && reader !== undefined && 'code' in reader;
    if ((queue === undefined && bucket === undefined) || (rest.length > 0 && !isBrokenArn)) {
      problems.add(
        lineProblem(
          line,
          'malformed',
          rest.length > 0 ? `"${rest.join(' ')}" is more than a ${what} and its reader` : `"${place}" is not a ${what}`,
          isQueue
            ? 'Write the URL of the queue (https://sqs.REGION.amazonaws.com/ACCOUNT/NAME) or its ARN, then optionally a profile, role ARN or account id.'
            : 'Write bucket, bucket/prefix or s3://bucket/prefix, then optionally a profile, role ARN or account id; put "…" around a word with blanks.',
        ),
      );
      continue;
    }
    if (reader !== undefined && 'code' in reader) {
      problems.add(lineProblem(line, reader.code, reader.message, reader.next));
      continue;
    }
    // The reader is not part of a queue's key: a second line of the same queue would only compete for its messages.
    const key =
      queue === undefined
        ? `${reader === undefined ? '' : readerKey(reader)} ${bucket?.bucket}/${bucket?.prefix}`
        : `queue ${queue.region ?? queue.url} ${queue.account} ${queue.name}`;
    const earlier = seen.get(key);
    if (earlier !== undefined) {
      problems.add({
        ...lineProblem(
          line,
          'usage',
          `"${place}" is already named in line ${earlier}: this line is left out`,
          'Remove one of them.',
        ),
        severity: 'notice',
      });
      continue;
    }
    seen.set(key, line.line);
    if (queue !== undefined) queues.push({ line, queue, reader });
    if (bucket !== undefined) entries.push({ line, ...bucket, reader });
  }
  return { entries, queues, problems: problems.all() };
}
