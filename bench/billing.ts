/**
 * Billing: a generated Cost & Usage Report into DuckDB, in rows per CPU-second, as a ratio to DuckDB's own `read_csv` into a table, of
 * the same parts in the same process. orgscope also makes a document of each row. Rounds alternate; the median one counts. Between the two
 * stand rows (gunzip and split), documents, and documents that a runner gathers into batches for a store that keeps none.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { localFolder } from '../collectors/objects/local-folder.ts';
import { awsbilling } from '../mappings/awsbilling.ts';
import { composeViews } from '../mappings/compose.ts';
import { billingPipeline } from '../pipelines/billing-pipeline.ts';
import { csvSplitter } from '../processors/split-csv.ts';
import { openDuckdb } from '../stores/duckdb/open-duckdb.ts';
import { makeLargeCur } from '../tests/support/make-cur.ts';
import { nullStore } from '../tests/support/null-store.ts';
import { runPipelines } from '../tests/support/run-into-store.ts';
import { countDocuments } from './support/count-documents.ts';
import { measure, median } from './support/measure.ts';

const ROUNDS = 3;
const ROWS = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'orgscope-bench-'));

try {
  const source = join(folder, 'source');
  const modified = new Date('2026-11-02T00:00:00Z');
  const { parts, csvBytes } = makeLargeCur(source, { assemblyId: 'bench', modified, rows: ROWS, parts: 3, seed: 42 });

  const readCsv = async (round: number): Promise<number> => {
    const instance = await DuckDBInstance.create(join(folder, `csv-${round}.duckdb`), { threads: '1' });
    const connection = await instance.connect();
    await connection.run('CREATE TABLE report AS SELECT * FROM read_csv($1, header = true)', [parts[0] as string]);
    for (const part of parts.slice(1))
      await connection.run('INSERT INTO report SELECT * FROM read_csv($1, header = true)', [part]);
    const rows = await connection.runAndReadAll('SELECT count(*) FROM report');
    connection.closeSync();
    instance.closeSync();
    return Number(rows.getRowsJson()[0]?.[0]);
  };
  const intoDuckdb = async (round: number): Promise<number> => {
    const store = await openDuckdb({ path: join(folder, `round-${round}.duckdb`), mappings: composeViews([awsbilling], []) });
    const { report } = await runPipelines(store, [pipeline()]);
    await store.close();
    return report.totals.written;
  };

  const pipeline = () => billingPipeline({ sources: async () => ({ sources: [localFolder(source)], problems: [] }) });
  const split = (): number => {
    let rows = 0;
    for (const part of parts) {
      const splitter = csvSplitter();
      rows += splitter.push(gunzipSync(readFileSync(part))).length + splitter.end().length - 1;
    }
    return rows;
  };
  const intoNothing = async (): Promise<number> => (await runPipelines(nullStore(), [pipeline()])).report.totals.written;

  const floors: number[] = [];
  const rates = { rows: [] as number[], documents: [] as number[], 'a null store': [] as number[], duckdb: [] as number[] };
  // The first round of each warms the compiler up and does not count.
  for (let round = 0; round <= ROUNDS; round++) {
    const floor = await measure(() => readCsv(round), ROWS);
    const rows = await measure(split, ROWS);
    const documents = await measure(() => countDocuments(pipeline()), ROWS);
    const gathered = await measure(intoNothing, ROWS);
    const stored = await measure(() => intoDuckdb(round), ROWS);
    if (round === 0) continue;
    floors.push(floor);
    rates.rows.push(rows);
    rates.documents.push(documents);
    rates['a null store'].push(gathered);
    rates.duckdb.push(stored);
  }
  const floor = median(floors);
  for (const [bench, rate] of [
    ['billing read_csv', floor],
    ...Object.entries(rates).map(([to, measured]) => [`billing to ${to}`, median(measured)] as const),
  ] as const) {
    console.log(
      JSON.stringify({
        bench,
        rows: ROWS,
        bytes_per_row: Math.round(csvBytes / ROWS),
        rows_per_cpu_second: Math.round(rate),
        ratio_to_read_csv: Number((rate / floor).toFixed(3)),
        peak_rss_mib: Math.round(process.resourceUsage().maxRSS / 1024),
      }),
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
