import type { PipelineName } from '../core/batch.ts';
import { DAY_MS } from '../core/day-ms.ts';
import type { Ledger } from '../core/store.ts';

/** An older sweep says too little about the present to stand for one of this run. */
const RESUMED_WITHIN_MS = DAY_MS;
const RESUMED_RUNS = 50;

/** The sweeps that the last runs completed, back to the last run that was not interrupted. A run that the ledger still calls running was killed. */
export async function sweptByInterrupted(
  ledger: Ledger,
  names: readonly PipelineName[],
  now: Date,
): Promise<ReadonlySet<string>> {
  const swept = new Set<string>();
  for (const { id, state, started, pipelines } of await ledger.runs(RESUMED_RUNS)) {
    if (!pipelines.some((name) => names.includes(name))) continue;
    const old = now.getTime() - Date.parse(started) > RESUMED_WITHIN_MS;
    if (old || (state !== 'interrupted' && state !== 'running')) break;
    for (const job of await ledger.swept(id)) swept.add(job);
  }
  return swept;
}
