/**
 * Service logs, parts and whole. The floor is gunzip, and the fields of each line as texts: `split('\n')` and `split(' ')`, or a loop that keeps what is in quotes or
 * brackets together. The parts run in this process, in one thread, over the same gzip file: an object to the body of a bulk request, against the floor and against
 * documents that are built as objects and printed; an object into a file of DuckDB, against `CREATE TABLE AS … read_csv`. The whole is the command line in a
 * process of its own, as in trails.ts. All of it in CPU time; rounds alternate, and the median round counts.
 *
 * `BENCH_TINY_OBJECTS` (default 2,000) is how many access logs of 20 lines each are read, `BENCH_GIGABYTES` (default 0.3) how much is read to see that memory
 * stays flat.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { localFolder } from '../collectors/objects/local-folder.ts';
import { awslogs } from '../mappings/awslogs.ts';
import { composeViews } from '../mappings/compose.ts';
import { logsPipeline } from '../pipelines/logs-pipeline.ts';
import type { LogDataset } from '../processors/logs/declare-dataset.ts';
import { elb } from '../processors/logs/elb.ts';
import { NO_NAMES } from '../processors/logs/resource-names.ts';
import { s3access } from '../processors/logs/s3access.ts';
import { vpcflow } from '../processors/logs/vpcflow.ts';
import { openDuckdb } from '../stores/duckdb/open-duckdb.ts';
import { itemWriter } from '../stores/elasticsearch/bulk-body.ts';
import { runPipelines } from '../tests/support/run-into-store.ts';
import { flowDocument } from './support/flow-document.ts';
import { type MadeLogs, makeLogObjects } from './support/make-log-objects.ts';
import { measure, median } from './support/measure.ts';
import { pipelineRuns } from './support/pipeline-runs.ts';
import { printLine, rounded } from './support/print-line.ts';
import { startStandIn } from './support/start-stand-in.ts';
import { wholeProcesses } from './support/whole-processes.ts';

const ROUNDS = 5;
const TINY_OBJECTS = Number(process.env.BENCH_TINY_OBJECTS ?? 2_000);
const MUCH_BYTES = Number(process.env.BENCH_GIGABYTES ?? 0.3) * 1e9;
const LINES_PER_FILE = 100_000;
/** At most so many tiny objects are made; more of them are copies under other keys. */
const DIFFERENT_OBJECTS = 1_000;
const folder = mkdtempSync(join(tmpdir(), 'orgscope-bench-'));

try {
  const flows = makeLogObjects(join(folder, 'flows'), { kind: 'vpcflow', objects: 1, linesPerObject: LINES_PER_FILE, seed: 42 });
  const balancer = makeLogObjects(join(folder, 'alb'), { kind: 'alb', objects: 1, linesPerObject: LINES_PER_FILE / 4, seed: 42 });
  const access = makeLogObjects(join(folder, 's3access'), {
    kind: 's3access',
    objects: 1,
    linesPerObject: LINES_PER_FILE / 4,
    seed: 42,
    gzip: true,
  });
  await toBulkBody('vpcflow', vpcflow, flows, { floor: splitFields, built: builtFlows });
  await toBulkBody('alb', elb, balancer, { floor: quotedFields });
  await toBulkBody('s3access', s3access, access, { floor: quotedFields });
  await intoDuckdb(flows);

  const whole = makeLogObjects(join(folder, 'whole'), { kind: 'vpcflow', objects: 40, linesPerObject: 10_000, seed: 42 });
  makeLogObjects(join(folder, 'one'), { kind: 's3access', objects: 1, linesPerObject: 1, seed: 1 });
  const different = Math.min(TINY_OBJECTS, DIFFERENT_OBJECTS);
  const tiny = makeLogObjects(join(folder, 'tiny'), { kind: 's3access', objects: different, linesPerObject: 20, seed: 42 });
  const large = makeLogObjects(join(folder, 'large'), { kind: 's3access', objects: 10, linesPerObject: 5_000, seed: 42 });
  const tinyCopies = Math.ceil(TINY_OBJECTS / different);
  const copies = Math.ceil(MUCH_BYTES / whole.bytes);
  const s3 = await startStandIn('s3-stand-in-child.ts', [
    ...['whole', 'one', 'large'].map((name) => `${name}=1=${join(folder, name)}`),
    `tiny=${tinyCopies}=${join(folder, 'tiny')}`,
    `much=${copies}=${join(folder, 'whole')}`,
  ]);
  const engine = await startStandIn('null-engine-child.ts');
  const runs = pipelineRuns('logs', { folder, s3: s3.url, engine: engine.url });
  const wholeFloor = () => measure(() => splitFields(whole.files) - 40, whole.lines);
  const processes = wholeProcesses('logs', 'line', runs);
  await processes.stores(whole.lines, wholeFloor);
  await processes.tinyObjects(
    'access logs of 20 lines',
    { objects: different * tinyCopies, records: tiny.lines * tinyCopies },
    { bucket: 'large', records: large.lines },
  );
  await processes.flatMemory(whole.lines * copies, () => ({ gigabytes: rounded(MUCH_BYTES / 1e9) }));
  s3.stop();
  engine.stop();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Yields the number of lines, whose fields were split at blanks. */
function splitFields(files: readonly string[]): number {
  let lines = 0;
  let fields = 0;
  for (const file of files) {
    for (const line of gunzipSync(readFileSync(file)).toString('latin1').split('\n')) {
      if (line === '') continue;
      fields += line.split(' ').length;
      lines++;
    }
  }
  return fields > lines ? lines : 0;
}

/** Yields the number of lines, whose fields were split at blanks that are not in quotes or brackets. */
function quotedFields(files: readonly string[]): number {
  let lines = 0;
  let fields = 0;
  for (const file of files) {
    for (const line of gunzipSync(readFileSync(file)).toString('latin1').split('\n')) {
      if (line === '') continue;
      fields += tokens(line).length;
      lines++;
    }
  }
  return fields > lines ? lines : 0;
}

function tokens(line: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < line.length; ) {
    const opening = line[at];
    const closing = opening === '"' ? '"' : opening === '[' ? ']' : ' ';
    const from = closing === ' ' ? at : at + 1;
    let to = line.indexOf(closing, from);
    while (closing === '"' && to > 0 && line[to - 1] === '\\') to = line.indexOf(closing, to + 1);
    if (to < 0) to = line.length;
    found.push(line.slice(from, to));
    at = closing === ' ' ? to + 1 : to + 2;
  }
  return found;
}

