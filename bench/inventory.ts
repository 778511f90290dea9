/**
 * Inventory of a big organisation into DuckDB: 6 kinds in 17 regions of many accounts, at 100 ms a call and 100 calls at once. Wall time is
 * a ratio to what the calls alone take. A fiftieth of 5,000 accounts, or all of them with `ORGSCOPE_BENCH_SCALE=full`. Then what the index of
 * values costs: the same documents of resources are written into stores with and without it, for the first time and again, as each sweep does.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { storeMappings } from '../app/store-mappings.ts';
import { openReach } from '../aws/open-reach.ts';
import { kinds } from '../collectors/inventory/registry.ts';
import type { Document } from '../core/document.ts';
import type { Store } from '../core/store.ts';
import { inventoryPipeline } from '../pipelines/inventory-pipeline.ts';
import { openDuckdb } from '../stores/duckdb/open-duckdb.ts';
import { openTestStore } from '../tests/support/open-test-store.ts';
import { runPipelines } from '../tests/support/run-into-store.ts';
import { bigOrganization } from './support/big-organization.ts';
import { median } from './support/measure.ts';

const SIZE = process.env.ORGSCOPE_BENCH_SCALE === 'full' ? 1 : 1 / 50;
const ACCOUNTS = 5_000 * SIZE;
const SNAPSHOTS = 500_000 * SIZE;
/** The calls a second that the big account has left, fewer than one reader makes: it reads a page of a thousand snapshots in 0.3 s alone, and in 0.7 s while all jobs run. */
const LEFT_PER_SECOND = SIZE === 1 ? 1 : 2;
const REGIONS = 17;
const LATENCY_MS = 100;
const AT_ONCE = 100;
const INDEX_ROUNDS = 3;
const BATCH = 8_192;
/** Kinds without look-ups, so that a job is one call, or one call for each page. */
const KINDS = ['ec2-volume', 'ec2-address', 'ec2-vpc', 'ec2-subnet', 'ec2-snapshot', 'rds-instance'];

const folder = process.argv[2];
if (folder === undefined) measureInChild();
else await run(folder);

