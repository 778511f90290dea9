import type { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import type { Reach } from '../aws/reach.ts';
import { objectRef, reviveObject } from '../collectors/objects/revive-object.ts';
import { reviveTree, treeRef } from '../collectors/objects/revive-tree.ts';
import type { NotificationQueue } from '../collectors/objects/sqs-notifications.ts';
import type { AddressPlace } from '../core/address-place.ts';
import type { BackfillRange } from '../core/api.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import type { Document } from '../core/document.ts';
import type { Json } from '../core/json.ts';
import type { ObjectRef, ObjectSource, SourceObject } from '../core/object.ts';
import type { ObjectTree } from '../core/object-tree.ts';
import type { Emission, Job, JobContext, Pipeline, PlanContext, PlannedJob } from '../core/pipeline.ts';
import { OrgscopeError, type Problem, toProblem } from '../core/problem.ts';
import { gunzip, isGzip, unpack } from '../core/unpack.ts';
import { createTrailEncoder, type EncodeTrailOptions } from '../processors/encode-trail-event.ts';
import { trailObjectName } from '../processors/find-trail-objects.ts';
import { createDocumentPacker } from '../processors/pack-document.ts';
import { createTrailReader } from '../processors/parse-cloudtrail.ts';
import type { AccountNames } from './account-names.ts';
import type { TrailDay } from './find-trail-days.ts';
import { planDays } from './plan-days.ts';
import { planQueue } from './plan-queue.ts';

export interface TrailsOptions {
  /** Where trails lie (lists/trails.txt, or the folder or prefix of --source), and the lines that could not be understood. */
  sources(): Promise<TrailSources>;
  /** Queues are received from until this says so, asked after each long poll; without it until one brings nothing, and then closed. */
  readonly isOver?: () => boolean;
  /** Only these days of these trees, in place of `sources`. */
  readonly backfill?: {
    readonly range: BackfillRange;
    trees(): Promise<{ readonly trees: readonly ObjectTree[]; readonly problems: readonly Problem[] }>;
  };
  /** What opens the objects of jobs that were planned elsewhere; without it, those of folders only. */
  readonly reach?: () => Promise<Reach>;
  /** For `cloud.account.name`. */
  readonly accountNames?: AccountNames;
  /** Where addresses lie, for `source.geo` and `source.as`. */
  readonly place?: ((ip: string) => AddressPlace | undefined) | undefined;
  /** For `event.ingested`. A replay tells another time, and changes nothing: documents are created, and the first one stays. */
  readonly clock?: Clock;
  /** Also keeps each record as text, in `event.original`. */
  readonly preserveOriginal?: boolean;
}

export interface TrailSources {
  readonly sources: readonly ObjectSource[];
  readonly queues?: readonly NotificationQueue[];
  readonly problems: readonly Problem[];
}

/** Jobs that run at once, each reading ahead: while one waits for S3 the other computes; more would only hold more memory. */
const CONCURRENCY = 2;
/** The ledger is asked about this many objects at once. */
const LEDGER_PAGE = 500;
/** CloudTrail writes many small objects; a job each would cost more in bookkeeping than in work. */
const JOB_OBJECTS = 64;
const JOB_BYTES = 32 * 1024 * 1024;
/** Larger objects are streamed. Whole ones are faster, and held in memory by every running job. */
const WHOLE_BYTES = 4 * 1024 * 1024;
const WHOLE_UNPACKED_BYTES = 32 * 1024 * 1024;
/** What a job may have asked for ahead of the object it is working on. */
const AHEAD_OBJECTS = 8;
const AHEAD_BYTES = 8 * 1024 * 1024;
/** Documents are emitted in slices of this many bytes, so that the runner can fill batches within its budget. */
const SLICE_BYTES = 2 * 1024 * 1024;
/** Streams are read in pieces of this size; the reader's fixed cost per piece vanishes at it. */
const PIECE_BYTES = 1024 * 1024;
/** After so many objects in a row that may not be read, the others of the job would only repeat the message. */
const MAX_DENIED = 3;

interface TrailObject {
  readonly object: SourceObject;
  readonly account: string | undefined;
}

/** `account` and `name`: of the account under which all of the objects lie, where their keys tell. */
const payload = z.union([
  z.object({ objects: z.array(objectRef).min(1), account: z.string().optional(), name: z.string().optional() }),
  z.object({ tree: treeRef, paths: z.array(z.string()).min(1), name: z.string().optional() }),
]);

type AccountName = (id: string) => string | undefined;

/** CloudTrail objects from S3 or folders, to ECS documents in `awscli-trail-*`. */
export function trailsPipeline(options: TrailsOptions): Pipeline {
  // Shared by all jobs: what it remembers of callers helps the next object too. Encoding one record is synchronous.
  const encode = createTrailEncoder();
  const pack = createDocumentPacker();
  const clock = options.clock ?? systemClock;
  const { accountNames = async () => new Map() } = options;

  /** Emits one object's documents and then its acknowledgement; throws an OrgscopeError if it can't be understood. */
  async function* readObject(
    { object, account }: TrailObject,
    pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
    accountName: AccountName,
  ): AsyncIterable<Emission> {
    const optionsNow = (): EncodeTrailOptions => ({
      account,
      accountName,
      ingested: clock.now().toISOString(),
      place: options.place,
      preserveOriginal: options.preserveOriginal,
    });
    let encodeOptions = optionsNow();
    const reader = createTrailReader();
    let documents: Document[] = [];
    let bytes = 0;
    let total = 0;

    const slice = (): Emission => {
      const emission: Emission = { type: 'documents', documents };
      total += documents.length;
      documents = [];
      bytes = 0;
      encodeOptions = optionsNow();
      return emission;
    };
    const letter = (reason: string): Emission => ({
      type: 'dead-letter',
      letter: {
        pipeline: 'trails',
        source: object.name,
        reason,
        content: reader.bytes.toString('utf8', reader.start, Math.min(reader.end, reader.start + 65_536)),
      },
    });

    function* step(): Iterable<Emission> {
      for (;;) {
        switch (reader.next()) {
          case 'record': {
            const result = encode(reader.bytes, reader.scan, encodeOptions);
            if (result.type === 'ok') {
              documents.push(pack(result.value));
              bytes += result.value.body.length;
              if (bytes >= SLICE_BYTES) yield slice();
            } else {
              yield letter(`The record ${result.reason}`);
            }
            continue;
          }
          case 'other':
            yield letter('The record is no object');
            continue;
          case 'invalid':
            throw malformed(object, reader.reason);
          default:
            return;
        }
      }
    }

    for await (const piece of pieces) {
      reader.push(piece);
      yield* step();
    }
    reader.finish();
    yield* step();
    if (documents.length > 0) yield slice();
    yield { type: 'acknowledge', source: { pipeline: 'trails', key: object.key, documents: total } };
  }

  async function* runJob(
    objects: readonly TrailObject[],
    accountName: AccountName,
    { signal }: JobContext,
  ): AsyncIterable<Emission> {
    let denied = 0;
    for await (const { item, bytes } of readAhead(objects, signal)) {
      signal.throwIfAborted();
      const { object } = item;
      try {
        const pieces = bytes === undefined ? streamed(object, await object.open(signal)) : unpacked(object, await bytes);
        yield* readObject(item, pieces, accountName);
        denied = 0;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof OrgscopeError) || !CONCERNS_THE_OBJECT.has(error.code)) throw error;
        denied = error.code === 'denied' ? denied + 1 : 0;
        if (denied === MAX_DENIED) throw error;
        yield { type: 'problem', problem: toProblem(error, { object: object.name }) };
      }
    }
  }

  /** `account`: under which all of the objects lie, if they do. */
  async function objectsJob(
    { id, lane, priority }: Pick<Job, 'id' | 'lane' | 'priority'>,
    objects: readonly TrailObject[],
    account: string | undefined,
  ): Promise<PlannedJob> {
    const first = objects[0]?.object.name ?? '';
    const known = await accountNames();
    const name = account === undefined ? undefined : known.get(account);
    const job: Job = {
      id,
      pipeline: 'trails',
      ...(account === undefined ? {} : { account }),
      object: objects.length === 1 ? first : `${first} and ${objects.length - 1} more`,
      lane,
      service: 's3',
      ...(priority === undefined ? {} : { priority }),
      payload: trailsPayload(
        objects.map((each) => each.object.ref),
        account,
        name,
      ),
    };
    return { job, run: (context) => runJob(objects, (id) => known.get(id), context) };
  }

  function sourceJob(source: number, objects: readonly TrailObject[]): Promise<PlannedJob> {
    const { account, object } = objects[0] as TrailObject;
    return objectsJob({ id: `trails/${source}/${object.path}`, lane: `trails/${source}/${account ?? ''}` }, objects, account);
  }

  /** What arrives together is worked on together, whosever it is. */
  function queueJob(id: string, objects: readonly TrailObject[]): Promise<PlannedJob> {
    const accounts = new Set(objects.map(({ account }) => account));
    const account = accounts.size === 1 ? objects[0]?.account : undefined;
    return objectsJob({ id: `trails/live/${id}`, lane: 'trails/live', priority: 'live' }, objects, account);
  }

  async function revive(job: Job): Promise<PlannedJob> {
    const work = payload.parse(job.payload);
    if ('tree' in work) {
      const tree = await reviveTree(work.tree, options.reach);
      const ofDay: AccountName = (id) => (id === job.account ? work.name : undefined);
      return { job, run: (context) => readDay(tree, work.paths, ofDay, context) };
    }
    const { objects: refs, account, name } = work;
    const objects = await Promise.all(refs.map(async (ref) => ({ object: await reviveObject(ref, options.reach), account })));
    // Names of all accounts are asked for only where nothing tells whose the events are: asking may mean assuming a thousand roles.
    const all = account === undefined ? await accountNames() : undefined;
    const accountName: AccountName = (id) => all?.get(id) ?? (id === account ? name : undefined);
    return { job, run: (context) => runJob(objects, accountName, context) };
  }

  /** One day of one account and region: lists it, and reads what the ledger does not know. */
  async function* readDay(
    tree: ObjectTree,
    paths: readonly string[],
    accountName: AccountName,
    context: JobContext,
  ): AsyncIterable<Emission> {
    async function* unread(page: readonly TrailObject[]): AsyncIterable<Emission> {
      const known = await context.ledger.known(
        'trails',
        page.map(({ object }) => object.key),
      );
      yield* runJob(
        page.filter(({ object }) => !known.has(object.key)),
        accountName,
        context,
      );
    }
    let page: TrailObject[] = [];
    for (const path of paths) {
      for await (const object of tree.below(path).list(context.signal)) {
        const name = trailObjectName(object.name);
        if (name.type === 'other') continue;
        page.push({ object, account: name.account });
        if (page.length < LEDGER_PAGE) continue;
        yield* unread(page);
        page = [];
      }
    }
    if (page.length > 0) yield* unread(page);
  }

  function dayJob(
    tree: ObjectTree,
    number: number,
    { day, account, region, paths }: TrailDay,
    known: ReadonlyMap<string, string>,
  ): PlannedJob {
    const name = known.get(account);
    const job: Job = {
      id: `trails/backfill/${number}/${day}/${account}/${region}`,
      pipeline: 'trails',
      account,
      region,
      object: `${tree.name.replace(/\/*$/, '/')}${paths[0] ?? ''}`,
      // One lane: each day holds all accounts, and lanes that take turns would mix the days.
      lane: 'trails/backfill',
      service: 's3',
      priority: 'backfill',
      payload: { tree: { ...tree.ref }, paths: [...paths], ...(name === undefined ? {} : { name }) },
    };
    return { job, run: (context) => readDay(tree, paths, (id) => known.get(id), context) };
  }

  async function* planSource(source: ObjectSource, number: number, context: PlanContext): AsyncIterable<PlannedJob> {
    let page: TrailObject[] = [];
    let group: TrailObject[] = [];
    let groupBytes = 0;
    let found = false;

    async function* take(): AsyncIterable<PlannedJob> {
      if (page.length === 0) return;
      const known = await context.ledger.known(
        'trails',
        page.map(({ object }) => object.key),
      );
      if (known.size > 0) context.skipped(known.size);
      for (const item of page) {
        if (known.has(item.object.key)) continue;
        const full = group.length >= JOB_OBJECTS || groupBytes + item.object.size > JOB_BYTES;
        // A job of one account can be shown as that account's.
        if (group.length > 0 && (full || group[0]?.account !== item.account)) {
          yield await sourceJob(number, group);
          group = [];
          groupBytes = 0;
        }
        group.push(item);
        groupBytes += item.object.size;
      }
      page = [];
    }

    for await (const object of source.list(context.signal)) {
      const name = trailObjectName(object.name);
      if (name.type === 'other') continue;
      found = true;
      page.push({ object, account: name.account });
      if (page.length === LEDGER_PAGE) yield* take();
    }
    yield* take();
    if (group.length > 0) yield await sourceJob(number, group);
    if (!found) {
      context.report({
        code: 'empty',
        severity: 'notice',
        message: `${source.name} holds no CloudTrail objects (*.json or *.json.gz).`,
        next: 'Check the prefix: it should be the one above AWSLogs, or any folder of such files.',
        where: { object: source.name },
      });
    }
  }

  return {
    name: 'trails',
    concurrency: CONCURRENCY,
    async *plan(context) {
      const known = await accountNames();
      if (options.backfill !== undefined) {
        const { trees, problems } = await options.backfill.trees();
        for (const problem of problems) context.report(problem);
        const { range } = options.backfill;
        yield* planDays({ trees, range, context, plannedJob: (tree, number, day) => dayJob(tree, number, day, known) });
        return;
      }
      const { sources, queues = [], problems } = await options.sources();
      for (const problem of problems) context.report(problem);
      for (const [number, source] of sources.entries()) {
        try {
          yield* planSource(source, number, context);
        } catch (error) {
          context.signal.throwIfAborted();
          context.report(toProblem(error, { object: source.name }));
        }
      }
      for (const queue of queues) {
        yield* planQueue({ queue, context, plannedJob: queueJob, ...(options.isOver && { isOver: options.isOver }) });
      }
    },
    revive,
  };
}

