import type { Reach } from '../aws/reach.ts';
import type { LocationLookup } from '../collectors/locations/address-locations.ts';
import type { NotificationQueue } from '../collectors/objects/sqs-notifications.ts';
import type { BackfillRange } from '../core/api/runs.ts';
import type { Clock } from '../core/clock.ts';
import type { HostSource } from '../core/monitored-host.ts';
import type { Pipeline } from '../core/pipeline.ts';
import type { PipelineFacts } from '../core/pipeline-facts.ts';

/** What the application gives a pipeline when it opens it. Functions open their result at the first call. */
export interface PipelineContext {
  /** The first pipeline that needs the accounts asks for them; later ones of the run get the same answer. */
  reach(): Promise<Reach>;
  /** What monitoring knows of the user's machines. */
  hostSources(): Promise<readonly HostSource[]>;
  /** The lookup of the locations of IP addresses; undefined if the user has set no database. */
  addressLocations(): Promise<LocationLookup | undefined>;
  readonly clock: Clock;
  /** Undefined: the pipeline's own default. */
  readonly history: 'all' | 'changes' | undefined;
  readonly inactiveAfterDays: number | undefined;
  readonly preserveOriginal: boolean;
  /** Whether flows are given their Community ID. */
  readonly communityId: boolean;
  /** A folder or `s3://bucket/prefix`, read in place of what the lists name. */
  readonly source?: string | undefined;
  /** Only objects that were delivered on these days. */
  readonly backfill?: BackfillRange | undefined;
  /** Whether the queues that the lists name are received from, until they are empty. */
  readonly queues: boolean;
  /** Only this queue, which is received from until `isOver` is true. */
  readonly live?: { readonly queue: NotificationQueue; isOver(): boolean } | undefined;
}

/**
 * A pipeline and its facts, one file of `pipelines/` each. It imports the code that runs the pipeline only within `open`, since help, `status` and the page
 * need the facts alone.
 */
export interface PipelineDeclaration extends PipelineFacts {
  /** Its place among the pipelines in help, progress and reports. */
  readonly order: number;
  /** When an object was delivered, in milliseconds, by its key. Where given, a gauge shows how far the pipeline lags behind. */
  readonly deliveredAt?: (key: string) => number | undefined;
  open(context: PipelineContext): Promise<Pipeline>;
}

/** Declares a pipeline; the registry of `pipelines/` finds it by this call. */
export const declarePipeline = (declaration: PipelineDeclaration): PipelineDeclaration => declaration;
