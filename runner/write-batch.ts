import type { Document } from '../core/document.ts';
import type { DeadLetter, Store, WriteResult } from '../core/store.ts';
import type { OpenBatch } from './open-batches.ts';

/** A dead letter keeps no more of a document that the store refused: its file cuts the rest off anyway. */
const MAX_CONTENT_BYTES = 64 * 1024;

/** Writes a batch to the store, adds to each job's ticket what became of its documents, and retires what the sweeps in it no longer saw. */
export async function writeBatch(store: Store, batch: OpenBatch): Promise<void> {
  const { documents, bytes, sources, checkpoints, delivery } = batch;
  if (documents.length > 0 || sources.length > 0 || checkpoints.length > 0) {
    const written = { documents, bytes, sources, checkpoints, ...(delivery === undefined ? {} : { delivery }) };
    await countResult(batch, await store.write(written));
  }
  // A sweep with a refused document did not store all that it saw: retiring now would hide that resource.
  const sweeps = batch.sweeps.filter(({ ticket }) => ticket.deadLetters === 0);
  if (sweeps.length === 0) return;
  const retired = await store.retire(sweeps.map(({ sweep }) => sweep));
  for (const [index, { ticket }] of sweeps.entries()) ticket.retired += retired[index] ?? 0;
}

async function countResult({ documents, owners }: OpenBatch, result: WriteResult): Promise<void> {
  let written = result.written;
  let start = 0;
  const rejected = [...result.rejected].sort((a, b) => a.index - b.index);
  for (const { ticket, end } of owners) {
    const refused: DeadLetter[] = [];
    for (let next = rejected[0]; next !== undefined && next.index < end; next = rejected[0]) {
      rejected.shift();
      const { body } = documents[next.index] as Document;
      const content = Buffer.from(body.subarray(0, MAX_CONTENT_BYTES)).toString('utf8');
      refused.push({ pipeline: ticket.pipeline, source: ticket.name, reason: next.reason, content });
    }
    const stored = end - start - refused.length;
    ticket.documents += stored;
    ticket.written += Math.min(stored, written);
    written -= Math.min(stored, written);
    ticket.deadLetters += refused.length;
    start = end;
    if (refused.length > 0) await ticket.deadLetterFile.append(refused);
  }
}
