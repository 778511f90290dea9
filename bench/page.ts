/**
 * How long dashboards take after navigation, in a real browser, with 10 million trail events and a million inventory documents in the embedded
 * store. SQL makes the documents, since only the questions are measured. `ORGSCOPE_BENCH_SCALE=0.1` makes a tenth of them.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { prefetchAnswers } from '../app/prefetch-answers.ts';
import { storeMappings } from '../app/store-mappings.ts';
import type { LocalOrgscope } from '../core/orgscope.ts';
import type { Query } from '../core/query.ts';
import { dashboards } from '../dashboards/registry.ts';
import { serve } from '../server/serve.ts';
import { connect } from '../stores/duckdb/connect.ts';
import { openDuckdb } from '../stores/duckdb/open-duckdb.ts';
import { prepareSchema } from '../stores/duckdb/prepare-schema.ts';
import { addPlaces, valueIndex } from '../stores/duckdb/value-index.ts';
import { need } from '../tests/support/needs.ts';

const SCALE = Number(process.env.ORGSCOPE_BENCH_SCALE ?? 1);
const EVENTS = Math.round(10_000_000 * SCALE);
const RESOURCES = Math.round(1_000_000 * SCALE);
const LINES = Math.round(1_000_000 * SCALE);
const DAYS = 90;
const TURNS = 5;
/** Resources of several kinds whose pages are looked at once each, so that no answer is kept. Events name each of them. */
const RESOURCE_PAGES = [77, 4_310, 12_301, 19_992, 25_024];

const ACCOUNT = `printf('%012d', 100000000000 + i * 7919 % 500)`;
const NAME = `'account-' || (i * 7919 % 500)`;
const REGION = `['eu-west-1','eu-central-1','us-east-1','us-east-2','us-west-2'][1 + i * 31 % 5]`;
/** What a resource of inventory names: the network of its account, one of twenty groups, and the instance before it. */
const NAMED = `printf('vpc-%017x', a), printf('sg-%017x', a * 20 + i % 20), printf('i-%017x', i - 1)`;
const WHEN = (count: number) => `now()::TIMESTAMP - to_seconds(${DAYS * 86_400} * (1 - i / ${count}))`;

