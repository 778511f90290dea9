import type { Checkpoint, Delivery, PipelineName, Source } from '../core/batch.ts';
import type { Document } from '../core/document.ts';
import type { Emission } from '../core/pipeline.ts';
import { OrgscopeError, type Problem, toProblem } from '../core/problem.ts';
import type { DeadLetter, Store } from '../core/store.ts';
import type { Sweep } from '../core/sweep.ts';
import type { DeadLetterFile } from './dead-letter-file.ts';
import { type LeftOutCounter, leftOutCounter } from './left-out.ts';

/**
 * Acknowledgement, the hard idea of this folder. Many jobs emit documents; they are gathered into batches that hold documents
 * of any jobs in the order of emission, and batches are written one after the other. An acknowledgement joins the batch that is
 * open when it is emitted. Its source's documents are in this batch or in one before it, so when the store has taken the batch
 * (documents and acknowledgements in one transaction, or the acknowledgements after the documents) the source is done for good;
 * and when the process dies earlier, the source is read again and its deterministic ids change nothing.
 * Retiring waits in the same way: what a complete sweep did not see goes only after everything that it did see is stored.
 */

/** What one job has brought so far. */
export interface Ticket {
  readonly pipeline: PipelineName;
  /** Named in dead letters. */
  readonly name: string;
  /** Where what the store refuses of it is kept. */
  readonly letters: DeadLetterFile;
  documents: number;
  /**
   * Of these, how many were new to the store or newer than what it had. The store tells it of a batch: where several jobs share one it is
   * given to the first of them, and only the sum over all jobs is exact.
   */
  written: number;
  bytes: number;
  dropped: number;
  deadLetters: number;
  retired: number;
  readonly problems: Problem[];
  readonly leftOut: LeftOutCounter;
  /** Batches that hold something of this job and are not stored yet. */
  pending: number;
  delivery: Delivery | undefined;
  wake: (() => void)[];
}

export interface WriterLimits {
  /** A batch is closed at this many bytes: enough that a transaction's fixed cost vanishes, small enough to hold two. */
  readonly batchBytes: number;
  /** A batch never holds more. The embedded store writes exactly so many straight into its file (stores/duckdb/connect.ts). */
  readonly batchDocuments: number;
  /**
   * Bytes of all documents that are emitted and not stored. Emitters wait beyond it: this bounds the process's memory. At least two
   * batches, or the next one can't fill while one is written.
   */
  readonly budgetBytes: number;
  /** An open batch is closed after this time even if small, so that the page shows what arrived. */
  readonly flushAfterMs: number;
}

export const DEFAULT_LIMITS: WriterLimits = {
  batchBytes: 16 * 1024 * 1024,
  batchDocuments: 8192,
  budgetBytes: 32 * 1024 * 1024,
  flushAfterMs: 500,
};

export interface Writer {
  ticket(pipeline: PipelineName, name: string, letters: DeadLetterFile): Ticket;
  /** Takes one emission; waits while the memory budget is used up. Rejects once the store has failed. */
  emit(ticket: Ticket, emission: Emission): Promise<void>;
  /** Resolves once everything that the job emitted is stored, or the store has failed. */
  settled(ticket: Ticket): Promise<void>;
  /** Writes what is open. */
  flush(): Promise<void>;
  /** The store's failure, which ends the run. */
  readonly failure: OrgscopeError | undefined;
}

/** What is kept of a document that the store refused: more is cut off anyway. */
const MAX_CONTENT_BYTES = 64 * 1024;

interface OpenBatch {
  readonly documents: Document[];
  readonly owners: { readonly ticket: Ticket; end: number }[];
  readonly sources: Source[];
  readonly checkpoints: Checkpoint[];
  readonly sweeps: { readonly ticket: Ticket; readonly sweep: Sweep }[];
  readonly tickets: Set<Ticket>;
  readonly delivery: Delivery | undefined;
  bytes: number;
}

