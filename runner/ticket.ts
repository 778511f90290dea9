import type { Delivery, PipelineName } from '../core/batch.ts';
import type { Problem } from '../core/problem.ts';
import type { DeadLetterFile } from './dead-letter-file.ts';
import { type ObjectCounter, objectCounter } from './object-counter.ts';

/** What one attempt at a job has brought so far. */
export interface Ticket {
  readonly pipeline: PipelineName;
  /** Named in dead letters. */
  readonly name: string;
  /** Keeps the documents of the job that the store refuses. */
  readonly deadLetterFile: DeadLetterFile;
  documents: number;
  /**
   * How many of these were new to the store or newer than what it had. The store gives this number for a batch: where several jobs share a batch
   * the first of them gets it, and only the sum over all jobs is exact.
   */
  written: number;
  bytes: number;
  dropped: number;
  deadLetters: number;
  retired: number;
  readonly problems: Problem[];
  readonly objects: ObjectCounter;
  /** Batches that hold something of this job and are not stored yet. */
  pending: number;
  /** The delivery that the documents of the job belong to at present. */
  delivery: Delivery | undefined;
  /** Called once nothing of the job is pending. */
  wake: (() => void)[];
}

export const newTicket = (pipeline: PipelineName, name: string, deadLetterFile: DeadLetterFile): Ticket => ({
  pipeline,
  name,
  deadLetterFile,
  documents: 0,
  written: 0,
  bytes: 0,
  dropped: 0,
  deadLetters: 0,
  retired: 0,
  problems: [],
  objects: objectCounter(),
  pending: 0,
  delivery: undefined,
  wake: [],
});
