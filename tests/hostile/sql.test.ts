import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { storeMappings } from '../../app/store-mappings.ts';
import { readUpFile } from '../../app/up-file.ts';
import type { SqlLine } from '../../core/api/questions.ts';
import type { SqlStore } from '../../core/store.ts';
import { openDuckdb } from '../../stores/duckdb/open-duckdb.ts';
import { ALLOWED_FUNCTIONS, ALLOWED_TABLE_FUNCTIONS } from '../../stores/duckdb/sql-functions.ts';
import { healthMeanwhile } from '../support/health-meanwhile.ts';
import { measuredCli } from '../support/measured.ts';
import { openTestStore, withAllRows } from '../support/open-test-store.ts';
import { makeLists, said, spawnCli } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-sql-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const open = (sql = {}): Promise<SqlStore> => openDuckdb({ path: ':memory:', mappings: storeMappings(), sql });

const messageOf = async (store: SqlStore, statement: string): Promise<string> => {
  try {
    await withAllRows(store).sql(statement);
    return '';
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'usage', String(error));
    return (error as Error).message;
  }
};

describe('functions', () => {
  let store: SqlStore;
  let known: readonly (readonly [name: string, type: string])[];
  before(async () => {
    store = await open();
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const found = await connection.runAndReadAll('SELECT DISTINCT function_name, function_type FROM duckdb_functions()');
    known = found.getRowsJson().map(([name, type]) => [String(name), String(type)] as const);
    connection.closeSync();
    instance.closeSync();
  });
  after(() => store.close());

  test('each of DuckDB that is not on the list is refused, in an expression, in a window and as a table', async () => {
    assert.ok(known.length > 800, String(known.length));
    for (const [name, type] of known) {
      const called = `"${name.replaceAll('"', '""')}"()`;
      if (type === 'table' || type === 'table_macro' || type === 'pragma') {
        const message = await messageOf(store, `SELECT * FROM ${called}`);
        const allowed = ALLOWED_TABLE_FUNCTIONS.has(name.toLowerCase());
        assert.equal(/can't be called as a table/.test(message), !allowed, `${name}: ${message}`);
      } else {
        for (const statement of [`SELECT ${called}`, `SELECT ${called} OVER ()`]) {
          const message = await messageOf(store, statement);
          assert.equal(
            /can't be called here/.test(message),
            !ALLOWED_FUNCTIONS.has(name.toLowerCase()),
            `${statement}: ${message}`,
          );
        }
      }
    }
  });

  test('each name on the list is one that DuckDB has', () => {
    const names = new Set(known.map(([name]) => name.toLowerCase()));
    // Words of the grammar that DuckDB prints as functions.
    const grammar = [
      'coalesce',
      'ifnull',
      'grouping',
      'grouping_id',
      'current_time',
      'current_timestamp',
      'unnest',
      'width_bucket',
    ];
    assert.deepEqual(
      [...ALLOWED_FUNCTIONS, ...ALLOWED_TABLE_FUNCTIONS].filter((name) => !names.has(name) && !grammar.includes(name)),
      [],
    );
  });
});

describe('statements', () => {
  let store: SqlStore;
  before(async () => {
    store = await open({ seconds: 1, memoryMib: 256, rows: 5_000, mib: 1 });
    const documents = Array.from({ length: 3_000 }, (_, index) => ({
      index: 'awscli-current',
      id: `i-${index}`,
      operation: 'replace' as const,
      version: 1,
      body: Buffer.from(
        JSON.stringify({
          '@timestamp': '2026-11-01T00:00:00.000Z',
          resource: {
            id: `i-${index}`,
            type: index % 2 === 0 ? 'ec2-instance' : 'ec2-volume',
            name: `${'name '.repeat(100)}${index}`,
          },
        }),
      ),
    }));
    await store.write({ documents, bytes: 0, sources: [] });
  });
  after(() => store.close());

  const GOOD = [
    'SELECT "resource.type", count(*) AS n, count(*) FILTER ("resource.id" LIKE \'i-1%\'), max("@timestamp") FROM awscli_current GROUP BY ALL HAVING n > 1 ORDER BY 2 DESC',
    'WITH a AS (SELECT "resource.type" AS t, count(*) AS n FROM awscli_current GROUP BY 1), b AS (SELECT * FROM a) SELECT * FROM b JOIN a USING (t)',
    "WITH RECURSIVE days AS (SELECT DATE '2026-01-01' AS d UNION ALL SELECT d + 1 FROM days WHERE d < '2026-01-31') SELECT count(*) FROM days",
    'SELECT row_number() OVER (PARTITION BY "resource.type" ORDER BY _id), lag(_id) OVER w, sum(1) OVER w FROM awscli_current WINDOW w AS (ORDER BY _id) LIMIT 5',
    "SELECT document->>'$.resource.id', document->'resource'->>'type', json_extract_string(document, '$.resource.name'), json_keys(document) FROM awscli_current LIMIT 5",
    'SELECT date_trunc(\'month\', "@timestamp"), strftime("@timestamp", \'%Y-%m\'), extract(hour FROM "@timestamp"), "@timestamp" + INTERVAL 1 DAY, epoch("@timestamp"), date_diff(\'day\', "@timestamp", now()::TIMESTAMP) FROM awscli_current LIMIT 5',
    "SELECT upper(_id) || '-' || lower('X'), concat_ws(',', _id, 'b'), split_part(_id, '-', 2), replace(_id, '-', '_'), regexp_replace(_id, '\\d+', 'N', 'g'), regexp_extract(_id, '(\\d+)', 1), trim(' a '), length(_id), _id[1:2], left(_id, 1), _id ILIKE 'I-%' FROM awscli_current LIMIT 5",
    "SELECT [x * 2 FOR x IN [1, 2, 3] IF x > 1], list_transform([1, 2], lambda x: x + 1), list_filter(['a', 'b'], lambda s: s > 'a'), list_sort(list_distinct([2, 1, 2])), list_contains([1], 1), len([1, 2]), {'a': 1}.a, MAP {'k': 1}['k'], list_sum([1, 2])",
    'SELECT string_agg(_id, \',\' ORDER BY _id), list(_id), quantile_cont(1, 0.5), approx_count_distinct(_id), arg_max(_id, "@timestamp"), histogram("resource.type"), mode("resource.type") FROM (SELECT * FROM awscli_current LIMIT 9)',
    "SELECT x::DECIMAL(10, 2), x::VARCHAR, TRY_CAST('a' AS INTEGER), CASE WHEN x > 1 THEN 'many' ELSE 'one' END, coalesce(NULL, x), round(x / 3, 2), greatest(x, 2) FROM (VALUES (1), (2)) v(x)",
    "SELECT * FROM generate_series(DATE '2026-01-01', DATE '2026-01-10', INTERVAL 1 DAY), range(3)",
    "SELECT unnest(['a', 'b']), * FROM json_each('{\"a\": 1}')",
    'SELECT "resource.type", grouping("resource.type") FROM awscli_current GROUP BY ROLLUP ("resource.type")',
    'FROM (PIVOT awscli_current ON "resource.type" IN (\'ec2-instance\') USING count(*) GROUP BY "cloud.region")',
    'SELECT _id FROM awscli_current WHERE _id IN (SELECT _id FROM awscli_trail) OR EXISTS (SELECT 1 FROM awsusers WHERE awsusers._id = awscli_current._id) UNION ALL SELECT _id FROM main.awsbilling',
    'SELECT a.* EXCLUDE (document), COLUMNS(\'resource.id\') FROM awscli_current a ASOF JOIN awscli_current b ON a._id = b._id AND a."@timestamp" >= b."@timestamp" LIMIT 2',
    'DESCRIBE awsbilling',
    'SHOW TABLES',
    'SUMMARIZE SELECT "resource.type" FROM awscli_current',
    'EXPLAIN SELECT 1',
    'EXPLAIN ANALYZE SELECT count(*) FROM awscli_current',
  ];
  test('that analyse are answered', async () => {
    for (const statement of GOOD) {
      assert.equal(await messageOf(store, statement), '', statement);
    }
  });

  const REFUSED: [statement: string, message: RegExp][] = [
    ["CALL enable_logging(storage = 'file')", /does not only read/],
    [`SELECT * FROM enable_logging(storage = 'file', storage_path = '${folder}/log')`, /enable_logging can't be called/],
    ["SELECT getenv('HOME')", /getenv can't be called/],
    ["SELECT * FROM query('SELECT 1')", /query can't be called/],
    ["FROM '/etc/passwd'", /no view \/etc\/passwd/],
    ['FROM duckdb_settings', /no view/],
    ['FROM information_schema.tables', /no view information_schema.tables/],
    ['FROM store.awscli_current', /no view store.awscli_current/],
    ['SHOW DATABASES', /SHOW is not possible/],
    ['SUMMARIZE duckdb_settings', /no view/],
    ['WITH a AS (FROM duckdb_settings), duckdb_settings AS (SELECT 1) FROM a', /no view duckdb_settings/],
    ['SELECT * FROM (WITH duckdb_settings AS (SELECT 1) FROM duckdb_settings), duckdb_settings', /no view duckdb_settings/],
    ['EXPLAIN ANALYZE SELECT * FROM checkpoint()', /checkpoint can't be called/],
    ["EXPLAIN COPY (SELECT 1) TO '/tmp/x'", /does not only read/],
    ['SELECT 1; SELECT 2', /2 statements/],
    ['SET threads = 1', /does not only read/],
    ["SELECT repeat('x', 1000000000)", /repeat can't be called/],
    ['SELECT len(range(1000000000))', /range can't be called here/],
    ['SELECT NULL::INTEGER[100000][100000]', /ARRAY/],
    ['SELECT replace(document, 1, document) FROM awscli_current', /replacement of a text/],
    [`SELECT ${Array(110).fill('_id').join(' || ')} FROM awscli_current`, /110 times as long/],
    [
      'SELECT list_transform([list_transform([_id], lambda a: a||a||a||a||a)], lambda l: l||l||l||l||l||l||l||l||l||l||l||l||l||l||l||l||l||l||l||l||l)',
      /105 times/,
    ],
    [
      `WITH ${Array.from({ length: 4 }, (_, index) => `t${index + 1} AS (SELECT s||s||s||s AS s FROM t${index})`)
        .join(', ')
        .replace('t0)', "(SELECT 'x' AS s))")} SELECT s FROM t4`,
      /256 times/,
    ],
    [
      `WITH a0 AS (SELECT 1), ${Array.from({ length: 28 }, (_, index) => `a${index + 1} AS (SELECT 1 FROM a${index} x, a${index} y)`)} FROM a28`,
      /tables are read/,
    ],
    [`SELECT ${'1 + '.repeat(900)}1`, /nested too deeply/],
    [`SELECT ${'('.repeat(60_000)}`, /./],
    [`SELECT '${'x'.repeat(70_000)}'`, /70009 characters/],
  ];
  test('that read other things than the views, or may make large values of small ones, are refused before they run', async () => {
    const before = process.cpuUsage();
    for (const [statement, message] of REFUSED) assert.match(await messageOf(store, statement), message, statement.slice(0, 200));
    const { user, system } = process.cpuUsage(before);
    const refused = (user + system) / REFUSED.length;
    const harmless = process.cpuUsage();
    for (const _ of REFUSED) await messageOf(store, GOOD[0] as string);
    const { user: u, system: s } = process.cpuUsage(harmless);
    assert.ok(refused < (10 * (u + s)) / REFUSED.length, `${refused} µs and ${(u + s) / REFUSED.length} µs each`);
    assert.equal(existsSync(join(folder, 'log')), false);
  });

  const ENDLESS = [
    'SELECT count(*) FROM range(1000000000000)',
    'WITH RECURSIVE t AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM t) SELECT count(*) FROM t',
    'SELECT count(*) FROM awscli_current a, awscli_current b, awscli_current c, awscli_current d WHERE a._id || b._id <> c._id',
  ];
  for (const statement of ENDLESS) {
    test(`ends by its time limit: ${statement}`, { timeout: 60_000 }, async () => {
      const message = await messageOf(store, statement);
      assert.match(message, /more than 1 s/);
    });
  }

  const GROWING: [statement: string, message: RegExp][] = [
    ["WITH RECURSIVE t AS (SELECT 'x' AS s UNION ALL SELECT s || s FROM t) SELECT max(len(s)) FROM t", /memory|more than 1 s/],
    ['SELECT string_agg(a."resource.name") FROM awscli_current a, awscli_current b', /memory|more than 1 s/],
    ['SELECT list(a."resource.name" || b._id) FROM awscli_current a, awscli_current b', /memory|more than 1 s/],
    [
      'SELECT a._id, b._id, row_number() OVER (ORDER BY a."resource.name", b._id) FROM awscli_current a, awscli_current b',
      /memory|more than 1 s/,
    ],
    ['SELECT a._id FROM awscli_current a, awscli_current b', /more than 5000 rows/],
    ['SELECT "resource.name" FROM awscli_current', /more than 1 MiB/],
  ];
  test('that grow are ended by a limit, and the store answers afterwards', { timeout: 120_000 }, async () => {
    const before = process.memoryUsage.rss();
    for (const [statement, message] of GROWING) {
      assert.match(await messageOf(store, statement), message, statement);
      assert.ok(
        process.memoryUsage.rss() - before < 1024 * 1024 ** 2,
        `${statement} left ${process.memoryUsage.rss() - before} bytes`,
      );
    }
    assert.equal((await withAllRows(store).sql('SELECT count(*) AS n FROM awscli_current')).rows[0]?.n, '3000');
  });
});

test('a statement that its client gives up ends, and the next one runs', async () => {
  const store = await open();
  const other = new AbortController();
  const endless = store.sql('SELECT count(*) FROM range(1000000000000)', other.signal);
  const waiting = withAllRows(store).sql('SELECT 1 AS n');
  setTimeout(() => other.abort(), 100);
  await assert.rejects(endless, { code: 'interrupted' });
  assert.equal((await waiting).rows[0]?.n, 1);
  await store.close();
});

describe('statements sent to `up`', () => {
  const data = join(folder, 'up');
  let up: ReturnType<typeof spawnCli>;
  let address = '';
  let token = '';

  before(async () => {
    await (await openTestStore(join(data, 'orgscope.duckdb'))).close();
    const lists = makeLists();
    up = spawnCli(['up', '--port', '0', '--every', 'never', '--data', data, '--lists', lists], { ORGSCOPE_SQL_SECONDS: '2' });
    await said(up, /The page stays up/);
    ({ address, token } = readUpFile({ folder: data } as Parameters<typeof readUpFile>[0]) as { address: string; token: string });
  });
  after(() => void up?.kill('SIGKILL'));

  const ask = (sql: string, signal?: AbortSignal) =>
    fetch(`${address}/api/sql`, {
      method: 'POST',
      body: JSON.stringify({ sql }),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(signal === undefined ? {} : { signal }),
    });

  test('`up` answers /healthz meanwhile, and says how to raise the limit', { timeout: 60_000 }, async () => {
    const slowestMs = await healthMeanwhile(address, async () => {
      const response = await ask('SELECT count(*) FROM range(1000000000000)');
      assert.equal(response.status, 400);
      const { message, next } = (await response.json()) as { message: string; next: string };
      assert.match(message, /more than 2 s/);
      assert.match(next, /ORGSCOPE_SQL_SECONDS/);
    });
    assert.ok(slowestMs < 1_000, `/healthz took ${slowestMs} ms`);
  });

  test('a statement whose client disconnects is ended: the next one is answered before the time limit of the first', async () => {
    const gone = new AbortController();
    const leaving = ask('SELECT count(*) FROM range(1000000000000)', gone.signal);
    await sleep(300);
    gone.abort();
    await assert.rejects(leaving);
    const started = performance.now();
    assert.equal((await ask('SELECT 1')).status, 200);
    assert.ok(performance.now() - started < 1_500);
  });

  test('a long answer comes in pieces, takes little memory in either process, and /healthz is answered meanwhile', {
    timeout: 120_000,
  }, async () => {
    const statement = (rows: number) => `SELECT range AS n, 'a text of some length' AS t FROM range(${rows})`;
    let rows = 0;
    const slowestMs = await healthMeanwhile(address, async () => {
      const text = await (await ask(statement(40_000))).text();
      for (const line of text
        .trim()
        .split('\n')
        .map((one) => JSON.parse(one) as SqlLine)) {
        if ('rows' in line) rows += line.rows.length;
        if ('error' in line) assert.fail(line.error.message);
        if ('count' in line) assert.equal(line.count, 40_000);
      }
    });
    assert.equal(rows, 40_000);
    assert.ok(slowestMs < 1_000, `/healthz took ${slowestMs} ms`);
    const own = join(folder, 'own');
    await (await openTestStore(join(own, 'orgscope.duckdb'))).close();
    const run = (count: number) => measuredCli(['sql', statement(count), '--json', '--data', own, '--lists', makeLists()]);
    const [short, long] = [await run(2_000), await run(200_000)];
    assert.equal((JSON.parse(long.stdout) as unknown[]).length, 200_000);
    assert.equal((JSON.parse(short.stdout) as unknown[]).length, 2_000);
    assert.ok(long.peakMib < 2 * short.peakMib, `${long.peakMib} MiB and ${short.peakMib} MiB`);
  });
});
