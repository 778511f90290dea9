import type { RunRequest } from '../core/api/runs.ts';
import type { PipelineName } from '../core/batch.ts';
import type { Pipeline } from '../core/pipeline.ts';

/** Runs whose pipelines are kept: a pipeline holds what it has read of accounts and of the sweep before, which all jobs of a run share. */
const KEPT = 8;

/** Yields a run's pipeline, which is composed once for all its jobs; those that were used last are kept. */
export function composedPipelines(compose: (request: RunRequest, name: PipelineName) => Promise<Pipeline>) {
  const composed = new Map<string, Promise<Pipeline>>();
  return (run: string, request: RunRequest, name: PipelineName): Promise<Pipeline> => {
    const key = `${run}/${name}`;
    const pipeline = composed.get(key) ?? compose(request, name);
    composed.delete(key);
    composed.set(key, pipeline);
    // A failure may pass: the next job composes the pipeline again.
    pipeline.catch(() => composed.delete(key));
    if (composed.size > KEPT) composed.delete(composed.keys().next().value ?? '');
    return pipeline;
  };
}