export function createWriter(store: Store, onFailure: (error: OrgscopeError) => void, limits = DEFAULT_LIMITS): Writer {
  // One open batch for everything, and one per delivery that is being loaded.
  const open = new Map<Delivery | undefined, OpenBatch>();
  let tail: Promise<void> = Promise.resolve();
  let outstandingBytes = 0;
  let waiting: (() => void)[] = [];
  let failure: OrgscopeError | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** Batches that are closed and not stored yet. */
  let queued = 0;
  /** The open batch has waited long enough, and goes as soon as the store is free. */
  let due = false;

  function fail(error: unknown): void {
    if (failure !== undefined) return;
    failure =
      error instanceof OrgscopeError
        ? error
        : new OrgscopeError(
            'store',
            error instanceof Error ? error.message : String(error),
            'See the message, then run again: what was stored stays.',
            {},
            { cause: error },
          );
    onFailure(failure);
  }

  /** Runs after everything before it, and not at all once the store has failed. */
  function enqueue(work: () => Promise<void>): Promise<void> {
    tail = tail.then(async () => {
      if (failure !== undefined) return;
      try {
        await work();
      } catch (error) {
        fail(error);
      }
    });
    return tail;
  }

  function batchFor(ticket: Ticket): OpenBatch {
    let batch = open.get(ticket.delivery);
    if (batch === undefined) {
      batch = {
        documents: [],
        owners: [],
        sources: [],
        checkpoints: [],
        sweeps: [],
        tickets: new Set(),
        delivery: ticket.delivery,
        bytes: 0,
      };
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

  function close(batch: OpenBatch): void {
    open.delete(batch.delivery);
    queued++;
    void enqueue(() => write(batch)).then(() => {
      queued--;
      outstandingBytes -= batch.bytes;
      if (due && queued === 0) closeAll();
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
      for (const ticket of batch.tickets) {
        ticket.pending--;
        if (ticket.pending === 0) for (const wake of ticket.wake.splice(0)) wake();
      }
    });
  }

  /** A delivery that is begun again, after its job failed half-way: what waits of the first attempt would be there twice. */
  function discard(delivery: Delivery): void {
    const batch = open.get(delivery);
    if (batch === undefined) return;
    open.delete(delivery);
    outstandingBytes -= batch.bytes;
    for (const ticket of batch.tickets) ticket.pending--;
  }

  /** While the store is busy an open batch may as well grow: many small transactions are what makes a store slow. */
  function onTime(): void {
    timer = undefined;
    if (queued === 0) closeAll();
    else due = true;
  }

  function closeAll(): void {
    clearTimeout(timer);
    timer = undefined;
    due = false;
    for (const batch of [...open.values()]) close(batch);
  }

  async function write(batch: OpenBatch): Promise<void> {
    if (batch.documents.length > 0 || batch.sources.length > 0 || batch.checkpoints.length > 0) {
      const { documents, bytes, sources, checkpoints, delivery } = batch;
      const result = await store.write({
        documents,
        bytes,
        sources,
        checkpoints,
        ...(delivery === undefined ? {} : { delivery }),
      });
      let written = result.written;
      let start = 0;
      const rejected = [...result.rejected].sort((a, b) => a.index - b.index);
      for (const { ticket, end } of batch.owners) {
        const letters: DeadLetter[] = [];
        let refused = 0;
        for (; rejected[0] !== undefined && rejected[0].index < end; refused++) {
          const { index, reason } = rejected.shift() as { index: number; reason: string };
          const document = documents[index] as Document;
          letters.push({
            pipeline: ticket.pipeline,
            source: ticket.name,
            reason,
            content: Buffer.from(document.body.subarray(0, MAX_CONTENT_BYTES)).toString('utf8'),
          });
        }
        const stored = end - start - refused;
        ticket.documents += stored;
        ticket.written += Math.min(stored, written);
        written -= Math.min(stored, written);
        ticket.deadLetters += refused;
        start = end;
        if (letters.length > 0) await ticket.letters.append(letters);
      }
    }
    // A sweep with a refused document did not store all that it saw: retiring now would hide that resource.
    const sweeps = batch.sweeps.filter(({ ticket }) => ticket.deadLetters === 0);
    if (sweeps.length > 0) {
      const retired = await store.retire(sweeps.map(({ sweep }) => sweep));
      for (const [index, { ticket }] of sweeps.entries()) ticket.retired += retired[index] ?? 0;
    }
  }

  return {
    get failure() {
      return failure;
    },
    ticket: (pipeline, name, letters) => ({
      pipeline,
      name,
      letters,
      documents: 0,
      written: 0,
      bytes: 0,
      dropped: 0,
      deadLetters: 0,
      retired: 0,
      problems: [],
      leftOut: leftOutCounter(),
      pending: 0,
      delivery: undefined,
      wake: [],
    }),
    async emit(ticket, emission) {
      if (failure !== undefined) throw failure;
      switch (emission.type) {
        case 'documents': {
          if (emission.documents.length === 0) return;
          const bytes = emission.documents.reduce((sum, document) => sum + document.body.byteLength, 0);
          while (outstandingBytes > 0 && outstandingBytes + bytes > limits.budgetBytes) {
            if (queued === 0) closeAll();
            await new Promise<void>((wake) => waiting.push(wake));
            if (failure !== undefined) throw failure;
          }
          ticket.bytes += bytes;
          outstandingBytes += bytes;
          for (let next = 0; next < emission.documents.length; ) {
            const batch = batchFor(ticket);
            for (; next < emission.documents.length && !isFull(batch); next++) {
              const document = emission.documents[next] as Document;
              batch.documents.push(document);
              batch.bytes += document.body.byteLength;
            }
            const last = batch.owners.at(-1);
            if (last?.ticket === ticket) last.end = batch.documents.length;
            else batch.owners.push({ ticket, end: batch.documents.length });
            if (isFull(batch)) close(batch);
          }
          return;
        }
        case 'acknowledge':
          batchFor(ticket).sources.push(emission.source);
          return;
        case 'checkpoint': {
          const { key, reached } = emission;
          batchFor(ticket).checkpoints.push({ pipeline: ticket.pipeline, key, reached });
          return;
        }
        case 'retire':
          batchFor(ticket).sweeps.push({ ticket, sweep: emission.sweep });
          return;
        case 'dropped':
          ticket.dropped += emission.count;
          return;
        case 'left-out':
          ticket.leftOut.add({ reason: emission.reason, count: 1, object: emission.object });
          return;
        case 'dead-letter':
          ticket.deadLetters++;
          await ticket.letters.append([emission.letter]);
          return;
        case 'problem':
          ticket.problems.push(emission.problem);
          return;
        case 'begin-delivery':
          discard(emission.delivery);
          ticket.delivery = emission.delivery;
          await enqueue(() => store.beginDelivery(emission.delivery));
          break;
        case 'publish-delivery': {
          const batch = open.get(ticket.delivery);
          if (batch !== undefined) close(batch);
          ticket.delivery = undefined;
          await enqueue(async () => {
            const published = await store.publishDelivery(emission.delivery);
            if (published) return;
            const { report, month } = emission.delivery;
            ticket.problems.push({
              ...toProblem(
                new OrgscopeError(
                  'conflict',
                  `A newer delivery of ${report} for ${month} is already shown; this one was left out.`,
                  '',
                ),
              ),
              severity: 'notice',
            });
          });
          break;
        }
      }
      if (failure !== undefined) throw failure;
    },
    async settled(ticket) {
      if (ticket.pending > 0) await new Promise<void>((wake) => ticket.wake.push(wake));
    },
    async flush() {
      closeAll();
      await tail;
    },
  };
}
