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
import type { ListingTrouble, ObjectRef, ObjectSource, SourceObject } from '../core/object.ts';
import type { ObjectTree } from '../core/object-tree.ts';
import type { Emission, Job, JobContext, Pipeline, PlanContext, PlannedJob } from '../core/pipeline.ts';
import { factsOf } from '../core/pipeline-facts.ts';
import { OrgscopeError, type Problem, toProblem } from '../core/problem.ts';
import { createTrailEncoder, type EncodeTrailOptions } from '../processors/encode-trail-event.ts';
import { trailObjectName } from '../processors/find-trail-objects.ts';
import { createDocumentPacker } from '../processors/pack-document.ts';
import { createTrailReader, NO_JSON } from '../processors/parse-cloudtrail.ts';
import type { AccountNames } from './account-names.ts';
import type { TrailDay } from './find-trail-days.ts';
import { malformed, openObject } from './objects/open-object.ts';
import { readAhead } from './objects/read-ahead.ts';
import { troubleTo } from './objects/trouble-to.ts';
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

/** The ledger is asked about this many objects at once. */
const LEDGER_PAGE = 500;
/** CloudTrail writes many small objects; a job each would cost more in bookkeeping than in work. */
const JOB_OBJECTS = 64;
const JOB_BYTES = 32 * 1024 * 1024;
/** Documents are emitted in slices of this many bytes, so that the runner can fill batches within its budget. */
const SLICE_BYTES = 2 * 1024 * 1024;
/** What the dead letters of one object show of their records, in all; further ones say their reason and place. */
const LETTERS_BYTES = 1024 * 1024;
const LETTER_BYTES = 64 * 1024;
/** After so many objects in a row that may not be read, or can't be reached, the others of the job would only repeat the message. */
const MAX_LOST = 3;

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
    let foreign = 0;
    let lettersLeft = LETTERS_BYTES;
    const isJson = isNamedJson(object);

    const slice = (): Emission => {
      const emission: Emission = { type: 'documents', documents };
      total += documents.length;
      documents = [];
      bytes = 0;
      encodeOptions = optionsNow();
      return emission;
    };
    const letter = (reason: string): Emission => {
      const end = Math.min(reader.end, reader.start + Math.min(LETTER_BYTES, lettersLeft));
      lettersLeft -= end - reader.start;
      return {
        type: 'dead-letter',
        letter: {
          pipeline: 'trails',
          source: `${object.name}, byte ${reader.position}`,
          reason,
          content: reader.bytes.toString('utf8', reader.start, end),
        },
      };
    };

    function* step(): Generator<Emission, 'more' | 'end' | 'none'> {
      for (;;) {
        const found = reader.next();
        switch (found) {
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
          case 'unheld':
            yield letter(`The record ${reader.reason}`);
            continue;
          case 'foreign':
            foreign++;
            continue;
          case 'invalid':
            throw malformed(object, reader.reason);
          case 'none':
            if (reader.reason === NO_JSON && isJson) throw malformed(object, 'is not JSON');
            yield { type: 'left-out', reason: reader.reason, object: object.name };
            return found;
          default:
            return found;
        }
      }
    }

    let ended: 'more' | 'end' | 'none' = 'more';
    for await (const piece of pieces) {
      reader.push(piece);
      ended = yield* step();
      if (ended === 'none') break;
    }
    if (ended !== 'none') {
      reader.finish();
      ended = yield* step();
    }
    if (documents.length > 0) yield slice();
    if (foreign > 0 && ended === 'end') {
      yield { type: 'dropped', count: foreign, reason: 'values beside the records that are none' };
    }
    yield { type: 'acknowledge', source: { pipeline: 'trails', key: object.key, documents: total } };
  }

  async function* runJob(
    objects: readonly TrailObject[],
    accountName: AccountName,
    { signal }: JobContext,
  ): AsyncIterable<Emission> {
    let lost = 0;
    let later: OrgscopeError | undefined;
    for await (const { item, bytes } of readAhead(objects, signal)) {
      signal.throwIfAborted();
      const { object } = item;
      try {
        yield* readObject(item, openObject(object, await (bytes ?? object.open(signal))), accountName);
        lost = 0;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof OrgscopeError)) throw error;
        const concernsOnlyIt = CONCERNS_THE_OBJECT.has(error.code);
        if (!concernsOnlyIt && error.code !== 'unreachable') throw error;
        // Files say nothing about one another.
        lost = object.ref.type === 's3' && (error.code === 'denied' || !concernsOnlyIt) ? lost + 1 : 0;
        if (lost === MAX_LOST) throw error;
        if (concernsOnlyIt) yield { type: 'problem', problem: toProblem(error, { object: object.name }) };
        else later ??= error;
      }
    }
    // Another attempt may help it; the others need not wait for that.
    if (later !== undefined) throw later;
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
      const troubles: ListingTrouble[] = [];
      for await (const object of tree.below(path).list(context.signal, (trouble) => troubles.push(trouble))) {
        const name = trailObjectName(object.name);
        if (name.type === 'other') {
          yield { type: 'left-out', reason: name.reason, object: object.name };
          continue;
        }
        page.push({ object, account: name.account });
        if (page.length < LEDGER_PAGE) continue;
        yield* unread(page);
        page = [];
      }
      for (const trouble of troubles) {
        if (trouble.type === 'left-out') yield trouble;
        else yield { type: 'problem', problem: toProblem(trouble.error) };
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

    for await (const object of source.list(context.signal, troubleTo(context))) {
      const name = trailObjectName(object.name);
      if (name.type === 'other') {
        context.leaveOut(name.reason, object.name);
        continue;
      }
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
        message: `${source.name} holds no objects that may hold CloudTrail events.`,
        next: 'Check the prefix: it should be the one above AWSLogs, or any folder of such files.',
        where: { object: source.name },
      });
    }
  }

  return {
    name: 'trails',
    concurrency: factsOf('trails').concurrency,
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

function isNamedJson(object: SourceObject): boolean {
  const name = trailObjectName(object.name);
  return name.type === 'events' && name.isJson;
}