/** Documents in the order in which pipelines write them: trails by time, inventory by account. */
const TABLES: readonly (readonly [string, string])[] = [
  [
    'awscli_trail',
    `SELECT 'awscli-trail' AS _index, 'e' || i AS _id, ${WHEN(EVENTS)} AS "@timestamp", ${ACCOUNT} AS "cloud.account.id", ${NAME} AS "cloud.account.name",
       ${REGION} AS "cloud.region", CASE WHEN i % 31 = 0 THEN 'failure' ELSE 'success' END AS "event.outcome", 'Action' || (i * 13 % 200) AS "event.action",
       'service' || (i * 13 % 40) || '.amazonaws.com' AS "event.provider", 'user-' || (i * 17 % 900) AS "user.name",
       '10.' || (i % 250) || '.0.' || (i * 7 % 250) AS "source.address", i % 3 > 0 AS "aws.cloudtrail.read_only",
       ['i-' || printf('%017x', i * 7919 % 100000)] AS "related.entity",
       '{"event":{"action":"Action' || (i * 13 % 200) || '"},"cloud":{"account":{"id":"' || ${ACCOUNT} || '"}},"related":{"entity":["i-' || printf('%017x', i * 7919 % 100000) || '"]}}' AS document
     FROM range(${EVENTS}) AS t(i)`,
  ],
  [
    'awscli_current',
    `SELECT 'awscli-current' AS _index, key AS _id, i + 1 AS _row, now()::TIMESTAMP AS "@timestamp", account AS "cloud.account.id", 'account-' || a AS "cloud.account.name",
       ${REGION} AS "cloud.region", type AS "resource.type", id AS "resource.id", key AS "resource.arn", key AS "resource.key", 'name-' || i AS "resource.name",
       CASE WHEN i % 9 = 0 THEN 'stopped' WHEN type = 'rds-instance' THEN 'available' ELSE 'running' END AS "resource.state",
       now()::TIMESTAMP - to_hours(i % 9000) AS "resource.created", ['m6i.large','r6g.xlarge','t3.medium'][1 + i % 3] AS "resource.instance_type",
       2 + i % 8 AS "resource.vcpus", 8192 AS "resource.memory_mib", 8.0 AS "resource.memory_gib",
       ['env=' || ['prod','dev','staging'][1 + i % 3], 'team=t' || (i % 60)] AS "resource.tag_pairs", [id, key, ${NAMED}] AS "related.entity",
       '{"resource":{"type":"' || type || '","id":"' || id || '","arn":"' || key || '","key":"' || key || '","name":"name-' || i || '"},"related":{"entity":["' || concat_ws('","', id, key, ${NAMED}) || '"]},"cloud":{"account":{"id":"' || account || '"}},"aws":{"x":{"y":{"Id":"' || id || '","VpcId":"' || printf('vpc-%017x', a) || '","Before":"' || printf('i-%017x', i - 1) || '","Description":"' || repeat('text ', 80) || '"}}}}' AS document
     FROM (SELECT *, 'i-' || printf('%017x', i) AS id, 'arn:aws:x:eu-west-1:' || account || ':' || type || '/i-' || printf('%017x', i) AS key
       FROM (SELECT i, i * 500 // ${RESOURCES} AS a, printf('%012d', 100000000000 + i * 500 // ${RESOURCES}) AS account,
         ['ec2-instance','ec2-volume','ec2-snapshot','ec2-network-interface','rds-instance','ec2-security-group','cloudwatch-alarm','iam-role','s3-object','s3-object'][1 + i % 10] AS type
         FROM range(${RESOURCES}) AS t(i)))`,
  ],
  [
    'awsbilling',
    `SELECT 'awsbilling' AS _index, 'l' || i AS _id, 1 AS _attempt, ${WHEN(LINES)} AS "@timestamp", ${ACCOUNT} AS "cloud.account.id", ${REGION} AS "cloud.region",
       'AmazonEC2' AS "aws.billing.service", 'Usage' AS "aws.billing.type", (i % 100 / 7.0)::DECIMAL(38,18) AS "aws.billing.unblended_cost", '{}' AS document FROM range(${LINES}) AS t(i)`,
  ],
];

/** Runs in the page: notes the time at which no panel waits any more. It does not wait for the previous period of charts, which is asked for afterwards. */
const MARK_WHEN_SETTLED = `new MutationObserver(() => {
  const waiting = document.querySelector('[aria-busy="true"]') !== null;
  if (document.querySelector('.panel') !== null && !waiting) window.settled ??= performance.now();
}).observe(document, { subtree: true, childList: true, attributeFilter: ['aria-busy'] });`;

