import type { Delivery } from '../core/batch.ts';
import type { ObjectSource, SourceObject } from '../core/object.ts';
import type { PlanContext } from '../core/pipeline.ts';
import { OrgscopeError, type Problem, toProblem } from '../core/problem.ts';
import { type CurManifest, parseCurManifest } from '../processors/parse-cur-manifest.ts';
import { reportTrouble } from './objects/report-trouble.ts';

export interface CompleteDelivery {
  readonly delivery: Delivery;
  /** The newest copy of the manifest. */
  readonly manifest: SourceObject;
  readonly parts: readonly SourceObject[];
  /** The manifests to acknowledge once this delivery is published: its own copies, and those of the deliveries that it replaces. */
  readonly settles: SourceObject[];
}

interface Found {
  readonly delivery: Delivery;
  /** Of its manifest: AWS writes one beside the parts and one for the month. */
  readonly copies: readonly SourceObject[];
  /** As the manifest names them; `object` is undefined where a part is absent. */
  readonly parts: readonly { readonly key: string; readonly object: SourceObject | undefined }[];
}

const PART = /\.csv(\.gz)?$/;
/** A report of a thousand parts has a manifest of 200 KB. */
const MAX_MANIFEST_BYTES = 16 * 1024 * 1024;
/** A month that gets three deliveries a day has a hundred manifests. */
const READ_AT_ONCE = 8;

/**
 * Yields the newest complete delivery of each report and month below a source, unless it is published already. A manifest that was
 * acknowledged is not read again: its delivery is published, or a newer one is.
 */
export async function* findDeliveries(source: ObjectSource, context: PlanContext): AsyncIterable<CompleteDelivery> {
  const manifests: SourceObject[] = [];
  const parts = new Map<string, SourceObject[]>();
  let parquet = false;
  for await (const object of source.list(context.signal, reportTrouble(context))) {
    if (object.path.endsWith('Manifest.json')) manifests.push(object);
    else if (PART.test(object.path)) listFor(parts, baseName(object.path)).push(object);
    else if (object.path.endsWith('.parquet')) parquet = true;
  }
  if (manifests.length === 0) throw noReport(source, parts.size > 0, parquet);
  const known = await context.ledger.known(
    'billing',
    manifests.map(({ key }) => key),
  );
  const unknown = manifests.filter(({ key }) => !known.has(key));
  if (known.size > 0) context.skipped(manifests.length - unknown.length);

  const byMonth = new Map<string, Found[]>();
  for (const found of await readDeliveries(unknown, parts, context)) {
    listFor(byMonth, JSON.stringify([found.delivery.report, found.delivery.month])).push(found);
  }
  for (const deliveries of byMonth.values()) {
    const { report, month } = (deliveries[0] as Found).delivery;
    const shown = await context.ledger.delivery(report, month);
    deliveries.sort((one, other) => (isNewer(one.delivery, other.delivery) ? -1 : 1));
    const chosen = deliveries.findIndex(isComplete);
    // An incomplete delivery is reported where it is newer than the one that can be published; older ones are superseded anyway.
    for (const found of chosen < 0 ? deliveries : deliveries.slice(0, chosen)) {
      if (shown === undefined || isNewer(found.delivery, shown)) context.report(incompleteProblem(found));
    }
    const complete = deliveries[chosen];
    if (complete === undefined) continue;
    if (shown !== undefined && !isNewer(complete.delivery, shown)) {
      context.skipped(1);
      continue;
    }
    yield {
      delivery: complete.delivery,
      manifest: complete.copies[0] as SourceObject,
      parts: complete.parts.map(({ object }) => object as SourceObject),
      settles: deliveries.slice(chosen).flatMap(({ copies }) => copies),
    };
  }
}

const isComplete = ({ parts }: Found): boolean => parts.length > 0 && parts.every(({ object }) => object !== undefined);

