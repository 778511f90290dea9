import type { Batch } from '../../core/batch.ts';
import type { Document } from '../../core/document.ts';
import type { IndexMapping } from '../../core/field.ts';
import { indexNames } from '../../core/index-names.ts';
import type { WriteResult } from '../../core/store.ts';
import type { BulkItem, BulkSender, Outcome } from './bulk.ts';
import type { Product } from './engine.ts';
import { fitter } from './fit-document.ts';
import { checkpointEntry, sourceEntry } from './ledger.ts';
import { fieldPrinter } from './print-fields.ts';

/** Writes documents, and when the engine has all of them the ledger's entries of their sources and checkpoints. */
export function documentWriter(sendBulk: BulkSender, mappings: readonly IndexMapping[], product: Product, now: () => Date) {
  const { viewOf } = indexNames(mappings);
  const fitters = new Map(mappings.map((mapping) => [mapping.view, fitter(mapping, product)]));
  const printers = new Map(mappings.map((mapping) => [mapping.view, fieldPrinter(mapping)]));
  const printed = (index: string, body: Uint8Array): Uint8Array => printers.get(viewOf(index))?.(body) ?? body;

  /** `target`, where given, is the index that takes the documents of a delivery in place of the index that they name. */
  return async function write(batch: Batch, target: string | undefined): Promise<WriteResult> {
    const { documents, sources } = batch;
    const { positions, repeated } = distinct(documents);
    const outcomes = await sendBulk(
      positions.map((position) => {
        const document = documents[position] as Document;
        return itemOf({ ...document, body: printed(document.index, document.body) }, target);
      }),
      {
        requireAlias: target !== undefined,
        refit(position) {
          const { index, body } = documents[positions[position] as number] as Document;
          const fitted = fitters.get(viewOf(index))?.(body);
          return fitted === undefined ? undefined : printed(index, fitted);
        },
      },
    );
    const acknowledged = await sendBulk([
      ...sources.map((source) => sourceEntry(source, now())),
      ...(batch.checkpoints ?? []).map(checkpointEntry),
    ]);
    const refused = acknowledged.find((outcome) => outcome.type === 'rejected');
    if (refused !== undefined) throw new Error(`the ledger: ${refused.reason}`);
    const created = new Map<string, number>();
    for (const [position, outcome] of outcomes.entries()) {
      if (outcome.type !== 'written' || !outcome.created) continue;
      const { index } = documents[positions[position] as number] as Document;
      created.set(index, (created.get(index) ?? 0) + 1);
    }
    const count = (type: Outcome['type']) => outcomes.filter((outcome) => outcome.type === type).length;
    return {
      written: count('written'),
      unchanged: count('unchanged') + repeated,
      created,
      rejected: outcomes.flatMap((outcome, index) =>
        outcome.type === 'rejected' ? [{ index: positions[index] as number, reason: outcome.reason }] : [],
      ),
    };
  };
}

function itemOf({ index, id, operation, version, body }: Document, target: string | undefined): BulkItem {
  const place = `"_index":${JSON.stringify(target ?? index)},"_id":${JSON.stringify(id)}`;
  const action =
    operation === 'create'
      ? `{"create":{${place}}}`
      : `{"index":{${place},"version":${version ?? 0},"version_type":"external_gte"}}`;
  return { action, body, id };
}

/**
 * Keeps each id once, since the bulk requests of one batch run in parallel: the first of `create`, of `replace` the last of the highest version. Index by
 * index, so that a body goes to few shards: each shard of a body costs its own entry in the engine's write queue.
 */
function distinct(documents: readonly Document[]): { positions: number[]; repeated: number } {
  const byIndex = new Map<string, Map<string, number>>();
  let count = 0;
  for (const [position, { index, id, operation, version = 0 }] of documents.entries()) {
    let byId = byIndex.get(index);
    if (byId === undefined) {
      byId = new Map();
      byIndex.set(index, byId);
    }
    const before = byId.get(id);
    if (before === undefined) count++;
    if (before === undefined || (operation === 'replace' && version >= (documents[before]?.version ?? 0))) byId.set(id, position);
  }
  const positions = [...byIndex.values()].flatMap((byId) => [...byId.values()]);
  return { positions, repeated: documents.length - count };
}
