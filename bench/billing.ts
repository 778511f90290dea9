/**
 * Billing: a generated Cost & Usage Report into DuckDB, in rows per CPU-second, as a ratio to DuckDB's own `read_csv` into a table, of
 * the same parts in the same process. Ours also makes a document of each row. Rounds alternate; the median one counts.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { localFolder } from '../collectors/objects/local-folder.ts';
import { awsbilling } from '../mappings/awsbilling.ts';
import { composeViews } from '../mappings/compose.ts';
import { billingPipeline } from '../pipelines/billing-pipeline.ts';
import { openDuckdb } from '../stores/duckdb/open-duckdb.ts';
import { makeLargeCur } from '../tests/support/make-cur.ts';
import { runPipelines } from '../tests/support/run-into-store.ts';
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
    const { report } = await runPipelines(store, [
      billingPipeline({ sources: async () => ({ sources: [localFolder(source)], problems: [] }) }),
    ]);
    await store.close();
    return report.totals.written;
  };

  const floors: number[] = [];
  const stored: number[] = [];
  // The first round of each warms the compiler up and does not count.
  for (let round = 0; round <= ROUNDS; round++) {
    const floor = await measure(() => readCsv(round), ROWS);
    const ours = await measure(() => intoDuckdb(round), ROWS);
    if (round === 0) continue;
    floors.push(floor);
    stored.push(ours);
  }
  const floor = median(floors);
  for (const [bench, rate] of [
    ['billing read_csv', floor],
    ['billing to duckdb', median(stored)],
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
