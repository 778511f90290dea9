/**
 * Trails, parts and whole. The floor is gunzip + JSON.parse + JSON.stringify of the same objects in this process. The parts run here too: objects on
 * disk to documents, and on into DuckDB. The whole is the command line in a process of its own, from its start to its exit: objects from a
 * stand-in for S3, into a null engine and into DuckDB. All of it in CPU time, and the stand-ins' does not count. Rounds alternate, so that
 * other work on the machine hits all of them; the median round counts.
 *
 * `BENCH_TINY_OBJECTS` (default 5,000) is how many objects of one event each are read, `BENCH_GIGABYTES` (default 1) how much is read to see that memory
 * stays flat.
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
import { countDocuments } from './support/count-documents.ts';
import { makeTrailObjects } from './support/make-trail-objects.ts';
import { measure, median } from './support/measure.ts';
import { type CommandUsage, measureCommand } from './support/measure-command.ts';
import { type PipelineRuns, pipelineRuns } from './support/pipeline-runs.ts';
import { printLine, rounded } from './support/print-line.ts';
import { startStandIn } from './support/start-stand-in.ts';
import { WHOLE_ROUNDS, wholeProcesses } from './support/whole-processes.ts';

const ROUNDS = 5;
const TINY_OBJECTS = Number(process.env.BENCH_TINY_OBJECTS ?? 5_000);
const MUCH_BYTES = Number(process.env.BENCH_GIGABYTES ?? 1) * 1e9;
const folder = mkdtempSync(join(tmpdir(), 'orgscope-bench-'));
const made = (name: string, objects: number, eventsPerObject: number) =>
  makeTrailObjects(join(folder, name), { objects, eventsPerObject, seed: 42 });

try {
  const part = made('source', 120, 500);
  const whole = made('whole', 240, 500);
  const floor = (files: readonly string[]): number => {
    let printed = 0;
    for (const file of files) printed += JSON.stringify(JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'))).length;
    return printed;
  };
  await parts(part, () => (floor(part.files) === part.bytes ? part.events : 0));

  const tiny = made('tiny', TINY_OBJECTS, 1);
  made('one', 1, 1);
  const copies = Math.ceil(MUCH_BYTES / whole.bytes);
  const wholeFloor = () => measure(() => (floor(whole.files) === whole.bytes ? whole.events : 0), whole.events);
  const s3 = await startStandIn('s3-stand-in-child.ts', [
    ...['whole', 'tiny', 'one'].map((name) => `${name}=1=${join(folder, name)}`),
    `much=${copies}=${join(folder, 'whole')}`,
  ]);
  const engine = await startStandIn('null-engine-child.ts');
  const runs = pipelineRuns('trails', { folder, s3: s3.url, engine: engine.url });
  const processes = wholeProcesses('trails', 'event', runs);
  await processes.stores(whole.events, wholeFloor);
  await starts(runs);
  await processes.tinyObjects(
    'objects of one event',
    { objects: tiny.events, records: tiny.events },
    { bucket: 'whole', records: whole.events },
  );
  const floorBefore = await wholeFloor();
  await processes.flatMemory(whole.events * copies, async (rate) => ({
    ratio_to_floor: rounded(rate / ((floorBefore + (await wholeFloor())) / 2)),
  }));
  s3.stop();
  engine.stop();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Prints the lines of the parts. */
async function parts({ bytes }: { readonly bytes: number }, floor: () => number): Promise<void> {
  const source = join(folder, 'source');
  const pipeline = () => trailsPipeline({ sources: async () => ({ sources: [localFolder(source)], problems: [] }) });
  const intoDuckdb = async (round: number): Promise<number> => {
    const store = await openDuckdb({ path: join(folder, `round-${round}.duckdb`), mappings: composeViews([awscliTrail], []) });
    const { report } = await runPipelines(store, [pipeline()]);
    await store.close();
    return report.totals.written;
  };

  const events = floor();
  const floors: number[] = [];
  const encoded: number[] = [];
  const stored: number[] = [];
  // The first round of each warms the compiler up and does not count.
  for (let round = 0; round <= ROUNDS; round++) {
    const ofFloor = await measure(floor, events);
    const ofDocuments = await measure(() => countDocuments(pipeline()), events);
    const ofDuckdb = await measure(() => intoDuckdb(round), events);
    if (round === 0) continue;
    floors.push(ofFloor);
    encoded.push(ofDocuments);
    stored.push(ofDuckdb);
  }
  const base = median(floors);
  for (const [bench, rates] of [
    ['trails floor', floors],
    ['trails to documents', encoded],
    ['trails to duckdb', stored],
  ] as const) {
    printLine({
      bench,
      events,
      bytes_per_event: Math.round(bytes / events),
      events_per_cpu_second: Math.round(median(rates)),
      ratio_to_floor: rounded(median(rates) / base),
      peak_rss_mib: Math.round(process.resourceUsage().maxRSS / 1024),
    });
  }
}

/** Prints what a process costs before it does any work. */
async function starts(runs: PipelineRuns): Promise<void> {
  const cpuOf = async (run: () => Promise<CommandUsage>): Promise<number> => {
    const seconds: number[] = [];
    for (let round = 0; round < WHOLE_ROUNDS; round++) seconds.push((await run()).cpuSeconds);
    return rounded(median(seconds));
  };
  printLine({ bench: 'trails start of --version', cpu_seconds: await cpuOf(() => measureCommand(['--version'])) });
  printLine({
    bench: 'trails start of a small run',
    null_engine_cpu_seconds: await cpuOf(() => runs.intoEngine('one', 1)),
    duckdb_cpu_seconds: await cpuOf(() => runs.intoDuckdb('one', 1)),
  });
}
