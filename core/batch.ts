import type { PIPELINE_NAMES } from './declared-pipelines.ts';
import type { Document } from './document.ts';

/** A pipeline of `pipelines/`. */
export type PipelineName = (typeof PIPELINE_NAMES)[number];

/**
 * Something that was read and can be acknowledged. The key changes whenever the content may have changed:
 * `s3://bucket/key#etag`, or `file:///real/path#size-mtimeMs`.
 */
export interface Source {
  readonly pipeline: PipelineName;
  readonly key: string;
  /** How many documents it gave. */
  readonly documents: number;
}

/** How far a source without an end has been read. It never goes back: of two values of a key the later one stays, in whatever order they are written. */
export interface Checkpoint {
  readonly pipeline: PipelineName;
  /** What is read from there on, such as an account, a region and a dataset. */
  readonly key: string;
  /** Milliseconds since 1970: everything before it has been read. */
  readonly reached: number;
}

/** One delivery of one report's month: what becomes visible all at once, in place of the delivery before it. */
export interface Delivery {
  /** Identifies the report over all its months (payer account and report name). */
  readonly report: string;
  /** `2026-11` */
  readonly month: string;
  /** Identifies this delivery among those of the month (assembly id or manifest fingerprint). */
  readonly delivery: string;
  /** When AWS wrote it (manifest's LastModified, locally mtime), milliseconds. The highest one wins. */
  readonly modified: number;
}

/**
 * Documents, and the sources that are done once the store has all documents of this batch and of the batches before it.
 * A batch with a `delivery` holds documents of that delivery alone: the store keeps them out of sight until `publish`.
 */
export interface Batch {
  readonly documents: readonly Document[];
  /** Sum of the bodies' bytes. */
  readonly bytes: number;
  readonly sources: readonly Source[];
  /** Become true together with the sources. */
  readonly checkpoints?: readonly Checkpoint[];
  readonly delivery?: Delivery;
}
