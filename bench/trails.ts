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
import { startStandIn } from './support/start-stand-in.ts';

const ROUNDS = 5;
/** A process takes its start each time, and a run of it some seconds. */
const WHOLE_ROUNDS = 3;
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
  await wholes(runs, whole.events, wholeFloor);
  await starts(runs);
  await tinyObjects(runs, tiny.events, whole.events);
  await flatMemory(runs, 'much', whole.events * copies, wholeFloor);
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
    print({
      bench,
      events,
      bytes_per_event: Math.round(bytes / events),
      events_per_cpu_second: Math.round(median(rates)),
      ratio_to_floor: rounded(median(rates) / base),
      peak_rss_mib: Math.round(process.resourceUsage().maxRSS / 1024),
    });
  }
}

/** Prints the lines of whole processes, each as a ratio to floors that were measured in between. */
async function wholes(runs: PipelineRuns, events: number, floor: () => Promise<number>): Promise<void> {
  const floors: number[] = [];
  const used = { 'null engine': [] as CommandUsage[], duckdb: [] as CommandUsage[] };
  for (let round = 0; round < WHOLE_ROUNDS; round++) {
    floors.push(await floor());
    used['null engine'].push(await runs.intoEngine('whole', events));
    floors.push(await floor());
    used.duckdb.push(await runs.intoDuckdb('whole', events));
  }
  for (const [store, usages] of Object.entries(used)) {
    const rate = events / median(usages.map(({ cpuSeconds }) => cpuSeconds));
    print({
      bench: `trails whole process, S3 to ${store}`,
      events,
      events_per_cpu_second: Math.round(rate),
      ratio_to_floor: rounded(rate / median(floors)),
      wall_seconds: rounded(median(usages.map(({ wallSeconds }) => wallSeconds))),
      peak_rss_mib: Math.round(Math.max(...usages.map(({ peakMib }) => peakMib))),
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
  print({ bench: 'trails start of --version', cpu_seconds: await cpuOf(() => measureCommand(['--version'])) });
  print({
    bench: 'trails start of a small run',
    null_engine_cpu_seconds: await cpuOf(() => runs.intoEngine('one', 1)),
    duckdb_cpu_seconds: await cpuOf(() => runs.intoDuckdb('one', 1)),
  });
}

/** Prints the time per event of objects that hold one event each, against large objects. The start of the process is taken off both. */
async function tinyObjects(runs: PipelineRuns, tinyEvents: number, largeEvents: number): Promise<void> {
  const ratios: number[] = [];
  let last = { start: 0, tiny: 0, large: 0 };
  for (let round = 0; round < WHOLE_ROUNDS; round++) {
    const start = (await runs.intoEngine('one', 1)).cpuSeconds;
    const tiny = ((await runs.intoEngine('tiny', tinyEvents)).cpuSeconds - start) / tinyEvents;
    const large = ((await runs.intoEngine('whole', largeEvents)).cpuSeconds - start) / largeEvents;
    last = { start, tiny, large };
    ratios.push(tiny / large);
  }
  print({
    bench: 'trails objects of one event, S3 to null engine',
    objects: tinyEvents,
    cpu_microseconds_per_event: rounded(last.tiny * 1e6),
    of_large_objects: rounded(last.large * 1e6),
    times_large_objects: rounded(median(ratios)),
  });
}

/** Prints the peak of resident memory until a quarter of much was written, and at the end. */
async function flatMemory(runs: PipelineRuns, bucket: string, events: number, floor: () => Promise<number>): Promise<void> {
  const before = await runs.taken();
  let quarterMib = 0;
  const floors = [await floor()];
  const { cpuSeconds, peakMib } = await runs.intoEngine(bucket, events, async (pid) => {
    if (quarterMib > 0 || (await runs.taken()) - before < events / 4) return;
    // The peak since the process began, in kilobytes.
    const peak = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    quarterMib = Number(peak?.[1]) / 1024;
  });
  floors.push(await floor());
  const rate = events / cpuSeconds;
  print({
    bench: 'trails memory of a whole process, S3 to null engine',
    events,
    events_per_cpu_second: Math.round(rate),
    ratio_to_floor: rounded(rate / ((floors[0] as number) / 2 + (floors[1] as number) / 2)),
    peak_rss_mib_at_a_quarter: Math.round(quarterMib),
    peak_rss_mib: Math.round(peakMib),
    limit_mib: 256,
  });
}

function print(line: object): void {
  console.log(JSON.stringify(line));
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}