/** Manifests with the same assembly id belong to one delivery, which has the time of the newest of them. */
async function readDeliveries(
  objects: readonly SourceObject[],
  parts: ReadonlyMap<string, readonly SourceObject[]>,
  context: PlanContext,
): Promise<Found[]> {
  const copies = new Map<string, { manifest: CurManifest; object: SourceObject }[]>();
  for (let start = 0; start < objects.length; start += READ_AT_ONCE) {
    const group = objects.slice(start, start + READ_AT_ONCE);
    const read = await Promise.all(group.map((object) => readManifest(object, context)));
    for (const [index, manifest] of read.entries()) {
      if (manifest === undefined) continue;
      const { report, month, assemblyId } = manifest;
      listFor(copies, JSON.stringify([report, month, assemblyId])).push({ manifest, object: group[index] as SourceObject });
    }
  }
  return [...copies.values()].map((found) => {
    found.sort((one, other) => other.object.modified - one.object.modified);
    const { manifest, object } = found[0] as (typeof found)[number];
    const { report, month, assemblyId, partKeys } = manifest;
    return {
      delivery: { report, month, delivery: assemblyId, modified: Math.trunc(object.modified) },
      copies: found.map((copy) => copy.object),
      parts: partKeys.map((key) => ({ key, object: findPart(key, found, parts) })),
    };
  });
}

/** Reads a manifest; one that can't be used is reported and left out. */
async function readManifest(object: SourceObject, context: PlanContext): Promise<CurManifest | undefined> {
  try {
    if (object.size > MAX_MANIFEST_BYTES) {
      const message = `The manifest has ${object.size.toLocaleString('en-US')} bytes; a manifest that names a thousand parts has 200,000.`;
      throw new OrgscopeError('malformed', message, 'Its delivery is left out; other deliveries are read.', {
        object: object.name,
      });
    }
    const parsed = parseCurManifest((await object.read(context.signal)).body.toString('utf8'));
    if (parsed.type === 'ok') return parsed.value;
    const next = 'Its delivery is left out; other deliveries are read.';
    throw new OrgscopeError('malformed', `The manifest can't be used: ${parsed.reason}.`, next, { object: object.name });
  } catch (error) {
    if (context.signal.aborted) throw error;
    context.report(toProblem(error, { object: object.name }));
    return undefined;
  }
}

/** Finds a part by its S3 key. The source may be the bucket, a folder below it, a copy, or one folder that holds manifest and parts side by side. */
function findPart(
  key: string,
  manifests: readonly { readonly object: SourceObject }[],
  parts: ReadonlyMap<string, readonly SourceObject[]>,
): SourceObject | undefined {
  const named = parts.get(baseName(key)) ?? [];
  const folders = manifests.map(({ object }) => object.path.slice(0, object.path.lastIndexOf('/') + 1));
  return (
    named.find(({ path, name }) => path === key || name.endsWith(`/${key}`)) ??
    named.find(({ path }) => path.includes('/') && key.endsWith(`/${path}`)) ??
    named.find(({ path }) => folders.some((folder) => path === folder + baseName(key)))
  );
}

/** By time; of two with the same time by assembly id, which begins with a time. */
function isNewer(one: Delivery, other: Delivery): boolean {
  if (one.delivery === other.delivery) return false;
  return one.modified === other.modified ? one.delivery > other.delivery : one.modified > other.modified;
}

function noReport(source: ObjectSource, csv: boolean, parquet: boolean): OrgscopeError {
  const message = csv
    ? 'There are CSV files, but no manifest that says which of them are one delivery.'
    : parquet
      ? 'There are Parquet files, but no Cost & Usage Report as CSV, the only format that is read.'
      : 'No Cost & Usage Report was found: there is no manifest.';
  const next = 'Name the folder or prefix that the report is delivered to, with its …-Manifest.json and its .csv.gz parts.';
  return new OrgscopeError('empty', message, next, { object: source.name });
}

function incompleteProblem({ copies, parts }: Found): Problem {
  const absent = parts.find(({ object }) => object === undefined);
  const message =
    absent === undefined ? 'The manifest names no part.' : `The manifest names a part that is not there: ${absent.key}`;
  const next = 'Wait for the delivery to end, or copy the part to its folder; until then the delivery before it stays.';
  // The copy beside the parts is more exact than the month's, which all deliveries share.
  const beside = copies.reduce((one, other) => (other.path.length > one.path.length ? other : one));
  return toProblem(new OrgscopeError('missing', message, next, { object: beside.name }));
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function listFor<Value>(lists: Map<string, Value[]>, key: string): Value[] {
  let list = lists.get(key);
  if (list === undefined) {
    list = [];
    lists.set(key, list);
  }
  return list;
}
