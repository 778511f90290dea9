import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import type { Delivery } from '../core/batch.ts';
import type { Document } from '../core/document.ts';
import type { ObjectSource, SourceObject } from '../core/object.ts';
import type { Emission, Pipeline, PlanContext, PlannedJob } from '../core/pipeline.ts';
import { OrgscopeError, type Problem, toProblem } from '../core/problem.ts';
import { lineItemEncoder } from '../processors/encode-line-item.ts';
import { type CurManifest, parseCurManifest } from '../processors/parse-cur-manifest.ts';

export interface BillingOptions {
  /** The places that hold reports; asked once per run. */
  readonly sources: () => Promise<{ readonly sources: readonly ObjectSource[]; readonly problems: readonly Problem[] }>;
}

/** Documents per emission: about a megabyte, so that the runner can hold several. */
const SLICE = 1_000;

interface CompleteDelivery {
  readonly delivery: Delivery;
  readonly manifest: SourceObject;
  readonly parts: readonly SourceObject[];
}

/**
 * Cost & Usage Reports to `awsbilling-*`: the newest complete delivery of each report and month replaces the one before it. A job is
 * one delivery; it publishes only after every row of every part was read.
 */
export function billingPipeline(options: BillingOptions): Pipeline {
  return {
    name: 'billing',
    // One delivery at a time already fills the store; a second would only double the memory.
    concurrency: 1,
    async *plan(context) {
      const { sources, problems } = await options.sources();
      for (const problem of problems) context.report(problem);
      for (const source of sources) {
        try {
          yield* planSource(source, context);
        } catch (error) {
          if (context.signal.aborted) return;
          context.report(toProblem(error, { object: source.name }));
        }
      }
    },
  };
}

async function* planSource(source: ObjectSource, context: PlanContext): AsyncIterable<PlannedJob> {
  const manifests: SourceObject[] = [];
  const parts: SourceObject[] = [];
  for await (const object of source.list(context.signal)) {
    if (object.path.endsWith('Manifest.json')) manifests.push(object);
    else if (/\.csv(\.gz)?$/.test(object.path)) parts.push(object);
  }
  if (manifests.length === 0) {
    const next = 'Name the place where the report is delivered, with its …-Manifest.json and its .csv.gz parts.';
    throw new OrgscopeError('empty', 'No Cost & Usage Report was found: there is no manifest.', next, { object: source.name });
  }

  const newest = new Map<string, CompleteDelivery>();
  const missing: { delivery: Delivery; problem: Problem }[] = [];
  for (const { manifest, object } of await readManifests(manifests, context)) {
    const { report, month, assemblyId } = manifest;
    const delivery: Delivery = { report, month, delivery: assemblyId, modified: Math.trunc(object.modified) };
    const found = manifest.partKeys.map((key) => ({ key, part: findPart(key, object, parts) }));
    const absent = found.find(({ part }) => part === undefined);
    if (absent !== undefined || found.length === 0) {
      missing.push({ delivery, problem: incomplete(object, absent?.key) });
      continue;
    }
    const name = JSON.stringify([report, month]);
    const before = newest.get(name);
    if (before === undefined || isNewer(delivery, before.delivery)) {
      newest.set(name, { delivery, manifest: object, parts: found.map(({ part }) => part as SourceObject) });
    }
  }

  for (const { delivery, problem } of missing) {
    // A delivery that a newer complete one replaces is missed by nobody.
    const complete = newest.get(JSON.stringify([delivery.report, delivery.month]))?.delivery;
    if (complete === undefined || isNewer(delivery, complete)) context.report(problem);
  }
  for (const complete of newest.values()) {
    const { delivery, manifest } = complete;
    const published = await context.ledger.delivery(delivery.report, delivery.month);
    if (published !== undefined && !isNewer(delivery, published)) {
      context.skipped(1);
      continue;
    }
    yield {
      job: { id: manifest.key, pipeline: 'billing', object: manifest.name, lane: delivery.report },
      run: ({ signal }) => load(complete, signal),
    };
  }
}

/** By time; of two copies made at one moment, AWS's assembly ids are themselves times. */
function isNewer(one: Delivery, other: Delivery): boolean {
  if (one.delivery === other.delivery) return false;
  return one.modified === other.modified ? one.delivery > other.delivery : one.modified > other.modified;
}

