import { systemClock } from '../../core/clock.ts';
import type { Pipeline } from '../../core/pipeline.ts';
import type { JobReport, RunReport, Store } from '../../core/store.ts';
import { deadLetterFile } from '../../runner/dead-letter-file.ts';
import { startRun } from '../../runner/start-run.ts';
import type { WriterLimits } from '../../runner/writer.ts';

let runs = 0;

/** Runs pipelines to the end, as the product does but without delays before another attempt, and yields the report and its jobs. */
export async function runPipelines(
  store: Store,
  pipelines: readonly Pipeline[],
  deadLetters = '/dev/null',
  signal = new AbortController().signal,
  resume = false,
  limits?: WriterLimits,
): Promise<{ report: RunReport; jobs: readonly JobReport[] }> {
  const id = `test-${++runs}`;
  const run = startRun({
    id,
    pipelines,
    store,
    deadLetters: deadLetterFile(deadLetters),
    clock: systemClock,
    // The delay before another attempt is a factor from 0.5 on: none.
    random: () => -0.5,
    signal,
    resume,
    ...(limits === undefined ? {} : { limits }),
  });
  const report = await run.report;
  return { report, jobs: (await store.ledger.jobs(id, { limit: 1_000 })).jobs };
}
