import { systemClock } from '../../core/clock.ts';
import type { PipelineContext } from '../../pipelines/declare-pipeline.ts';

/** What a pipeline is opened with to read a folder, without AWS, monitoring and databases of places. */
export const folderContext = (source: string): PipelineContext => ({
  source,
  queues: false,
  clock: systemClock,
  history: undefined,
  inactiveAfterDays: undefined,
  preserveOriginal: false,
  hostSources: async () => [],
  addressPlaces: async () => undefined,
  async reach() {
    throw new Error('A folder is read without AWS.');
  },
});
