import { systemClock } from '../../core/clock.ts';
import type { PipelineContext } from '../../pipelines/declare-pipeline.ts';

/** The context with which a pipeline reads a folder, without AWS, monitoring and databases of locations. */
export const folderContext = (source: string): PipelineContext => ({
  source,
  queues: false,
  clock: systemClock,
  history: undefined,
  inactiveAfterDays: undefined,
  preserveOriginal: false,
  communityId: false,
  hostSources: async () => [],
  addressLocations: async () => undefined,
  async reach() {
    throw new Error('A folder is read without AWS.');
  },
});