/** AWS writes each manifest twice, beside the parts and for the month: the same assembly id is one delivery. */
async function readManifests(
  objects: readonly SourceObject[],
  context: PlanContext,
): Promise<{ manifest: CurManifest; object: SourceObject }[]> {
  const byDelivery = new Map<string, { manifest: CurManifest; object: SourceObject }>();
  for (const object of objects) {
    try {
      const parsed = parseCurManifest((await object.read(context.signal)).toString('utf8'));
      if (parsed.type !== 'ok') {
        throw new OrgscopeError(
          'malformed',
          `The manifest can't be used: ${parsed.reason}.`,
          'Its report is left out; the others are read.',
          {
            object: object.name,
          },
        );
      }
      const manifest = parsed.value;
      const name = JSON.stringify([manifest.report, manifest.month, manifest.assemblyId]);
      const before = byDelivery.get(name);
      if (before === undefined || object.modified > before.object.modified) byDelivery.set(name, { manifest, object });
    } catch (error) {
      if (context.signal.aborted) throw error;
      context.report(toProblem(error, { object: object.name }));
    }
  }
  return [...byDelivery.values()];
}

/** A part by its S3 key: where the source is the bucket, a folder below it or a copy, or everything lies flat beside the manifest. */
function findPart(key: string, manifest: SourceObject, parts: readonly SourceObject[]): SourceObject | undefined {
  const folder = manifest.path.slice(0, manifest.path.lastIndexOf('/') + 1);
  const beside = folder + key.slice(key.lastIndexOf('/') + 1);
  return (
    parts.find(({ path, name }) => path === key || name.endsWith(`/${key}`)) ??
    parts.find(({ path }) => path.includes('/') && key.endsWith(`/${path}`)) ??
    parts.find(({ path }) => path === beside)
  );
}

function incomplete(manifest: SourceObject, key: string | undefined): Problem {
  const message = key === undefined ? 'The manifest names no part.' : `The manifest names a part that is not there: ${key}`;
  const next = 'Wait for the delivery to end, or copy the part beside it; until then the delivery before it stays.';
  return toProblem(new OrgscopeError('missing', message, next, { object: manifest.name }));
}

async function* load({ delivery, manifest, parts }: CompleteDelivery, signal: AbortSignal): AsyncIterable<Emission> {
  yield { type: 'begin-delivery', delivery };
  let documents = 0;
  for (const [index, part] of parts.entries()) {
    for await (const slice of readPart(part, index + 1, delivery, signal)) {
      documents += slice.length;
      yield { type: 'documents', documents: slice };
    }
  }
  yield { type: 'acknowledge', source: { pipeline: 'billing', key: manifest.key, documents } };
  yield { type: 'publish-delivery', delivery };
}

/** The documents of one part, in slices. A row that can't be read fails the part, and with it the delivery: half a month is no total. */
async function* readPart(
  part: SourceObject,
  ordinal: number,
  delivery: Delivery,
  signal: AbortSignal,
): AsyncIterable<Document[]> {
  const raw = await part.open(signal);
  const parser = parse({ bom: true, info: false });
  const bytes = part.path.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  raw.once('error', (error) => parser.destroy(error));
  bytes.once('error', (error) => parser.destroy(error));
  bytes.pipe(parser);
  let encode: ReturnType<typeof lineItemEncoder> | undefined;
  let rowNumber = 0;
  let slice: Document[] = [];
  try {
    for await (const row of parser as AsyncIterable<string[]>) {
      if (encode === undefined) {
        encode = lineItemEncoder(row, {
          report: delivery.report,
          delivery: delivery.delivery,
          month: delivery.month,
          part: ordinal,
        });
        continue;
      }
      const result = encode(row, ++rowNumber);
      if (result.type === 'dead-letter') throw malformed(part, result.reason, rowNumber + 1);
      if (result.type === 'ok') slice.push(result.value);
      if (slice.length < SLICE) continue;
      signal.throwIfAborted();
      yield slice;
      slice = [];
    }
  } catch (error) {
    throw partError(part, error);
  } finally {
    Readable.prototype.destroy.call(raw);
  }
  if (slice.length > 0) yield slice;
}

function partError(part: SourceObject, error: unknown): unknown {
  if (error instanceof CsvError) {
    const line = typeof error.lines === 'number' ? error.lines : undefined;
    return malformed(part, error.message, line);
  }
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'Z_BUF_ERROR') return malformed(part, 'the gzip file is cut off');
  if (code.startsWith('Z_')) return malformed(part, 'it is no gzip file, or a damaged one');
  return error;
}

function malformed(part: SourceObject, reason: string, line?: number): OrgscopeError {
  const where = { object: part.name, ...(line === undefined ? {} : { line }) };
  const next = 'The delivery is left out and the one before it stays: fetch the part again, then run again.';
  return new OrgscopeError(
    'malformed',
    `The report can't be read${line === undefined ? '' : ` at line ${line}`}: ${reason}`,
    next,
    where,
  );
}
