import { z } from 'zod';
import type { Reach } from '../aws/reach.ts';
import { objectRef, reviveObject } from '../collectors/objects/revive-object.ts';
import type { Delivery } from '../core/batch.ts';
import type { Document } from '../core/document.ts';
import type { ObjectSource, SourceObject } from '../core/object.ts';
import type { Emission, Job, Pipeline, PlannedJob } from '../core/pipeline.ts';
import { factsOf } from '../core/pipeline-facts.ts';
import { OrgscopeError, type Problem, toProblem } from '../core/problem.ts';
import { UnpackError, unpack } from '../core/unpack.ts';
import { type LineItemEncoder, lineItemEncoder } from '../processors/encode-line-item.ts';
import { type CsvRow, csvSplitter } from '../processors/split-csv.ts';
import type { AccountNames } from './account-names.ts';
import { type CompleteDelivery, findDeliveries } from './find-deliveries.ts';

export interface BillingOptions {
  /** The places that hold reports; asked once per run. */
  readonly sources: () => Promise<{ readonly sources: readonly ObjectSource[]; readonly problems: readonly Problem[] }>;
  /** What opens the parts of a delivery that was found elsewhere; without it, those in folders only. */
  readonly reach?: () => Promise<Reach>;
  /** For `cloud.account.name`. */
  readonly accountNames?: AccountNames;
}

const payload = z.object({
  delivery: z.object({ report: z.string(), month: z.string(), delivery: z.string(), modified: z.number() }),
  parts: z.array(objectRef).min(1),
  /** Keys of the manifests that are done with once it is shown. */
  settles: z.array(z.string()),
});

/** Bytes of documents per emission: few enough that the runner's budget holds many. */
const SLICE_BYTES = 1024 * 1024;
/** Uncompressed text at a time: larger ones are no faster, and its rows live as long as it. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Cost & Usage Reports to `awsbilling-*`: the newest complete delivery of each report and month replaces the one before it. A job is
 * one delivery; it publishes only after every row of every part was read.
 */
export function billingPipeline(options: BillingOptions): Pipeline {
  const { accountNames = async () => new Map() } = options;
  return {
    name: 'billing',
    concurrency: factsOf('billing').concurrency,
    async *plan(context) {
      const { sources, problems } = await options.sources();
      for (const problem of problems) context.report(problem);
      for (const source of sources) {
        try {
          for await (const complete of findDeliveries(source, context)) {
            yield plannedJob(complete, accountNames);
          }
        } catch (error) {
          if (context.signal.aborted) return;
          context.report(toProblem(error, { object: source.name }));
        }
      }
    },
    async revive(job) {
      const { delivery, parts, settles } = payload.parse(job.payload);
      const objects = await Promise.all(parts.map((ref) => reviveObject(ref, options.reach)));
      return { job, run: ({ signal }) => load({ delivery, parts: objects, settles, accountNames }, signal) };
    },
  };
}

function plannedJob({ delivery, manifest, parts, settles: manifests }: CompleteDelivery, accountNames: AccountNames): PlannedJob {
  const settles = manifests.map(({ key }) => key);
  const job: Job = {
    id: manifest.key,
    pipeline: 'billing',
    object: manifest.name,
    lane: delivery.report,
    service: 's3',
    payload: { delivery: { ...delivery }, parts: parts.map(({ ref }) => ({ ...ref })), settles },
  };
  return { job, run: ({ signal }) => load({ delivery, parts, settles, accountNames }, signal) };
}

interface Loaded extends Pick<CompleteDelivery, 'delivery' | 'parts'> {
  readonly settles: readonly string[];
  readonly accountNames: AccountNames;
}

async function* load({ delivery, parts, settles, accountNames }: Loaded, signal: AbortSignal): AsyncIterable<Emission> {
  const names = await accountNames();
  yield { type: 'begin-delivery', delivery };
  const counts: number[] = [];
  for (const [index, part] of parts.entries()) {
    let documents = 0;
    for await (const slice of readPart(part, index + 1, delivery, names, signal)) {
      documents += slice.length;
      yield { type: 'documents', documents: slice };
    }
    counts.push(documents);
  }
  yield { type: 'publish-delivery', delivery };
  // Only now: a manifest that the ledger knows is not read again, so what it names must be in sight.
  for (const [index, { key }] of parts.entries()) {
    yield { type: 'acknowledge', source: { pipeline: 'billing', key, documents: counts[index] ?? 0 } };
  }
  for (const key of settles) yield { type: 'acknowledge', source: { pipeline: 'billing', key, documents: 0 } };
}

/** The documents of one part, in slices. A row that can't be read fails the part, and with it the delivery: half a month is no total. */
async function* readPart(
  part: SourceObject,
  ordinal: number,
  { report, delivery, month }: Delivery,
  accountNames: ReadonlyMap<string, string>,
  signal: AbortSignal,
): AsyncIterable<Document[]> {
  let encode: LineItemEncoder | undefined;
  let rowNumber = 0;
  let slice: Document[] = [];
  let bytes = 0;
  // Said here, since gunzip would call it cut off.
  if (part.size === 0) throw malformed(part, 'it is empty');
  try {
    for await (const rows of rowsOf(part, signal)) {
      for (const { line, values } of rows) {
        if (encode === undefined) {
          const made = lineItemEncoder(values, { report, delivery, month, part: ordinal, accountNames });
          if (made.type !== 'ok') throw malformed(part, made.reason, line, AS_WRITTEN);
          encode = made.value;
          continue;
        }
        const result = encode(values, ++rowNumber);
        if (result.type !== 'ok') throw malformed(part, result.reason, line, AS_WRITTEN);
        slice.push(result.value);
        bytes += result.value.body.byteLength;
      }
      if (bytes < SLICE_BYTES) continue;
      signal.throwIfAborted();
      yield slice;
      slice = [];
      bytes = 0;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw partError(part, error);
  }
  if (encode === undefined) throw malformed(part, 'it is empty');
  if (slice.length > 0) yield slice;
}

async function* rowsOf(part: SourceObject, signal: AbortSignal): AsyncIterable<CsvRow[]> {
  const splitter = csvSplitter();
  for await (const chunk of unpack(await part.open(signal), CHUNK_BYTES)) yield splitter.push(chunk);
  yield splitter.end();
}

function partError(part: SourceObject, error: unknown): unknown {
  if (error instanceof OrgscopeError) {
    const { code, message, where } = error;
    return code === 'malformed' && where.object === undefined ? malformed(part, message, where.line) : error;
  }
  if (error instanceof UnpackError) return malformed(part, `it ${error.message}`);
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'Z_BUF_ERROR') return malformed(part, 'the gzip file is cut off');
  if (code?.startsWith('Z_')) return malformed(part, 'it is a damaged gzip file');
  if (typeof code !== 'string') return error;
  const next = 'Run again; until then the delivery before it stays.';
  return new OrgscopeError('unreachable', `The report broke off while it was read: ${code}`, next, { object: part.name });
}

/** The part came whole: fetching it again can't help. */
const AS_WRITTEN =
  'The delivery is left out and the one before it stays. What wrote the report must write this otherwise: then run again. If it is as AWS delivered it, please report it.';
const AS_FETCHED = 'The delivery is left out and the one before it stays: fetch the part again, then run again.';

function malformed(part: SourceObject, reason: string, line?: number, next = AS_FETCHED): OrgscopeError {
  const where = { object: part.name, ...(line === undefined ? {} : { line }) };
  const place = line === undefined ? '' : ` at line ${line}`;
  return new OrgscopeError('malformed', `The report can't be read${place}: ${reason}`, next, where);
}