execFileSync(fileURLToPath(new URL('../node_modules/.bin/vite', import.meta.url)), ['build', 'web', '--logLevel', 'error'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
});
const folder = mkdtempSync(join(tmpdir(), 'orgscope-bench-page-'));
const path = join(folder, 'orgscope.duckdb');
const mappings = storeMappings();
const slow = new Map<string, number>();
try {
  const started = performance.now();
  const connections = await connect({ path, memoryLimitMib: 1_024, threads: 2 });
  await prepareSchema(connections.writer, mappings);
  await connections.writer.run("INSERT INTO store.deliveries VALUES (1, 'r', '2026-11', 'd', 0, true)");
  for (const [table, select] of TABLES) await connections.writer.run(`INSERT INTO store.${table} BY NAME ${select}`);
  // What a store that lacks the indexes of values does when it is opened.
  const indexing = performance.now();
  for (const mapping of mappings) {
    const index = valueIndex(mapping);
    if (index !== undefined) await connections.writer.run(addPlaces(mapping, index, 'all'));
  }
  const indexedMs = performance.now() - indexing;
  await connections.close();
  const madeMs = performance.now() - started;

  // The options that a user's store has.
  const store = await openDuckdb({ path, mappings });
  const info = { version: 'bench', sample: false, store: path };
  const ask = async (query: Query) => {
    const began = performance.now();
    const answer = await store.answer(query);
    const key = JSON.stringify(query);
    slow.set(key, Math.max(slow.get(key) ?? 0, performance.now() - began));
    return answer;
  };
  const orgscope = {
    info: async () => info,
    progress: () => null,
    status: async () => ({ info, counts: {}, runs: [], progress: null, gaps: [] }),
    answer: ask,
  } satisfies Partial<LocalOrgscope> as unknown as LocalOrgscope;
  const webRoot = fileURLToPath(new URL('../web/dist', import.meta.url));
  const serving = await serve({ orgscope, webRoot, host: '127.0.0.1', port: 0, token: 'bench', onDefect: console.error });
  const browser = await chromium.launch({ executablePath: need('CHROMIUM_PATH'), args: ['--no-sandbox', '--disable-gpu'] });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  await context.addInitScript({ content: MARK_WHEN_SETTLED });
  const look = async (dashboard: string): Promise<number> => {
    const page = await context.newPage();
    await page.goto(`${serving.address}/#/${dashboard}`);
    let ms: number | null = null;
    while (ms === null) {
      await sleep(50);
      ms = (await page.evaluate('window.settled ?? null')) as number | null;
    }
    await page.close();
    return ms;
  };
  // Fills the browser's cache with the files of the page.
  const page = await context.newPage();
  await page.goto(`${serving.address}/#/runs`);
  await page.close();
  // `up` prepares its answers like this at its start and after each run.
  const asking = performance.now();
  await prefetchAnswers(orgscope, Date.now(), new AbortController().signal);
  const prefetchMs = performance.now() - asking;
  const firstMs: Record<string, number> = {};
  const nextMs: Record<string, number> = {};
  for (const { id } of dashboards) {
    firstMs[id] = Math.round(await look(id));
    const next: number[] = [];
    for (let turn = 0; turn < TURNS; turn++) next.push(await look(id));
    nextMs[id] = Math.round(next.toSorted((a, b) => a - b)[Math.floor(TURNS / 2)] as number);
  }
  const post = async (path: string, body: object): Promise<number> => {
    const began = performance.now();
    const headers = { 'content-type': 'application/json' };
    await (await fetch(`${serving.address}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).text();
    return Math.round(performance.now() - began);
  };
  const instance = (number: number) => `i-${number.toString(16).padStart(17, '0')}`;
  const findMs = await post('/api/find', { text: instance(77), limit: 1 });
  const resourceMs: number[] = [];
  const resourceCpuMs: number[] = [];
  for (const number of RESOURCE_PAGES) {
    const cpu = process.cpuUsage();
    resourceMs.push(await post('/api/resource', { key: instance(number) }));
    const { user, system } = process.cpuUsage(cpu);
    resourceCpuMs.push(Math.round((user + system) / 1_000));
  }
  await browser.close();
  await serving.close();
  await store.close();
  console.log(
    JSON.stringify({
      bench: 'page',
      events: EVENTS,
      resources: RESOURCES,
      storeMib: Math.round(statSync(path).size / 1024 ** 2),
      madeMs: Math.round(madeMs),
      indexedMs: Math.round(indexedMs),
      prefetchMs: Math.round(prefetchMs),
      // From navigation until the last panel has its numbers: at the first visit, and the median of later ones.
      firstMs,
      nextMs,
      limitMs: 1_000,
      findMs,
      // All questions of a resource's page together; the CPU time tells it on a busy machine too.
      resourceMs,
      resourceCpuMs,
      resourceLimitMs: 500,
      slowest: [...slow]
        .toSorted(([, a], [, b]) => b - a)
        .slice(0, 4)
        .map(([query, ms]) => `${Math.round(ms)} ms ${query.slice(0, 220)}`),
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
