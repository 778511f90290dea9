import type { Checkpoint, Delivery, Source } from '../core/batch.ts';
import type { Document } from '../core/document.ts';
import type { Sweep } from '../core/sweep.ts';
import type { Ticket } from './ticket.ts';
import type { WriterLimits } from './writer.ts';

/** A batch that still grows, or waits for the store. */
export interface OpenBatch {
  readonly documents: Document[];
  /** The jobs of the documents, in their order: each owns those from the end of the one before it to its own `end`. */
  readonly owners: { readonly ticket: Ticket; end: number }[];
  readonly sources: Source[];
  readonly checkpoints: Checkpoint[];
  readonly sweeps: { readonly ticket: Ticket; readonly sweep: Sweep }[];
  readonly tickets: Set<Ticket>;
  readonly delivery: Delivery | undefined;
  bytes: number;
}

/** Gathers what jobs emit into batches, and closes each when it is full or has waited long enough. */
export interface OpenBatches {
  /** The batch that takes what the job emits now: one for each delivery that is being loaded, and one for everything else. */
  of(ticket: Ticket): OpenBatch;
  /** Adds documents of a job in their order, and closes each batch that they fill. */
  add(ticket: Ticket, documents: readonly Document[]): void;
  /** Hands the open batch of a delivery, if there is one, to the store. */
  closeOf(delivery: Delivery | undefined): void;
  closeAll(): void;
  /** Forgets the open batch of a delivery, and yields its bytes. */
  discard(delivery: Delivery): number;
  /** Whether batches are closed and not stored yet. */
  readonly isBusy: boolean;
}

/**
 * `store` resolves once the store has taken the batch or has failed; `onStored` is called after that, when the batch no longer counts as one
 * that is not stored yet.
 */
export function openBatches(
  limits: WriterLimits,
  store: (batch: OpenBatch) => Promise<void>,
  onStored: (batch: OpenBatch) => void,
): OpenBatches {
  const open = new Map<Delivery | undefined, OpenBatch>();
  let timer: NodeJS.Timeout | undefined;
  /** Batches that are closed and not stored yet. */
  let queued = 0;
  /** The open batches have waited long enough, and are closed as soon as the store is free. */
  let due = false;

  /** While the store is busy an open batch may as well grow: many small transactions are what makes a store slow. */
  function onTime(): void {
    timer = undefined;
    if (queued === 0) closeAll();
    else due = true;
  }

  function close(batch: OpenBatch): void {
    open.delete(batch.delivery);
    queued++;
    void store(batch).then(() => {
      queued--;
      if (due && queued === 0) closeAll();
      onStored(batch);
    });
  }

  function closeAll(): void {
    clearTimeout(timer);
    timer = undefined;
    due = false;
    for (const batch of [...open.values()]) close(batch);
  }

  function batchOf(ticket: Ticket): OpenBatch {
    let batch = open.get(ticket.delivery);
    if (batch === undefined) {
      batch = newBatch(ticket.delivery);
      open.set(ticket.delivery, batch);
      timer ??= setTimeout(onTime, limits.flushAfterMs);
    }
    if (!batch.tickets.has(ticket)) {
      batch.tickets.add(ticket);
      ticket.pending++;
    }
    return batch;
  }

  const isFull = ({ bytes, documents }: OpenBatch): boolean =>
    bytes >= limits.batchBytes || documents.length >= limits.batchDocuments;

  return {
    of: batchOf,
    add(ticket, documents) {
      for (let next = 0; next < documents.length; ) {
        const batch = batchOf(ticket);
        for (; next < documents.length && !isFull(batch); next++) {
          const document = documents[next] as Document;
          batch.documents.push(document);
          batch.bytes += document.body.byteLength;
        }
        const last = batch.owners.at(-1);
        if (last?.ticket === ticket) last.end = batch.documents.length;
        else batch.owners.push({ ticket, end: batch.documents.length });
        if (isFull(batch)) close(batch);
      }
    },
    closeOf(delivery) {
      const batch = open.get(delivery);
      if (batch !== undefined) close(batch);
    },
    closeAll,
    discard(delivery) {
      const batch = open.get(delivery);
      if (batch === undefined) return 0;
      open.delete(delivery);
      for (const ticket of batch.tickets) ticket.pending--;
      return batch.bytes;
    },
    get isBusy() {
      return queued > 0;
    },
  };
}

const newBatch = (delivery: Delivery | undefined): OpenBatch => ({
  documents: [],
  owners: [],
  sources: [],
  checkpoints: [],
  sweeps: [],
  tickets: new Set(),
  delivery,
  bytes: 0,
});
