import type { Emission, Pipeline } from '../../core/pipeline.ts';
import { EMPTY_STORE } from '../../tests/support/run-pipeline.ts';

/** What a pipeline emits around its documents where nothing goes wrong. */
const EXPECTED: ReadonlySet<Emission['type']> = new Set(['acknowledge', 'begin-delivery', 'publish-delivery', 'taken-for']);

/** Runs the jobs of a pipeline one after the other, without a runner and a store, and yields how many documents they emit. */
export async function countDocuments(pipeline: Pipeline): Promise<number> {
  const { signal } = new AbortController();
  const ledger = { known: async () => new Set<string>(), delivery: async () => undefined } as never;
  const context = { sweepTime: 0, ledger, checkpoint: async () => undefined, signal };
  let count = 0;
  for await (const { run } of pipeline.plan({ ...context, report: fail, skipped: fail, leaveOut: fail })) {
    for await (const emission of run({ ...context, answer: EMPTY_STORE.answer })) {
      if (emission.type === 'documents') count += emission.documents.length;
      else if (!EXPECTED.has(emission.type)) fail(emission);
    }
  }
  return count;
}

function fail(what: unknown): never {
  throw new Error(typeof what === 'string' ? what : JSON.stringify(what));
}
