import { kinds } from '../collectors/inventory/registry.ts';
import type { Clock } from '../core/clock.ts';
import { DAY_MS } from '../core/day-ms.ts';
import { indexNames } from '../core/index-names.ts';
import type { Store } from '../core/store.ts';
import { awscli } from '../mappings/awscli.ts';
import { views } from '../mappings/registry.ts';
import type { Run } from '../runner/conduct-run.ts';
import { deadLetterFile } from '../runner/dead-letter-file.ts';
import { startRun } from '../runner/start-run.ts';
import type { ComposeOptions } from './compose.ts';
import { openTheSample } from './open-the-sample.ts';

/** The kinds that charts of the inventory's history show. */
const KINDS: ReadonlySet<string> = new Set(['ec2-instance', 'rds-instance']);
const DAYS = 28;
const EVERY_DAYS = 4;
/** Name of the ledger's note that is written once the past was read. */
const NOTE = 'sample-past';

/**
 * Gives the sample the history that a real store has after a month: machines, databases and the sizes of buckets as they were on past days, read by
 * the pipelines themselves. Only history is stored; current state, changes and reports stay those of today. Done once for a store.
 */
export async function sweepSamplePast(
  store: Store,
  options: ComposeOptions,
  signal: AbortSignal,
  onRun: (run: Run) => void,
): Promise<void> {
  if ((await store.ledger.note(NOTE)) !== undefined) return;
  const [{ inventoryPipeline }, { s3Pipeline }] = await Promise.all([
    import('../pipelines/inventory-pipeline.ts'),
    import('../pipelines/s3-pipeline.ts'),
  ]);
  const shown = kinds.filter(({ name }) => KINDS.has(name));
  const today = options.clock.now().getTime();
  for (let days = EVERY_DAYS; days <= DAYS; days += EVERY_DAYS) {
    const then: Clock = { now: () => new Date(today - days * DAY_MS) };
    const { reach, hostSources } = await openTheSample({ ...options, clock: then });
    const run = startRun({
      id: `${NOTE}-${days}`,
      pipelines: [inventoryPipeline({ reach, hostSources, kinds: shown, instanceEvents: false }), s3Pipeline({ reach })],
      store: historyOnly(store),
      deadLetters: deadLetterFile('/dev/null'),
      clock: then,
      random: Math.random,
      signal,
    });
    onRun(run);
    const { state } = await run.report;
    reach.close();
    if (signal.aborted || state === 'interrupted') return;
  }
  await store.ledger.swapNote(NOTE, undefined, new Date(today).toISOString());
}

/** Yields a store that takes history alone, and neither current state nor reports. */
function historyOnly(store: Store): Store {
  const { viewOf } = indexNames(views);
  return {
    ...store,
    async write({ documents, ...batch }) {
      const history = documents.filter(({ index }) => viewOf(index) === awscli.view);
      if (history.length === 0) return { written: 0, unchanged: 0, rejected: [] };
      return store.write({ ...batch, documents: history });
    },
    retire: async (sweeps) => sweeps.map(() => 0),
    ledger: { ...store.ledger, saveRun: async () => undefined, saveJobs: async () => undefined },
  };
}
