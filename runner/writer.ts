import type { Delivery, PipelineName } from '../core/batch.ts';
import type { Document } from '../core/document.ts';
import type { Emission } from '../core/pipeline.ts';
import { OrgscopeError, type Problem, toProblem } from '../core/problem.ts';
import type { Store } from '../core/store.ts';
import type { DeadLetterFile } from './dead-letter-file.ts';
import { memoryBudget } from './memory-budget.ts';
import { type OpenBatch, openBatches } from './open-batches.ts';
import { orderedWork } from './ordered-work.ts';
import { newTicket, type Ticket } from './ticket.ts';
import { writeBatch } from './write-batch.ts';

/**
 * Acknowledgement, the hard idea of this folder. Many jobs emit documents; they are gathered into batches that hold documents
 * of any jobs in the order of emission, and batches are written one after the other. An acknowledgement joins the batch that is
 * open when it is emitted. Its source's documents are in this batch or in one before it, so when the store has taken the batch
 * (documents and acknowledgements in one transaction, or the acknowledgements after the documents) the source is done for good;
 * and when the process dies earlier, the source is read again and its deterministic ids change nothing.
 * Retiring waits in the same way: what a complete sweep did not see goes only after everything that it did see is stored.
 */

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
  ticket(pipeline: PipelineName, name: string, deadLetterFile: DeadLetterFile): Ticket;
  /** Takes one emission; waits while the memory budget is used up. Rejects once the store has failed. */
  emit(ticket: Ticket, emission: Emission): Promise<void>;
  /** Resolves once everything that the job emitted is stored, or the store has failed. */
  settled(ticket: Ticket): Promise<void>;
  /** Writes what is open. */
  flush(): Promise<void>;
  /** The store's failure, which ends the run. */
  readonly failure: OrgscopeError | undefined;
}

export function createWriter(store: Store, onFailure: (error: OrgscopeError) => void, limits = DEFAULT_LIMITS): Writer {
  const work = orderedWork(onFailure);
  const memory = memoryBudget(limits.budgetBytes);
  const batches = openBatches(limits, (batch) => work.add(() => writeBatch(store, batch)), onStored);

  function onStored({ bytes, tickets }: OpenBatch): void {
    memory.release(bytes);
    for (const ticket of tickets) {
      ticket.pending--;
      if (ticket.pending === 0) for (const wake of ticket.wake.splice(0)) wake();
    }
  }

  function throwFailure(): void {
    if (work.failure !== undefined) throw work.failure;
  }

  async function emitDocuments(ticket: Ticket, documents: readonly Document[]): Promise<void> {
    if (documents.length === 0) return;
    const bytes = documents.reduce((sum, { body }) => sum + body.byteLength, 0);
    while (!memory.hasRoom(bytes)) {
      if (!batches.isBusy) batches.closeAll();
      await memory.released();
      throwFailure();
    }
    ticket.bytes += bytes;
    memory.take(bytes);
    batches.add(ticket, documents);
  }

  async function beginDelivery(ticket: Ticket, delivery: Delivery): Promise<void> {
    // The job may have failed half-way before: what waits of that attempt would be stored twice.
    memory.release(batches.discard(delivery));
    ticket.delivery = delivery;
    await work.add(() => store.beginDelivery(delivery));
    throwFailure();
  }

  async function publishDelivery(ticket: Ticket, delivery: Delivery): Promise<void> {
    batches.closeOf(ticket.delivery);
    ticket.delivery = undefined;
    await work.add(async () => {
      if (!(await store.publishDelivery(delivery))) ticket.problems.push(olderDelivery(delivery));
    });
    throwFailure();
  }

  return {
    get failure() {
      return work.failure;
    },
    ticket: newTicket,
    async emit(ticket, emission) {
      throwFailure();
      switch (emission.type) {
        case 'documents':
          return emitDocuments(ticket, emission.documents);
        case 'acknowledge':
          batches.of(ticket).sources.push(emission.source);
          return;
        case 'checkpoint': {
          const { key, reached } = emission;
          batches.of(ticket).checkpoints.push({ pipeline: ticket.pipeline, key, reached });
          return;
        }
        case 'retire':
          batches.of(ticket).sweeps.push({ ticket, sweep: emission.sweep });
          return;
        case 'dropped':
          ticket.dropped += emission.count;
          return;
        case 'left-out':
        case 'taken-for':
          ticket.objects.add({ ...emission, pipeline: ticket.pipeline, count: 1 });
          return;
        case 'looked-up':
          ticket.objects.add({ ...emission, pipeline: ticket.pipeline, object: '' });
          return;
        case 'dead-letter':
          ticket.deadLetters++;
          return ticket.deadLetterFile.append([emission.deadLetter]);
        case 'problem':
          ticket.problems.push(emission.problem);
          return;
        case 'begin-delivery':
          return beginDelivery(ticket, emission.delivery);
        case 'publish-delivery':
          return publishDelivery(ticket, emission.delivery);
      }
    },
    async settled(ticket) {
      if (ticket.pending > 0) await new Promise<void>((wake) => ticket.wake.push(wake));
    },
    async flush() {
      batches.closeAll();
      await work.ended();
    },
  };
}

function olderDelivery({ report, month }: Delivery): Problem {
  const message = `A newer delivery of ${report} for ${month} is already shown; this one was left out.`;
  return { ...toProblem(new OrgscopeError('conflict', message, '')), severity: 'notice' };
}
