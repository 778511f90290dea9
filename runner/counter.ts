import type { PipelineProgress } from '../core/api/runs.ts';
import type { PipelineName } from '../core/batch.ts';

/** A pipeline's progress while it grows. */
export type Counter = { -readonly [Key in keyof PipelineProgress]: PipelineProgress[Key] };

/** The progress of a pipeline before its planning. */
export const newCounter = (pipeline: PipelineName): Counter => ({
  pipeline,
  planned: 0,
  planning: true,
  done: 0,
  failed: 0,
  documents: 0,
  bytes: 0,
  current: '',
});