/** Runs in a new process, so that the peak memory is that of this run alone. */
function measureInChild(): void {
  const root = mkdtempSync(join(tmpdir(), 'orgscope-bench-'));
  try {
    const child = spawnSync(process.execPath, ['--max-semi-space-size=16', fileURLToPath(import.meta.url), root], {
      stdio: 'inherit',
    });
    if (child.status !== 0) throw new Error(`the measured process ended with ${child.status}`);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function run(root: string): Promise<void> {
  // Loading the SDK and compiling the code of a call take some seconds once, whatever the size. A first small run takes them out of the
  // measurement, so that small and large organisations compare.
  await sweepAll(root, { accounts: 10, snapshots: 1_000, latencyMs: 0, leftPerSecond: 20 });
  const { organization, report, documents, started, wallSeconds, cpuSeconds, ownThreadSeconds } = await sweepAll(root, {
    accounts: ACCOUNTS,
    snapshots: SNAPSHOTS,
    latencyMs: LATENCY_MS,
    leftPerSecond: LEFT_PER_SECOND,
  });
  const { answered, throttled, mostAtOnce, lastOfBigAccount, lastOfOthers } = organization.calls;
  const jobs = ACCOUNTS * REGIONS * KINDS.length;
  if (report.state !== 'succeeded') throw new Error(JSON.stringify(report.problems.slice(0, 3)));
  if (report.totals.jobs !== jobs) throw new Error(`${report.totals.jobs} jobs instead of ${jobs}`);
  if (throttled === 0) throw new Error('nothing was throttled: the limiter had nothing to do');
  if (report.totals.documents < 2 * SNAPSHOTS) throw new Error(`only ${report.totals.documents} documents`);
  const idealSeconds = (answered * LATENCY_MS) / 1000 / AT_ONCE;
  console.log(
    JSON.stringify({
      bench: 'inventory scale',
      accounts: ACCOUNTS,
      jobs,
      documents: report.totals.documents,
      calls: answered,
      throttled_calls: throttled,
      throttled_share: round(throttled / (answered + throttled), 5),
      limit_share: 0.01,
      most_at_once: mostAtOnce,
      wall_seconds: round(wallSeconds),
      ideal_seconds: round(idealSeconds),
      ratio_to_ideal: round(wallSeconds / idealSeconds, 3),
      limit_ratio: 1.3,
      // The big account has one listing after another; the other accounts must not wait for it.
      big_account_ended_seconds: round((lastOfBigAccount - started) / 1000),
      others_ended_seconds: round((lastOfOthers - started) / 1000),
      calls_per_cpu_second: Math.round(answered / cpuSeconds),
      // A second core does not help the main thread: beyond LATENCY_MS / AT_ONCE × 1.3 it alone breaks the limit.
      main_thread_ms_per_call: round((1000 * ownThreadSeconds) / answered, 2),
      peak_rss_mib: Math.round(process.resourceUsage().maxRSS / 1024),
      limit_mib: 700,
    }),
  );
  await indexCost(root, documents);
}

/** Prints the CPU time of writing resources with and without the index of values, and what it adds to the file. */
async function indexCost(root: string, documents: readonly Document[]): Promise<void> {
  const mappings = storeMappings();
  const used = {
    with: { first: [] as number[], again: [] as number[], mib: 0 },
    without: { first: [] as number[], again: [] as number[], mib: 0 },
  };
  for (let round = 0; round < INDEX_ROUNDS; round++) {
    for (const kind of ['with', 'without'] as const) {
      const path = join(root, `${kind}-${round}.duckdb`);
      const views = kind === 'with' ? mappings : mappings.map((mapping) => ({ ...mapping, indexed: [] }));
      const store = await openDuckdb({ path, mappings: views });
      for (const time of ['first', 'again'] as const) {
        const cpu = process.cpuUsage();
        for (let at = 0; at < documents.length; at += BATCH) {
          await store.write({ documents: documents.slice(at, at + BATCH), bytes: 0, sources: [] });
        }
        used[kind][time].push((seconds(process.cpuUsage(cpu)) * 1e6) / documents.length);
      }
      await store.close();
      used[kind].mib = statSync(path).size / 1024 ** 2;
    }
  }
  const microseconds = (kind: 'with' | 'without', time: 'first' | 'again') => round(median(used[kind][time]));
  console.log(
    JSON.stringify({
      bench: 'inventory index of values',
      resources: documents.length,
      cpu_microseconds_per_resource: microseconds('with', 'first'),
      without_index: microseconds('without', 'first'),
      written_again: microseconds('with', 'again'),
      written_again_without_index: microseconds('without', 'again'),
      store_mib: round(used.with.mib),
      store_mib_without_index: round(used.without.mib),
    }),
  );
}

/** The documents of current state. */
async function currentDocuments(store: Store): Promise<readonly Document[]> {
  const found: Document[] = [];
  for (const index of await store.indices()) {
    if (index.view !== 'awscli-current') continue;
    for (
      let page = await store.page(index, undefined, BATCH);
      page.length > 0;
      page = await store.page(index, found.at(-1)?.id, BATCH)
    )
      found.push(...page);
  }
  return found;
}

/** Runs the inventory of a new organisation into a new store. */
async function sweepAll(root: string, size: Parameters<typeof bigOrganization>[0]) {
  const store = await openTestStore(join(root, `${size.accounts}.duckdb`));
  const organization = bigOrganization(size);
  const reach = openReach({
    lists: root,
    env: {},
    organization: true,
    requestHandler: organization.requestHandler,
    credentials: organization.credentials,
    limits: { perService: 4, overall: AT_ONCE },
  });
  const chosen = kinds.filter(({ name }) => KINDS.includes(name));
  const cpu = process.cpuUsage();
  const ownThread = process.threadCpuUsage();
  const started = performance.now();
  const { report } = await runPipelines(store, [inventoryPipeline({ reach, kinds: chosen, concurrency: AT_ONCE })]);
  const wallSeconds = (performance.now() - started) / 1000;
  const cpuSeconds = seconds(process.cpuUsage(cpu));
  const ownThreadSeconds = seconds(process.threadCpuUsage()) - seconds(ownThread);
  const documents = await currentDocuments(store);
  await store.close();
  return { organization, report, documents, started, wallSeconds, cpuSeconds, ownThreadSeconds };
}

function seconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
