import type { Reach } from '../aws/reach.ts';
import type { NotificationQueue } from '../collectors/objects/sqs-notifications.ts';
import type { PlaceLookup } from '../collectors/places/address-places.ts';
import type { BackfillRange } from '../core/api.ts';
import type { Clock } from '../core/clock.ts';
import type { HostSource } from '../core/monitored-host.ts';
import type { Pipeline } from '../core/pipeline.ts';
import type { PipelineFacts } from '../core/pipeline-facts.ts';

/** What the application gives a pipeline to open with. What is a function is opened when it is first called. */
export interface PipelineContext {
  /** Accounts are asked for once in a run, whichever of its pipelines is first. */
  reach(): Promise<Reach>;
  /** What monitoring knows of the user's machines. */
  hostSources(): Promise<readonly HostSource[]>;
  /** Where IP addresses lie; undefined where the user has no database for it. */
  addressPlaces(): Promise<PlaceLookup | undefined>;
  readonly clock: Clock;
  /** Undefined: the pipeline's own default. */
  readonly history: 'all' | 'changes' | undefined;
  readonly inactiveAfterDays: number | undefined;
  readonly preserveOriginal: boolean;
  /** A folder or `s3://bucket/prefix`, read in place of what the lists name. */
  readonly source?: string | undefined;
  /** Only what was delivered on these days. */
  readonly backfill?: BackfillRange | undefined;
  /** Whether the queues that the lists name are received from, until they are empty. */
  readonly queues: boolean;
  /** This one queue alone, received from until `isOver` says so. */
  readonly live?: { readonly queue: NotificationQueue; isOver(): boolean } | undefined;
}

/**
 * One pipeline and all that is known of it. One file of `pipelines/` each, which loads what runs the pipeline in `open` alone: help, `status` and the page
 * need the facts only.
 */
export interface PipelineDeclaration extends PipelineFacts {
  /** Its place among the pipelines in help, progress and reports. */
  readonly order: number;
  /** When an object was delivered, in milliseconds, as its key tells: the pipeline then has a gauge of how far it lags behind. */
  readonly deliveredAt?: (key: string) => number | undefined;
  open(context: PipelineContext): Promise<Pipeline>;
}

/** Declares a pipeline; the registry of `pipelines/` finds it by this call. */
export const declarePipeline = (declaration: PipelineDeclaration): PipelineDeclaration => declaration;
