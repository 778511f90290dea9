import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { localFolder } from '../collectors/objects/local-folder.ts';
import type { SqlStore } from '../core/store.ts';
import { billingPipeline } from '../pipelines/billing.ts';
import { makeCur } from './support/make-cur.ts';
import { conformance, missingConformance } from './support/needs.ts';
import { openTestStore } from './support/open-test-store.ts';
import { runPipelines } from './support/run-into-store.ts';

const root = mkdtempSync(join(tmpdir(), 'orgscope-billing-'));
after(() => rmSync(root, { recursive: true, force: true }));
const newFolder = () => mkdtempSync(join(root, 'case-'));
const newStore = () => openTestStore(join(newFolder(), 'orgscope.duckdb'));
const run = (store: SqlStore, folder: string) =>
  runPipelines(store, [billingPipeline({ sources: async () => ({ sources: [localFolder(folder)], problems: [] }) })]);
async function total(store: SqlStore) {
  const { rows } = await store.sql('SELECT count(*) AS n, sum("aws.billing.unblended_cost") AS cost FROM awsbilling');
  return `${rows[0]?.n} rows, ${String(rows[0]?.cost).replace(/0+$/, '')}`;
}
const at = (day: number) => new Date(Date.UTC(2026, 10, day));

test('a real report: every row, and the exact total; again changes nothing', {
  skip: missingConformance('cur/cur1-csv'),
}, async () => {
  const store = await newStore();
  const first = await run(store, conformance('cur/cur1-csv'));
  assert.deepEqual([...first.report.problems, ...first.jobs.flatMap(({ problems }) => problems)], []);
  assert.equal(await total(store), '1281 rows, 1.6823086974');
  const { rows } = await store.sql(
    'SELECT sum("aws.billing.usage_amount") AS amount, min("aws.billing.month") AS month FROM awsbilling',
  );
  const totals = JSON.parse(readFileSync(conformance('cur/totals.json'), 'utf8'));
  assert.ok(Math.abs(Number(rows[0]?.amount) - totals.cur1['sum(line_item_usage_amount)']) < 1e-6);
  assert.equal(rows[0]?.month, '2023-11');
  const again = await run(store, conformance('cur/cur1-csv'));
  assert.deepEqual([again.report.state, again.report.totals.jobs, again.report.totals.skippedSources], ['succeeded', 0, 2]);
  assert.equal(await total(store), '1281 rows, 1.6823086974');
  await store.close();
});

test('a newer delivery replaces its month, an older one that comes late does not, another payer stays', async () => {
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

test('a manifest without its part, a cut part, a damaged row, a manifest that is none: one clear message each, the rest is there', async () => {
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

  const { report, jobs } = await run(store, folder);
  assert.equal(report.state, 'failed');
  assert.equal(await total(store), '1 rows, 1.');
  const messages = [...report.problems, ...jobs.flatMap(({ problems }) => problems)].map(
    ({ message, where }) => `${where.object}: ${message}`,
  );
  assert.equal(messages.length, 5, messages.join('\n'));
  const about = (path: string) => messages.find((message) => message.startsWith(path)) ?? '';
  assert.match(about(gone.manifest), /names a part that is not there: .*gone-00002\.csv\.gz/);
  assert.match(about(cut.parts[0] as string), /cut off/);
  assert.match(about(short.parts[0] as string), /line 3/);
  assert.match(about(words.parts[0] as string), /line 2: row 1: lineItem\/UnblendedCost "four" is no number/);
  assert.match(about(join(folder, 'broken-Manifest.json')), /not JSON/);
  await store.close();
});

test('an incomplete newer delivery leaves the older complete one in sight', async () => {
  const folder = newFolder();
  const store = await newStore();
  makeCur(folder, { assemblyId: 'a1', modified: at(2), parts: [['1']] });
  const newer = makeCur(folder, { assemblyId: 'a2', modified: at(3), parts: [['2'], ['3']] });
  rmSync(newer.parts[0] as string);
  // The month's own manifest is the newest delivery's, as AWS overwrites it.
  utimesSync(newer.manifest, at(3), at(3));
  const { report } = await run(store, folder);
  assert.equal(report.problems.length, 1);
  assert.equal(await total(store), '1 rows, 1.');
  await store.close();
});

test('a folder without a report is said in one message', async () => {
  const store = await newStore();
  const { report } = await run(store, newFolder());
  assert.deepEqual(
    report.problems.map(({ code }) => code),
    ['empty'],
  );
  await store.close();
});
