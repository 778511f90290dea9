import type { Problem } from '../core/problem.ts';
import { parseBucket } from '../core/s3-location.ts';
import { lineProblems } from './line-problems.ts';
import { looksLikeQueue, parseQueue, type QueueAddress } from './parse-queue.ts';
import { type ListLine, lineProblem, parseReader, type Reader, readerKey } from './read-list.ts';
import { takeDataset } from './take-dataset.ts';

/** A well-formed line that names a bucket. */
export interface BucketEntry {
  readonly line: ListLine;
  readonly bucket: string;
  readonly prefix: string;
  /** Undefined means the caller. */
  readonly reader: Reader | undefined;
  /** What its objects hold, where the line names it. */
  readonly dataset: string | undefined;
}

/** A line that names a queue with notifications of new objects. */
export interface QueueEntry {
  readonly line: ListLine;
  readonly queue: QueueAddress;
  readonly reader: Reader | undefined;
  readonly dataset: string | undefined;
}

/**
 * Parses lines of `bucket[/prefix]`, or of a queue, with an optional reader (a profile, role ARN or account id), and then one of `datasets`, where the list
 * takes them. A malformed line becomes a problem and is left out.
 */
export function readBucketList(
  lines: readonly ListLine[],
  profiles: ReadonlySet<string>,
  datasets: readonly string[] = [],
): { entries: readonly BucketEntry[]; queues: readonly QueueEntry[]; problems: readonly Problem[] } {
  const entries: BucketEntry[] = [];
  const queues: QueueEntry[] = [];
  const problems = lineProblems();
  const seen = new Map<string, number>();
  const advice = `, then optionally a profile, role ARN or account id${datasets.length === 0 ? '' : `, then optionally a dataset (${datasets.join(', ')})`}`;
  for (const line of lines) {
    const [place = '', ...words] = line.words;
    const { dataset, unclear } = takeDataset(words, datasets, profiles);
    if (unclear !== undefined) {
      problems.add(lineProblem(line, 'malformed', unclear.message, unclear.next));
      continue;
    }
    const [word, ...rest] = words;
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
          rest.length > 0
            ? `"${rest.join(' ')}" is more than a ${what} and its reader${datasets.length === 0 ? '' : ', and is no dataset'}`
            : `"${place}" is not a ${what}`,
          `${isQueue ? WRITE_QUEUE : WRITE_BUCKET}${advice}.`,
        ),
      );
      continue;
    }
    if (reader !== undefined && 'code' in reader) {
      const missing = reader.code === 'missing' && datasets.length > 0;
      const next = missing ? `${reader.next} Datasets: ${datasets.join(', ')}.` : reader.next;
      problems.add(lineProblem(line, reader.code, `${reader.message}${missing ? ' and no such dataset' : ''}`, next));
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
    if (queue !== undefined) queues.push({ line, queue, reader, dataset });
    if (bucket !== undefined) entries.push({ line, ...bucket, reader, dataset });
  }
  return { entries, queues, problems: problems.all() };
}

const WRITE_QUEUE = 'Write the URL of the queue (https://sqs.REGION.amazonaws.com/ACCOUNT/NAME) or its ARN';
const WRITE_BUCKET = 'Write bucket, bucket/prefix or s3://bucket/prefix (with "…" around a word with blanks)';