/** What a job of these objects carries. All lie under the same account, or their keys don't tell. */
function trailsPayload(objects: readonly ObjectRef[], account: string | undefined, name: string | undefined): Json {
  return {
    objects: objects.map((ref) => ({ ...ref })),
    ...(account === undefined ? {} : { account }),
    ...(name === undefined ? {} : { name }),
  };
}

/** Failures that say nothing about the next object; the others (credentials, network, throttling) end the job. */
const CONCERNS_THE_OBJECT: ReadonlySet<string> = new Set(['malformed', 'missing', 'denied', 'conflict', 'empty']);

function malformed(object: SourceObject, reason: string, cause?: unknown): OrgscopeError {
  return new OrgscopeError(
    'malformed',
    `${object.name} ${reason}`,
    'Nothing of it is acknowledged, and the next run tries it again: restore the object, or remove it.',
    { object: object.name },
    { cause },
  );
}

/** The objects in order, small ones already being read while those before them are worked on. */
async function* readAhead(
  objects: readonly TrailObject[],
  signal: AbortSignal,
): AsyncIterable<{ readonly item: TrailObject; readonly bytes: Promise<Buffer> | undefined }> {
  const ahead: { item: TrailObject; bytes: Promise<Buffer> | undefined; size: number }[] = [];
  let aheadBytes = 0;
  let next = 0;
  for (;;) {
    while (next < objects.length && ahead.length < AHEAD_OBJECTS && (ahead.length === 0 || aheadBytes < AHEAD_BYTES)) {
      const item = objects[next++] as TrailObject;
      const whole = item.object.size <= WHOLE_BYTES;
      const bytes = whole ? item.object.read(signal) : undefined;
      // Whoever gets to it sees the failure; until then nobody listens.
      bytes?.catch(() => undefined);
      ahead.push({ item, bytes, size: whole ? item.object.size : 0 });
      aheadBytes += whole ? item.object.size : 0;
    }
    const first = ahead.shift();
    if (first === undefined) return;
    aheadBytes -= first.size;
    yield first;
  }
}

