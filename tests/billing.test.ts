import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { localFolder } from '../collectors/objects/local-folder.ts';
import { systemClock } from '../core/clock.ts';
import type { ObjectSource, SourceObject } from '../core/object.ts';
import { billingPipeline } from '../pipelines/billing-pipeline.ts';
import { deadLetterFile } from '../runner/dead-letter-file.ts';
import { startRun } from '../runner/start-run.ts';
import { makeCur, makeLargeCur } from './support/make-cur.ts';
import { conformance, missingConformance } from './support/needs.ts';
import { openTestStore, type TestStore } from './support/open-test-store.ts';
import { runPipelines } from './support/run-into-store.ts';

const root = mkdtempSync(join(tmpdir(), 'orgscope-billing-'));
after(() => rmSync(root, { recursive: true, force: true }));
const newFolder = () => mkdtempSync(join(root, 'case-'));
const newStore = () => openTestStore(join(newFolder(), 'orgscope.duckdb'));
const pipelineOf = (source: ObjectSource, accountNames: ReadonlyMap<string, string> = new Map()) =>
  billingPipeline({ sources: async () => ({ sources: [source], problems: [] }), accountNames: async () => accountNames });
const run = (store: TestStore, folder: string) => runPipelines(store, [pipelineOf(localFolder(folder))]);
/** A folder whose objects are changed on the way. */
const changed = (folder: string, change: (object: SourceObject) => SourceObject): ObjectSource => ({
  name: folder,
  async *list(signal) {
    for await (const object of localFolder(folder).list(signal)) yield change(object);
  },
});
async function total(store: TestStore) {
  const { rows } = await store.sql('SELECT count(*) AS n, sum("aws.billing.unblended_cost") AS cost FROM awsbilling');
  return `${rows[0]?.n} rows, ${String(rows[0]?.cost).replace(/0+$/, '')}`;
}
const at = (day: number) => new Date(Date.UTC(2026, 10, day));

test('a real report is stored with every row and the exact total, and a second run changes nothing', {
  skip: missingConformance('cur/cur1-csv'),
}, async () => {
  const store = await newStore();
  const first = await run(store, conformance('cur/cur1-csv'));
  assert.deepEqual(first.report.problems, []);
  assert.equal(await total(store), '1281 rows, 1.6823086974');
  const { rows } = await store.sql(
    'SELECT sum("aws.billing.usage_amount") AS amount, min("aws.billing.month") AS month FROM awsbilling',
  );
  const totals = JSON.parse(readFileSync(conformance('cur/totals.json'), 'utf8'));
  assert.ok(Math.abs(Number(rows[0]?.amount) - totals.cur1['sum(line_item_usage_amount)']) < 1e-6);
  assert.equal(rows[0]?.month, '2023-11');
  // Only its taxes belong to no region.
  const { rows: nowhere } = await store.sql(
    'SELECT DISTINCT "aws.billing.type" AS type FROM awsbilling WHERE "cloud.region" IS NULL',
  );
  assert.deepEqual(nowhere, [{ type: 'Tax' }]);
  const again = await run(store, conformance('cur/cur1-csv'));
  assert.deepEqual([again.report.state, again.report.totals.jobs, again.report.totals.skippedSources], ['succeeded', 0, 2]);
  assert.equal(await total(store), '1281 rows, 1.6823086974');
  await store.close();
});

test('a newer delivery replaces its month, an older one that comes late does not, and the report of another payer stays', async () => {
  const folder = newFolder();
  const store = await newStore();
  makeCur(folder, { assemblyId: 'a1', modified: at(2), parts: [['0.1', '0.2'], ['1E-10']] });
  makeCur(folder, { assemblyId: 'p1', modified: at(2), payer: '123412341234', parts: [['100']] });
  await run(store, folder);
  assert.equal(await total(store), '4 rows, 100.3000000001');
  makeCur(folder, { assemblyId: 'a2', modified: at(3), parts: [['5', '']] });
  await run(store, folder);
  assert.equal(await total(store), '3 rows, 105.');
  const late = newFolder();
  makeCur(late, { assemblyId: 'a0', modified: at(1), parts: [['77']] });
  const { report } = await run(store, late);
  assert.equal(report.totals.skippedSources, 1);
  assert.equal(await total(store), '3 rows, 105.');
  const { rows } = await store.sql(
    'SELECT DISTINCT "aws.billing.tag_pairs" AS tags, "aws.billing.description" AS text FROM awsbilling',
  );
  assert.deepEqual(rows, [{ tags: ['team=red'], text: 'a, "quoted" line\nof two' }]);
  await store.close();
});