/** Documents of flow logs that are built as objects, and printed. */
function builtFlows(files: readonly string[]): number {
  let lines = 0;
  let bytes = 0;
  for (const file of files) {
    const [header = '', ...rest] = gunzipSync(readFileSync(file)).toString('utf8').split('\n');
    const columns = header.split(' ');
    for (const line of rest) {
      if (line === '') continue;
      bytes += Buffer.from(JSON.stringify(flowDocument(columns, line.split(' '), file))).length;
      lines++;
    }
  }
  return bytes > lines ? lines : 0;
}

/** The lines of a bulk request for all documents of the objects; yields their number. */
function bulkBody(dataset: LogDataset, files: readonly string[], body: Buffer): number {
  const writer = itemWriter({});
  let documents = 0;
  for (const name of files) {
    const { account = '111122223333', region = 'eu-west-1' } = dataset.recognizeKey(name) ?? {};
    const { reader, encode } = dataset.open({
      name,
      identity: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA',
      account,
      region,
      accountName: () => 'prod',
      written: '2026-11-21T00:05:00.000Z',
      names: NO_NAMES,
      preserveOriginal: false,
    });
    reader.push(gunzipSync(readFileSync(name)));
    reader.finish();
    let at = 0;
    for (let step = reader.next(); step !== 'end'; step = reader.next()) {
      const result = step === 'record' ? encode('2026-11-21T00:06:00.000Z') : undefined;
      if (result?.type !== 'ok') throw new Error(`${step} at ${reader.location()}: ${JSON.stringify(result)}`);
      const item = result.value;
      // As the product does, which sends a body when it is full.
      if (at + writer.room(item, item.body) > body.length) at = 0;
      at = writer.write(body, at, item, item.body);
      documents++;
    }
  }
  return documents;
}

/** Prints an object to a bulk body, as ratios to the floor and to documents that are built as objects. */
async function toBulkBody(
  name: string,
  dataset: LogDataset,
  { files, lines, bytes }: MadeLogs,
  { floor, built }: { floor: (files: readonly string[]) => number; built?: (files: readonly string[]) => number },
): Promise<void> {
  const body = Buffer.allocUnsafe(8 * 1024 * 1024);
  const headers = name === 'vpcflow' ? files.length : 0;
  const rates = { floor: [] as number[], bulk: [] as number[], built: [] as number[] };
  // The first round of each warms the compiler up and does not count.
  for (let round = 0; round <= ROUNDS; round++) {
    const ofFloor = await measure(() => floor(files) - headers, lines);
    const ofBulk = await measure(() => bulkBody(dataset, files, body), lines);
    const ofBuilt = built === undefined ? undefined : await measure(() => built(files), lines);
    if (round === 0) continue;
    rates.floor.push(ofFloor);
    rates.bulk.push(ofBulk);
    if (ofBuilt !== undefined) rates.built.push(ofBuilt);
  }
  const rate = median(rates.bulk);
  printLine({
    bench: `logs ${name} to bulk body`,
    lines,
    bytes_per_line: Math.round(bytes / lines),
    lines_per_cpu_second: Math.round(rate),
    ratio_to_floor: rounded(rate / median(rates.floor)),
    ...(built !== undefined && { times_built_as_objects: rounded(rate / median(rates.built)) }),
  });
}

/** Prints objects into a file of DuckDB, against DuckDB's own reading of them as CSV into a table. */
async function intoDuckdb({ files, lines }: MadeLogs): Promise<void> {
  const source = join(folder, 'flows');
  const pipeline = () => logsPipeline({ sources: async () => ({ sources: [localFolder(source)], problems: [] }) });
  const rates = { csv: [] as number[], stored: [] as number[] };
  for (let round = 0; round <= ROUNDS; round++) {
    const ofCsv = await measure(async () => {
      const instance = await DuckDBInstance.create(join(folder, `csv-${round}.duckdb`), { threads: '1' });
      const connection = await instance.connect();
      await connection.run(`CREATE TABLE flows AS SELECT * FROM read_csv(['${files.join("','")}'], delim = ' ', header = true)`);
      const counted = await connection.runAndReadAll('SELECT count(*) FROM flows');
      connection.closeSync();
      instance.closeSync();
      return Number(counted.getRowsJson()[0]?.[0]);
    }, lines);
    const ofStore = await measure(async () => {
      const store = await openDuckdb({ path: join(folder, `round-${round}.duckdb`), mappings: composeViews([awslogs], []) });
      const { report } = await runPipelines(store, [pipeline()]);
      await store.close();
      return report.totals.written;
    }, lines);
    if (round === 0) continue;
    rates.csv.push(ofCsv);
    rates.stored.push(ofStore);
  }
  printLine({
    bench: 'logs vpcflow to duckdb',
    lines,
    lines_per_cpu_second: Math.round(median(rates.stored)),
    ratio_to_read_csv: rounded(median(rates.stored) / median(rates.csv)),
  });
}