function unpacked(object: SourceObject, bytes: Buffer): Iterable<Buffer> | AsyncIterable<Buffer> {
  if (!isGzip(bytes)) return [bytes];
  try {
    return [gunzipSync(bytes, { chunkSize: unpackedSize(bytes), maxOutputLength: WHOLE_UNPACKED_BYTES })];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw cutGzip(object, error);
    return gunzipped(object, bytes);
  }
}

/**
 * Room for the whole content, so that zlib fills one buffer and nothing is joined: gzip ends with the content's size. It may lie (a cut
 * file, several members), and is then only a bad guess.
 */
function unpackedSize(bytes: Buffer): number {
  const size = bytes.length < 4 ? 0 : bytes.readUInt32LE(bytes.length - 4);
  // One byte more: a buffer that is just full makes zlib ask for another.
  return Math.min(Math.max(size + 1, 16 * 1024), 32 * bytes.length + 16 * 1024, WHOLE_UNPACKED_BYTES);
}

async function* streamed(object: SourceObject, stream: Readable): AsyncIterable<Buffer> {
  try {
    yield* gathered(unpack(stream, PIECE_BYTES));
  } catch (error) {
    if (isZlibError(error)) throw cutGzip(object, error);
    const reason = error instanceof Error ? error.message : String(error);
    const next = 'Run again: what is done is kept.';
    throw new OrgscopeError(
      'unreachable',
      `${object.name} broke off while it was read: ${reason}`,
      next,
      { object: object.name },
      { cause: error },
    );
  } finally {
    stream.destroy();
  }
}

/** An object that was read whole, but unpacks to more than is held at once. */
async function* gunzipped(object: SourceObject, bytes: Buffer): AsyncIterable<Buffer> {
  try {
    yield* gunzip([bytes], PIECE_BYTES);
  } catch (error) {
    throw isZlibError(error) ? cutGzip(object, error) : error;
  }
}

const isZlibError = (error: unknown): boolean => (error as NodeJS.ErrnoException).code?.startsWith('Z_') === true;

/** Chunks as larger pieces: those of a file that is not compressed are small. */
async function* gathered(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let held: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    held.push(chunk);
    bytes += chunk.length;
    if (bytes < PIECE_BYTES) continue;
    yield held.length === 1 ? chunk : Buffer.concat(held);
    held = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(held);
}

function cutGzip(object: SourceObject, error: unknown): OrgscopeError {
  const cut = (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR';
  return malformed(object, cut ? 'is a gzip file that was cut off' : 'is a damaged gzip file', error);
}
