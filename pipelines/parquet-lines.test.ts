import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { folderContext } from '../tests/support/folder-context.ts';
import { conformance, missingConformance } from '../tests/support/needs.ts';
import { runPipeline } from '../tests/support/run-pipeline.ts';
import { logs } from './logs.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orgscope-parquet-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function writeParquet(name: string, select: string): Promise<void> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`COPY (${select}) TO '${join(folder, name)}' (FORMAT parquet)`);
  connection.disconnectSync();
}

const read = async () => runPipeline(await logs.open(folderContext(folder)));
const bodyOf = ({ body }: { readonly body: Uint8Array }) => JSON.parse(Buffer.from(body).toString());

test('a flow log as Parquet: account ids that are numbers get their zeros, and rows are identified by their number', async () => {
  await writeParquet(
    'flows.parquet',
    `SELECT 12345678901 + i * 0 AS account_id, '10.0.0.' || (i % 200 + 1) AS srcaddr, '10.1.0.1' AS dstaddr, 1700000000 + i AS "end",
       CASE WHEN i % 2 = 0 THEN NULL ELSE 'ACCEPT' END AS action FROM range(5000) AS rows(i)`,
  );
  const { documents, deadLetters, problems, emissions } = await read();
  assert.deepEqual([documents.length, deadLetters, problems], [5000, [], []]);
  assert.equal(new Set(documents.map(({ id }) => id)).size, 5000);
  const { cloud, event, source } = bodyOf(documents[1] as (typeof documents)[number]);
  assert.deepEqual([cloud.account.id, event.action, source.ip], ['012345678901', 'ACCEPT', '10.0.0.2']);
  assert.deepEqual(
    emissions.flatMap((each) => (each.type === 'taken-for' ? [each.reason] : [])),
    ['vpcflow by columns'],
  );
});

test('Parquet with other columns, and what is no Parquet, is one problem each and not acknowledged', async () => {
  await writeParquet('a-other.parquet', "SELECT 1 AS colour, 'x' AS size");
  writeFileSync(join(folder, 'b-broken.parquet'), 'PAR1 this is none');
  const { documents, sources, problems } = await read();
  assert.deepEqual([documents, sources], [[], []]);
  assert.equal(problems.length, 2);
  assert.match(problems[0]?.message ?? '', /a-other\.parquet is of no kind of log that is known: its columns are colour, size/);
  assert.match(problems[1]?.message ?? '', /b-broken\.parquet can't be read as Parquet/);
});

const FLOWS = 'service-logs-ecs/real/flows.parquet';
test('a real flow log as Parquet gives its three rows', { skip: missingConformance(FLOWS) }, async () => {
  copyFileSync(conformance(FLOWS), join(folder, 'flows.parquet'));
  const { documents, deadLetters } = await read();
  assert.deepEqual(deadLetters, []);
  assert.deepEqual(
    documents.map((document) => bodyOf(document).aws.vpcflow.log_status),
    ['OK', 'NODATA', 'NODATA'],
  );
});
