import type { Batch } from '../../core/batch.ts';
import type { Document } from '../../core/document.ts';
import type { IndexMapping } from '../../core/field.ts';
import { indexNames } from '../../core/index-names.ts';
import type { WriteResult } from '../../core/store.ts';
import type { BulkSender, Outcome } from './bulk.ts';
import type { Product } from './engine.ts';
import { fitter } from './fit-document.ts';
import { checkpointEntry, sourceEntry } from './ledger.ts';
import { fieldPrinter } from './print-fields.ts';

/** Writes documents, and when the engine has all of them the ledger's entries of their sources and checkpoints. */
export function documentWriter(sendBulk: BulkSender, mappings: readonly IndexMapping[], product: Product, now: () => Date) {
  const { viewOf } = indexNames(mappings);
  const fitters = new Map(mappings.map((mapping) => [mapping.view, fitter(mapping, product)]));
  const printers = new Map(mappings.map((mapping) => [mapping.view, fieldPrinter(mapping)]));

  /** `target`, where given, is the index that takes the documents of a delivery in place of the index that they name. */
  return async function write(batch: Batch, target: string | undefined): Promise<WriteResult> {
    const { documents, sources } = batch;
    const order = distinct(documents);
    const outcomes = await sendBulk(documents, {
      order,
      target,
      sortable: true,
      printer: (index) => printers.get(viewOf(index)),
      requireAlias: target !== undefined,
      refit(position) {
        const { index, body } = documents[position] as Document;
        return fitters.get(viewOf(index))?.(body);
      },
    });
    const acknowledged = await sendBulk([
      ...sources.map((source) => sourceEntry(source, now())),
      ...(batch.checkpoints ?? []).map(checkpointEntry),
    ]);
    const refused = acknowledged.find((outcome) => outcome.type === 'rejected');
    if (refused !== undefined) throw new Error(`the ledger: ${refused.reason}`);
    const created = new Map<string, number>();
    const rejected: { index: number; reason: string }[] = [];
    let written = 0;
    for (const position of order) {
      const outcome = outcomes[position] as Outcome;
      if (outcome.type === 'rejected') rejected.push({ index: position, reason: outcome.reason });
      if (outcome.type !== 'written') continue;
      written++;
      const { index } = documents[position] as Document;
      if (outcome.created) created.set(index, (created.get(index) ?? 0) + 1);
    }
    return { written, unchanged: documents.length - written - rejected.length, created, rejected };
  };
}

/**
 * The positions of the documents that are sent. Each id is kept once, since the bulk requests of one batch run in parallel: the first of `create`,
 * of `replace` the last of the highest version. They are ordered by index, so that a body goes to few shards: each shard of a body costs
 * its own entry in the engine's write queue.
 */
function distinct(documents: readonly Document[]): number[] {
  const byIndex = new Map<string, Map<string, number>>();
  for (const [position, { index, id, operation, version = 0 }] of documents.entries()) {
    let byId = byIndex.get(index);
    if (byId === undefined) {
      byId = new Map();
      byIndex.set(index, byId);
    }
    const before = byId.get(id);
    if (before === undefined || (operation === 'replace' && version >= (documents[before]?.version ?? 0))) byId.set(id, position);
  }
  return [...byIndex.values()].flatMap((byId) => [...byId.values()]);
}
