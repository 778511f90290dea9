/**
 * Trails: objects on disk to the store's input, and on into DuckDB, in events per CPU-second and as ratios to the floor, which is
 * gunzip + JSON.parse + JSON.stringify of the same objects in the same process. Rounds alternate, so that whatever else the machine
 * does hits both; the median round counts.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { localFolder } from '../collectors/objects/local-folder.ts';
import { awscliTrail } from '../mappings/awscli-trail.ts';
import { composeViews } from '../mappings/compose.ts';
import { trailsPipeline } from '../pipelines/trails-pipeline.ts';
import { openDuckdb } from '../stores/duckdb/open-duckdb.ts';
import { runPipelines } from '../tests/support/run-into-store.ts';
import { EMPTY_STORE } from '../tests/support/run-pipeline.ts';
import { makeTrailObjects } from './support/make-trail-objects.ts';
import { measure, median } from './support/measure.ts';

const ROUNDS = 5;
const folder = mkdtempSync(join(tmpdir(), 'orgscope-bench-'));

try {
  const source = join(folder, 'source');
  const { events, bytes, files } = makeTrailObjects(source, { objects: 120, eventsPerObject: 500, seed: 42 });
  const pipeline = () => trailsPipeline({ sources: async () => ({ sources: [localFolder(source)], problems: [] }) });

  const floor = (): number => {
    let printed = 0;
    for (const file of files) printed += JSON.stringify(JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'))).length;
    return printed === bytes ? events : 0;
  };
  const documents = async (): Promise<number> => {
    const { signal } = new AbortController();
    const ledger = { known: async () => new Set<string>() } as never;
    const checkpoint = async () => undefined;
    let count = 0;
    const context = { sweepTime: 0, ledger, checkpoint, signal, report: fail, skipped: fail, leaveOut: fail };
    for await (const { run } of pipeline().plan(context)) {
      for await (const emission of run({ ...context, answer: EMPTY_STORE.answer })) {
        if (emission.type === 'documents') count += emission.documents.length;
        else if (emission.type !== 'acknowledge') fail(emission);
      }
    }
    return count;
  };
  const intoDuckdb = async (round: number): Promise<number> => {
    const store = await openDuckdb({ path: join(folder, `round-${round}.duckdb`), mappings: composeViews([awscliTrail], []) });
    const { report } = await runPipelines(store, [pipeline()]);
    await store.close();
    return report.totals.written;
  };

  const floors: number[] = [];
  const encoded: number[] = [];
  const stored: number[] = [];
  // The first round of each warms the compiler up and does not count.
  for (let round = 0; round <= ROUNDS; round++) {
    const ofFloor = await measure(floor, events);
    const ofDocuments = await measure(documents, events);
    const ofDuckdb = await measure(() => intoDuckdb(round), events);
    if (round === 0) continue;
    floors.push(ofFloor);
    encoded.push(ofDocuments);
    stored.push(ofDuckdb);
  }
  const base = median(floors);
  const print = (bench: string, rate: number, ratio: number) =>
    console.log(
      JSON.stringify({
        bench,
        events,
        bytes_per_event: Math.round(bytes / events),
        events_per_cpu_second: Math.round(rate),
        ratio_to_floor: Number(ratio.toFixed(3)),
        peak_rss_mib: Math.round(process.resourceUsage().maxRSS / 1024),
      }),
    );
  print('trails floor', base, 1);
  print('trails to documents', median(encoded), median(encoded) / base);
  print('trails to duckdb', median(stored), median(stored) / base);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function fail(what: unknown): never {
  throw new Error(typeof what === 'string' ? what : JSON.stringify(what));
}
