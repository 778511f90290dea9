/** Trails: peak resident memory of a process that brings 1 GB (uncompressed) of objects into DuckDB; the limit is 512 MB. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { localFolder } from '../collectors/objects/local-folder.ts';
import { awscliTrail } from '../mappings/awscli-trail.ts';
import { composeViews } from '../mappings/compose.ts';
import { trailsPipeline } from '../pipelines/trails-pipeline.ts';
import { openDuckdb } from '../stores/duckdb/open-duckdb.ts';
import { runPipelines } from '../tests/support/run-into-store.ts';
import { makeTrailObjects } from './support/make-trail-objects.ts';

const GIGABYTE = 1_000_000_000;
const folder = process.argv[2];
if (folder === undefined) generateAndMeasure();
else await run(folder);

/** The child process measures itself, so that the memory for generating the objects does not count. */
function generateAndMeasure(): void {
  const root = mkdtempSync(join(tmpdir(), 'orgscope-bench-'));
  try {
    const { events, bytes } = makeTrailObjects(join(root, 'source'), { objects: 1500, eventsPerObject: 500, seed: 7 });
    if (bytes < GIGABYTE) throw new Error(`only ${bytes} bytes were generated`);
    const child = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), root], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (child.status !== 0) throw new Error(`the measured process ended with ${child.status}`);
    const { written, peakRssMib, cpuSeconds } = JSON.parse(child.stdout) as {
      written: number;
      peakRssMib: number;
      cpuSeconds: number;
    };
    if (written !== events) throw new Error(`${written} events instead of ${events}`);
    console.log(
      JSON.stringify({
        bench: 'trails memory',
        events,
        uncompressed_bytes: bytes,
        events_per_cpu_second: Math.round(events / cpuSeconds),
        peak_rss_mib: peakRssMib,
        limit_mib: 512,
      }),
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function run(root: string): Promise<void> {
  const store = await openDuckdb({ path: join(root, 'orgscope.duckdb'), mappings: composeViews([awscliTrail], []) });
  const source = localFolder(join(root, 'source'));
  const { report } = await runPipelines(store, [trailsPipeline({ sources: async () => ({ sources: [source], problems: [] }) })]);
  await store.close();
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
  console.log(JSON.stringify({ written: report.totals.written, peakRssMib: Math.round(maxRSS / 1024), cpuSeconds }));
}