test('rows have the names of accounts, and the next delivery has a changed name', async () => {
  const folder = newFolder();
  const store = await newStore();
  const runWith = (name: string) =>
    runPipelines(store, [pipelineOf(localFolder(folder), new Map([['111122223333', name]]))]).then(async () => {
      const { rows } = await store.sql('SELECT DISTINCT "cloud.account.id" AS id, "cloud.account.name" AS name FROM awsbilling');
      return rows;
    });
  makeCur(folder, { assemblyId: 'a1', modified: at(2), parts: [['1', '2']] });
  assert.deepEqual(await runWith('web'), [{ id: '111122223333', name: 'web' }]);
  makeCur(folder, { assemblyId: 'a2', modified: at(3), parts: [['1', '2']] });
  assert.deepEqual(await runWith('shop'), [{ id: '111122223333', name: 'shop' }]);
  await store.close();
});

test('times in the form of other generators are read; a time in a local form is refused with its line and row', async () => {
  const folder = newFolder();
  const store = await newStore();
  const { parts } = makeCur(folder, { assemblyId: 'a1', modified: at(2), parts: [['1.5', '2']] });
  const part = parts[0] as string;
  const asAws = gunzipSync(readFileSync(part)).toString();
  const rewrite = (form: string) => {
    writeFileSync(part, gzipSync(asAws.replaceAll('2026-10-01T00:00:00.000Z', form)));
    utimesSync(part, at(2), at(2));
  };
  assert.ok(asAws.includes('2026-10-01T00:00:00.000Z'));
  rewrite('01/10/2026 00:00');
  const { jobs } = await run(store, folder);
  const [problem] = jobs.flatMap(({ problems }) => problems);
  assert.match(problem?.message ?? '', /at line 2: row 1: the usage's start "01\/10\/2026 00:00" is no time/);
  assert.equal(problem?.where.object, part);
  assert.doesNotMatch(problem?.next ?? '', /fetch/);
  rewrite('2026-10-01 00:00:00+00:00');
  await run(store, folder);
  assert.equal(await total(store), '2 rows, 3.5');
  const { rows } = await store.sql('SELECT DISTINCT "@timestamp"::VARCHAR AS time FROM awsbilling');
  assert.deepEqual(rows, [{ time: '2026-10-01 00:00:00' }]);
  await store.close();
});

test('a manifest without its part, a cut part, a damaged row, a cost that is no number, a manifest that is not JSON: one message each, and the other report is stored', async () => {
  const folder = newFolder();
  const store = await newStore();
  makeCur(folder, { report: 'whole', assemblyId: 'w1', modified: at(2), parts: [['1']] });
  const gone = makeCur(folder, { report: 'gone', assemblyId: 'g1', modified: at(2), parts: [['2'], ['3']] });
  rmSync(gone.parts[1] as string);
  const cut = makeCur(folder, {
    report: 'cut',
    assemblyId: 'c1',
    modified: at(2),
    parts: [Array.from({ length: 5_000 }, (_, row) => String(row))],
  });
  truncateSync(cut.parts[0] as string, 20_000);
  const short = makeCur(folder, { report: 'short', assemblyId: 's1', modified: at(2), parts: [['4']] });
  writeFileSync(
    short.parts[0] as string,
    gzipSync('lineItem/UsageStartDate,lineItem/UnblendedCost\n2026-10-01T00:00:00Z,1\n2026-10-01T00:00:00Z\n'),
  );
  const words = makeCur(folder, { report: 'words', assemblyId: 'x1', modified: at(2), parts: [['four']] });
  writeFileSync(join(folder, 'broken-Manifest.json'), '{"assemblyId":');

  const { report } = await run(store, folder);
  assert.equal(report.state, 'failed');
  assert.equal(await total(store), '1 rows, 1.');
  const messages = report.problems.map(({ message, where }) => `${where.object}: ${message}`);
  assert.equal(messages.length, 5, messages.join('\n'));
  const about = (path: string) => messages.find((message) => message.startsWith(path)) ?? '';
  assert.match(about(gone.manifest), /names a part that is not there: .*gone-00002\.csv\.gz/);
  assert.match(about(cut.parts[0] as string), /cut off/);
  assert.match(about(short.parts[0] as string), /line 3/);
  assert.match(about(words.parts[0] as string), /line 2: row 1: lineItem\/UnblendedCost "four" is no number/);
  assert.match(about(join(folder, 'broken-Manifest.json')), /not JSON/);
  await store.close();
});

test('an incomplete newer delivery leaves the older complete one visible', async () => {
  const folder = newFolder();
  const store = await newStore();
  makeCur(folder, { assemblyId: 'a1', modified: at(2), parts: [['1']] });
  const newer = makeCur(folder, { assemblyId: 'a2', modified: at(3), parts: [['2'], ['3']] });
  rmSync(newer.parts[0] as string);
  // AWS overwrites the manifest of the month, so it is that of the newest delivery.
  utimesSync(newer.manifest, at(3), at(3));
  const { report } = await run(store, folder);
  assert.equal(report.problems.length, 1);
  assert.equal(await total(store), '1 rows, 1.');
  await store.close();
});

test('a folder without a report gives one message', async () => {
  const store = await newStore();
  const { report } = await run(store, newFolder());
  assert.deepEqual(
    report.problems.map(({ code }) => code),
    ['empty'],
  );
  await store.close();
});

test('a report of 6,000 rows has the exact total over all its parts, and every row has its own id', async () => {
  const folder = newFolder();
  const store = await newStore();
  const report = { assemblyId: 'a1', modified: at(2), rows: 6_000, parts: 3, seed: 5, overwrite: true };
  const { unblendedCost, accounts } = makeLargeCur(folder, report);
  await run(store, folder);
  const { rows } =
    await store.sql(`SELECT count(*) AS n, count(DISTINCT _id) AS ids, count(DISTINCT "cloud.account.id") AS accounts,
    sum("aws.billing.unblended_cost") AS cost FROM awsbilling`);
  assert.deepEqual(rows, [
    { n: '6000', ids: '6000', accounts: String(accounts), cost: unblendedCost.padEnd(unblendedCost.length + 8, '0') },
  ]);
  await store.close();
});

test('a part or manifest that was read is not opened again; those of a newer delivery are opened', async () => {
  const folder = newFolder();
  const store = await newStore();
  const opened: string[] = [];
  const watched = changed(folder, (object) => ({
    ...object,
    open: (signal) => {
      opened.push(object.path);
      return object.open(signal);
    },
    read: (signal) => {
      opened.push(object.path);
      return object.read(signal);
    },
  }));
  makeCur(folder, { assemblyId: 'a1', modified: at(2), parts: [['1']] });
  makeCur(folder, { assemblyId: 'a2', modified: at(3), parts: [['2']] });
  await runPipelines(store, [pipelineOf(watched)]);
  assert.equal(opened.filter((path) => path.endsWith('.gz')).length, 1);
  opened.length = 0;
  const again = await runPipelines(store, [pipelineOf(watched)]);
  assert.deepEqual([opened, again.report.state, again.report.totals.jobs], [[], 'succeeded', 0]);
  makeCur(folder, { assemblyId: 'a3', modified: at(4), parts: [['3']] });
  await runPipelines(store, [pipelineOf(watched)]);
  assert.equal(opened.length, 3, opened.join());
  assert.equal(await total(store), '1 rows, 3.');
  await store.close();
});

test('a newer delivery with a cut part leaves the month as it was; once the part is whole, it replaces the month', async () => {
  const folder = newFolder();
  const store = await newStore();
  makeCur(folder, { assemblyId: 'a1', modified: at(2), parts: [['1', '2']] });
  await run(store, folder);
  const { parts } = makeCur(folder, {
    assemblyId: 'a2',
    modified: at(3),
    parts: [['10'], Array.from({ length: 5_000 }, (_, row) => String(row))],
  });
  const whole = readFileSync(parts[1] as string);
  truncateSync(parts[1] as string, whole.length >> 1);
  const { report, jobs } = await run(store, folder);
  assert.deepEqual([report.state, jobs.map(({ state }) => state)], ['failed', ['failed']]);
  assert.equal(await total(store), '2 rows, 3.');
  writeFileSync(parts[1] as string, whole);
  await run(store, folder);
  assert.equal(await total(store), '5001 rows, 12497510.');
  await store.close();
});

test('a connection that breaks in the middle of a part: the delivery is read again, and no row is stored twice', async () => {
  const folder = newFolder();
  const store = await newStore();
  const { unblendedCost } = makeLargeCur(folder, { assemblyId: 'a1', modified: at(2), rows: 6_000, parts: 2, seed: 9 });
  let breaks = 1;
  const source = changed(folder, (object) => ({
    ...object,
    open: async (signal) => {
      if (!object.path.endsWith('-00002.csv.gz') || breaks-- === 0) return object.open(signal);
      const { body: bytes } = await object.read(signal);
      const body = Readable.from(
        (async function* () {
          yield bytes.subarray(0, bytes.length >> 1);
          throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
        })(),
      );
      return { body };
    },
  }));
  // Batches close neither by time nor by size, so that rows which the first attempt left in an open batch could get into the second.
  const limits = { batchBytes: 5_000_000, batchDocuments: 4_000, budgetBytes: 50_000_000, flushAfterMs: 60_000 };
  const { report } = await startRun({
    id: 'breaks',
    pipelines: [pipelineOf(source)],
    store,
    deadLetters: deadLetterFile('/dev/null'),
    clock: systemClock,
    random: () => 0,
    signal: new AbortController().signal,
    limits,
  }).report.then((report) => ({ report }));
  assert.deepEqual([report.state, report.problems], ['succeeded', []]);
  assert.equal(breaks, -1);
  assert.equal(await total(store), `6000 rows, ${unblendedCost.replace(/0+$/, '')}`);
  await store.close();
});

test('a delivery is found flat in a folder and below its prefix; CSV files without a manifest are one message', async () => {
  const folder = newFolder();
  const { manifest, parts } = makeCur(folder, { assemblyId: 'a1', modified: at(2), parts: [['1'], ['2']] });
  const flat = newFolder();
  for (const path of [manifest, ...parts]) cpSync(path, join(flat, path.slice(path.lastIndexOf('/') + 1)));
  for (const source of [flat, join(folder, 'cur/costs'), join(manifest, '..')]) {
    const store = await newStore();
    await run(store, source);
    assert.equal(await total(store), '2 rows, 3.', source);
    await store.close();
  }
  rmSync(join(flat, 'costs-Manifest.json'));
  const store = await newStore();
  const { report } = await run(store, flat);
  assert.match(report.problems.map(({ message }) => message).join(), /^There are CSV files, but no manifest/);
  await store.close();
});

test('an empty part, a part of another kind, and a damaged gzip are refused', async () => {
  const store = await newStore();
  for (const [content, message] of [
    ['', /00002\.csv\.gz is empty$/],
    [gzipSync(''), /00002\.csv\.gz is empty$/],
    [gzipSync('BilledCost,ChargePeriodStart\n1,2026-10-01T00:00:00Z\n'), /line 1: its first line names no column/],
    ['<html>', /line 1: its first line names no column/],
    [Buffer.concat([gzipSync('x').subarray(0, 10), Buffer.alloc(50, 7)]), /damaged gzip file/],
  ] as const) {
    const folder = newFolder();
    const { parts } = makeCur(folder, { assemblyId: 'a1', modified: at(2), parts: [['1'], ['2']] });
    writeFileSync(parts[1] as string, content);
    const { jobs } = await run(store, folder);
    assert.match(jobs.flatMap(({ problems }) => problems.map((problem) => problem.message)).join(), message);
    assert.equal(await total(store), '0 rows, null');
  }
  await store.close();
});
