import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { after, test } from 'node:test';
import type { QueryLine } from '../core/api/questions.ts';
import type { Progress, RunRequest } from '../core/api/runs.ts';
import type { LocalOrgscope } from '../core/orgscope.ts';
import { OrgscopeError } from '../core/problem.ts';
import type { Query } from '../core/query.ts';
import type { RunReport } from '../core/store.ts';
import { apiRoutes } from './api-routes.ts';
import { type ServeOptions, type Serving, serve } from './serve.ts';

const TOKEN = 'a-token-of-the-test';
const webRoot = mkdtempSync(join(tmpdir(), 'orgscope-web-'));
mkdirSync(join(webRoot, 'assets'));
writeFileSync(join(webRoot, 'index.html'), '<!doctype html><title>orgscope</title>');
writeFileSync(join(webRoot, 'assets', 'index-3fa9.js'), 'export {};');
const opened: Serving[] = [];
after(async () => {
  for (const serving of opened) await serving.close();
  rmSync(webRoot, { recursive: true, force: true });
});

const report: RunReport = {
  id: 'r1',
  pipelines: ['trails'],
  state: 'succeeded',
  started: '2026-11-21T08:00:00.000Z',
  problems: [],
  totals: {
    documents: 1,
    dropped: 0,
    deadLetters: 0,
    retired: 0,
    bytes: 9,
    written: 1,
    jobs: 1,
    failedJobs: 0,
    skippedSources: 0,
  },
};
const progress: Progress = { run: 'r1', elapsedMs: 5, pipelines: [] };

/** Answers with what it was asked, so that a test sees what came through. */
function echo(seen: { queries: Query[]; runs: RunRequest[]; sql: string[]; store: () => Promise<void> }): LocalOrgscope {
  const info = { version: '1.2.3', sample: true, store: 'data/sample/orgscope.duckdb' };
  return {
    info: async () => info,
    status: async () => ({ info, counts: { awscli: 3 }, runs: [report], progress: null, gaps: [] }),
    progress: () => progress,
    ready: () => seen.store(),
    queue: async () => undefined,
    async answer(query) {
      seen.queries.push(query);
      if (query.view === 'awsusers') throw new OrgscopeError('store', 'The store is away.', 'Wait.');
      if (query.view === 'awscli') await seen.store();
      return { type: 'aggregate', rows: [] };
    },
    search: async () => ({ type: 'rows', total: 0, hits: [] }),
    async sql(text) {
      seen.sql.push(text);
      if (text === 'defect') throw new Error('a secret of the inside');
      return {
        columns: ['n'],
        rows: (async function* () {
          yield [{ n: '1' }];
        })(),
      };
    },
    problems: async () => ({ problems: [], next: null }),
    prune: async () => ({ indices: [], runs: 0, problems: [] }),
    async submit(run) {
      seen.runs.push(run);
      if (run.source === '/nowhere') throw new OrgscopeError('missing', '/nowhere is not there.', 'Give another one.');
      return 'r1';
    },
    submitImport: async () => 'r1',
    async follow(_id, onProgress) {
      onProgress(progress);
      return report;
    },
    run: async (id) => (id === 'r1' ? { run: report, total: 0, jobs: [], deadLetters: [] } : undefined),
    close: async () => undefined,
  };
}

async function start(options: Partial<ServeOptions> = {}) {
  const seen = {
    queries: [] as Query[],
    runs: [] as RunRequest[],
    sql: [] as string[],
    defects: [] as unknown[],
    store: async () => {},
  };
  const onDefect = (error: unknown) => void seen.defects.push(error);
  const serving = await serve({ orgscope: echo(seen), webRoot, host: '127.0.0.1', port: 0, token: TOKEN, onDefect, ...options });
  opened.push(serving);
  return { ...serving, seen };
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** `fetch` would not let us lie about the Host header. */
async function ask(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: unknown,
): Promise<Answer> {
  const outgoing = request({ host: '127.0.0.1', port, method, path, headers });
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  if (body !== undefined) outgoing.setHeader('content-type', headers['content-type'] ?? 'application/json');
  outgoing.end(body === undefined ? undefined : text);
  const [incoming] = await once(outgoing, 'response');
  let received = '';
  for await (const chunk of incoming) received += chunk;
  return { status: incoming.statusCode, headers: incoming.headers, text: received };
}

const bearer = { authorization: `Bearer ${TOKEN}` };

test('only names that mean this server by themselves are answered (DNS rebinding)', async () => {
  const { port } = await start();
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`]) {
    assert.equal((await ask(port, 'GET', '/api/info', { host })).status, 200, host);
  }
  const strangers = [
    'evil.example',
    `evil.example:${port}`,
    '127.0.0.1',
    `127.0.0.1:${port + 1}`,
    `localhost.evil.example:${port}`,
  ];
  for (const host of strangers) {
    for (const path of ['/api/info', '/', '/assets/index-3fa9.js']) {
      assert.equal((await ask(port, 'GET', path, { host })).status, 403, `${host} ${path}`);
    }
  }
});

test('another site cannot post, and a form cannot either', async () => {
  const { port, seen } = await start();
  const run = { pipelines: ['trails'] };
  for (const origin of ['https://evil.example', 'null', `http://localhost:${port + 1}`, `https://localhost:${port}`]) {
    assert.equal((await ask(port, 'POST', '/api/runs', { ...bearer, origin }, run)).status, 403, origin);
  }
  assert.equal((await ask(port, 'POST', '/api/query', { 'content-type': 'text/plain' }, '{"queries":[]}')).status, 415);
  assert.equal(seen.runs.length + seen.queries.length, 0);
  assert.equal((await ask(port, 'POST', '/api/runs', { ...bearer, origin: `http://localhost:${port}` }, run)).status, 200);
  assert.deepEqual(seen.runs, [run]);
});

test('what does work is asked by the page itself, by a typed address or by another program, and by no other site', async () => {
  const { port, seen } = await start();
  const query = encodeURIComponent(
    JSON.stringify({ type: 'rows', view: 'awscli', filter: { type: 'all' }, sort: [], limit: 1, offset: 0 }),
  );
  const paths = [`/api/export?format=csv&column=_id&query=${query}`, '/api/info', '/api/status', '/api/runs/r1', '//api/info'];
  for (const path of paths) {
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
    ]) {
      const { status, text } = await ask(port, 'GET', path, headers as Record<string, string>);
      assert.equal(status, 403, `${path} ${JSON.stringify(headers)}`);
      assert.match(text, /Another site/);
    }
  }
  assert.deepEqual(seen.queries, []);
  for (const headers of [{}, { 'sec-fetch-site': 'none' }, { 'sec-fetch-site': 'same-origin' }]) {
    assert.equal(
      (await ask(port, 'GET', paths[0] as string, headers as Record<string, string>)).status,
      200,
      JSON.stringify(headers),
    );
  }
  assert.equal((await ask(port, 'GET', '/', { 'sec-fetch-site': 'cross-site' })).status, 200, 'a link to the page is followed');
  assert.equal((await ask(port, 'GET', '/healthz', { 'sec-fetch-site': 'cross-site' })).status, 200);
});

test('a question is given up once its reader has gone', async () => {
  const given = Promise.withResolvers<void>();
  let left = Promise.withResolvers<void>();
  const { port } = await start({
    orgscope: {
      ...echo({ queries: [], runs: [], sql: [], store: async () => {} }),
      answer: (_query, signal) =>
        new Promise((_resolve, reject) => {
          given.resolve();
          signal?.addEventListener('abort', () => {
            left.resolve();
            reject(signal.reason);
          });
        }),
    },
  });
  const rows = { type: 'rows', view: 'awscli', filter: { type: 'all' }, sort: [], limit: 1, offset: 0 };
  for (const [method, path, body] of [
    ['POST', '/api/query', { queries: [rows] }],
    ['POST', '/api/find', { text: 'web', limit: 1 }],
    ['POST', '/api/resource', { key: 'web' }],
    ['GET', `/api/export?format=json&query=${encodeURIComponent(JSON.stringify(rows))}`, undefined],
  ] as const) {
    left = Promise.withResolvers<void>();
    const outgoing = request({ host: '127.0.0.1', port, method, path, headers: { 'content-type': 'application/json' } });
    outgoing.on('error', () => undefined);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    await given.promise;
    setTimeout(() => outgoing.destroy(), 50);
    await left.promise;
  }
});

test('SQL answers line by line, and what goes wrong in the middle is its last line', async () => {
  const { port } = await start({
    orgscope: {
      ...echo({ queries: [], runs: [], sql: [], store: async () => {} }),
      sql: async (text) => ({
        columns: ['n'],
        rows: (async function* () {
          yield [{ n: '1' }, { n: '2' }];
          if (text === 'fails') throw new OrgscopeError('usage', 'SQL: too much.', 'Ask for less.');
        })(),
      }),
    },
  });
  const lines = async (sql: string) =>
    (await ask(port, 'POST', '/api/sql', bearer, { sql })).text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  const begin = [{ columns: ['n'] }, { rows: [{ n: '1' }, { n: '2' }] }];
  assert.deepEqual(await lines('SELECT n'), [...begin, { count: 2 }]);
  assert.deepEqual(await lines('fails'), [
    ...begin,
    { error: { code: 'usage', message: 'SQL: too much.', next: 'Ask for less.' } },
  ]);
});

test('what runs, imports or speaks SQL takes the token', async () => {
  const { port, seen } = await start();
  const bodies = {
    '/api/sql': { sql: 'SELECT 1' },
    '/api/prune': { dryRun: true },
    '/api/runs': { pipelines: ['s3'] },
    '/api/import': { kind: 'ec2-instance', files: ['/a'] },
  };
  for (const [path, body] of Object.entries(bodies)) {
    for (const headers of [
      {},
      { authorization: 'Bearer wrong' },
      { authorization: TOKEN },
      { cookie: `orgscope-${port}=${TOKEN}` },
    ]) {
      const refused = await ask(port, 'POST', path, headers, body);
      assert.equal(refused.status, 401, `${path} ${JSON.stringify(headers)}`);
      assert.ok(!refused.text.includes(TOKEN));
    }
    assert.equal((await ask(port, 'POST', path, bearer, body)).status, 200, path);
  }
  assert.deepEqual(seen.sql, ['SELECT 1']);
});

test('beyond the loopback everything takes the token: as a header, or as a cookie got once with ?token=', async () => {
  const { port, guarded } = await start({ host: '0.0.0.0' });
  assert.equal(guarded, true);
  for (const path of ['/', '/api/info', '/assets/index-3fa9.js', '/?token=wrong']) {
    assert.equal((await ask(port, 'GET', path)).status, 401, path);
  }
  assert.equal((await ask(port, 'GET', '/api/info', bearer)).status, 200);
  const login = await ask(port, 'GET', `//evil.example/overview?token=${TOKEN}&from=now`);
  assert.equal(login.status, 303);
  assert.equal(login.headers.location, '/evil.example/overview?from=now', 'the token is gone and the target is here');
  const cookie = login.headers['set-cookie']?.[0] ?? '';
  assert.match(cookie, /HttpOnly; SameSite=Lax/);
  assert.ok(!cookie.includes(TOKEN));
  assert.equal((await ask(port, 'GET', '/', { cookie: cookie.split(';')[0] as string })).status, 200);
});

test('probes are answered without the token and tell nothing else; the numbers take it', async () => {
  const metrics = { contentType: 'text/plain; version=0.0.4', text: async () => 'orgscope_info 1\n' };
  const { port, seen } = await start({ host: '0.0.0.0', metrics });
  for (const path of ['/healthz', '/readyz', '/readyz?full']) {
    const { status, text, headers } = await ask(port, 'GET', path);
    assert.deepEqual([status, text, headers['cache-control']], [200, '{"status":"ok"}', 'no-store'], path);
  }
  for (const path of ['/metrics', '/healthz/', '/healthz/../api/info', '/readyzz']) {
    assert.equal((await ask(port, 'GET', path)).status, 401, path);
  }
  assert.equal((await ask(port, 'GET', '/metrics', bearer)).text, 'orgscope_info 1\n');
  seen.store = () => Promise.reject(new OrgscopeError('missing', '/srv/data/orgscope.duckdb is gone', 'Put it back.'));
  assert.deepEqual(JSON.parse((await ask(port, 'GET', '/readyz')).text), {
    status: 'unavailable',
    reason: 'the file of the store is gone',
  });
  seen.store = () => Promise.reject(new OrgscopeError('store', '/srv/data/orgscope.duckdb is full', 'Free some space.'));
  const unready = await ask(port, 'GET', '/readyz');
  assert.equal(unready.status, 503);
  assert.deepEqual(JSON.parse(unready.text), { status: 'unavailable', reason: 'the store does not answer (store)' });
  assert.equal((await ask(port, 'GET', '/healthz')).status, 200);
});

test('a request that is not what the API takes is refused with its place, and never reaches the store', async () => {
  const { port, seen } = await start();
  const rows = { type: 'rows', view: 'awscli', filter: { type: 'all' }, sort: [], limit: 1, offset: 0 };
  let deep: object = { type: 'all' };
  for (let depth = 0; depth < 200; depth++) deep = { type: 'not', filter: deep };
  const wrong: [unknown, RegExp][] = [
    ['{', /JSON/],
    [{}, /queries/],
    [{ queries: [{ ...rows, view: 'passwd' }] }, /queries\.0\.view/],
    [{ queries: [{ ...rows, limit: 1e9 }] }, /queries\.0\.limit/],
    [{ queries: [{ ...rows, filter: { type: 'term', field: 'a' } }] }, /queries\.0\.filter\.value/],
    [{ queries: [{ ...rows, filter: deep }] }, /nested/],
    [{ queries: [{ ...rows, time: { from: 'yesterday', to: 'now' } }] }, /time\.from/],
    [{ queries: Array(65).fill(rows) }, /queries/],
    [{ queries: [], more: 1 }, /more/],
  ];
  for (const [body, message] of wrong) {
    const answer = await ask(port, 'POST', '/api/query', {}, body);
    assert.equal(answer.status, 400, answer.text);
    const problem = JSON.parse(answer.text);
    assert.equal(problem.code, 'usage');
    assert.match(problem.message, message);
    assert.ok(problem.next.length > 0);
  }
  assert.deepEqual(seen.queries, []);
  const filter = {
    type: 'and',
    filters: [
      { type: 'range', field: 'n', gte: 1 },
      { type: 'not', filter: { type: 'exists', field: 'x' } },
    ],
  };
  const good = { queries: [{ ...rows, filter }] };
  assert.equal((await ask(port, 'POST', '/api/query', {}, good)).status, 200);
  assert.deepEqual(seen.queries, good.queries);
});

test('each question is answered as soon as it can be, and one that fails stops no other', async () => {
  const { port, seen } = await start();
  const held = Promise.withResolvers<void>();
  seen.store = () => held.promise;
  const of = (view: string) => ({ type: 'aggregate', view, filter: { type: 'all' }, groups: [], metrics: [] });
  const response = await fetch(`http://127.0.0.1:${port}/api/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ queries: [of('awscli'), of('awsusers'), of('awscli-trail')] }),
  });
  const lines: QueryLine[] = [];
  for await (const line of createInterface({ input: Readable.fromWeb(response.body as WebStream) })) {
    lines.push(JSON.parse(line));
    if (lines.length === 2) held.resolve();
  }
  const none = { type: 'aggregate', rows: [] };
  assert.deepEqual(lines.pop(), { index: 0, answer: none }, 'the slow one comes last');
  assert.deepEqual(
    lines.sort((one, other) => one.index - other.index),
    [
      { index: 1, answer: { type: 'error', message: 'The store is away.' } },
      { index: 2, answer: none },
    ],
  );
});

test('what is found, told and exported is asked of the store through checked requests', async () => {
  const { port, seen } = await start();
  assert.equal((await ask(port, 'POST', '/api/find', {}, { text: 'web', limit: 0 })).status, 400);
  assert.equal((await ask(port, 'POST', '/api/resource', {}, { key: '' })).status, 400);
  const rows = { type: 'rows', view: 'awscli', filter: { type: 'all' }, sort: [], limit: 1, offset: 0 };
  const address = (query: unknown, format = 'csv') =>
    `/api/export?${new URLSearchParams([
      ['format', format],
      ['query', typeof query === 'string' ? query : JSON.stringify(query)],
      ['column', 'resource.id'],
      ['column', '=x'],
    ])}`;
  for (const wrong of [address('{'), address({ ...rows, view: 'passwd' }), address(rows, 'exe'), '/api/export'])
    assert.equal((await ask(port, 'GET', wrong)).status, 400, wrong);
  assert.deepEqual(seen.queries, []);
  const file = await ask(port, 'GET', address(rows));
  assert.equal(file.text, "resource.id,'=x\r\n");
  assert.match(file.headers['content-disposition'] as string, /attachment; filename="orgscope\.csv"/);
});

test('errors carry code, message and next; a defect is said and logged', async () => {
  const { port, seen } = await start();
  const missing = await ask(port, 'POST', '/api/runs', bearer, { pipelines: ['trails'], source: '/nowhere' });
  assert.equal(missing.status, 404);
  assert.deepEqual(JSON.parse(missing.text), { code: 'missing', message: '/nowhere is not there.', next: 'Give another one.' });
  const defect = await ask(port, 'POST', '/api/sql', bearer, { sql: 'defect' });
  assert.equal(defect.status, 500);
  assert.equal(JSON.parse(defect.text).code, 'unexpected');
  assert.equal(seen.defects.length, 1);
  assert.equal((await ask(port, 'GET', '/api/runs/none')).status, 404);
  assert.equal((await ask(port, 'GET', '/api/nothing')).status, 404);
});

test('a run is followed to its report', async () => {
  const { port } = await start();
  const { headers, text } = await ask(port, 'GET', '/api/runs/r1/events');
  assert.equal(headers['content-type'], 'text/event-stream');
  assert.equal(text, `event: progress\ndata: ${JSON.stringify(progress)}\n\nevent: report\ndata: ${JSON.stringify(report)}\n\n`);
});

test('the page is asked for anew, its assets never again, and neither may be framed or fetch from elsewhere', async () => {
  const { port } = await start();
  for (const path of ['/', '/dashboards/overview']) {
    const page = await ask(port, 'GET', path);
    assert.equal(page.status, 200);
    assert.match(page.text, /orgscope/);
    assert.equal(page.headers['cache-control'], 'no-cache');
    assert.match(page.headers['content-security-policy'] as string, /default-src 'self';.*frame-ancestors 'none'/);
    assert.equal(page.headers['x-content-type-options'], 'nosniff');
    assert.equal(page.headers['referrer-policy'], 'no-referrer');
  }
  assert.match((await ask(port, 'GET', '/assets/index-3fa9.js')).headers['cache-control'] as string, /immutable/);
  assert.equal((await ask(port, 'GET', '/assets/gone.js')).status, 404);
  assert.ok(!(await ask(port, 'GET', '/..%2f..%2f..%2f..%2fetc/passwd')).text.includes('root:'));
});

test('a port in use is one clear message', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  try {
    await assert.rejects(start({ port }), (error: OrgscopeError) => {
      assert.equal(error.code, 'conflict');
      assert.match(error.message, new RegExp(`Port ${port}`));
      assert.match(error.next, /--port/);
      return true;
    });
  } finally {
    other.close();
  }
});

test('each route answers in its declared shape, or says what is wrong with an empty request', async () => {
  const { address } = await start();
  const inputs: Readonly<Record<string, unknown>> = {
    query: { queries: [{ type: 'aggregate', view: 'awscli-current', filter: { type: 'all' }, groups: [], metrics: [] }] },
    search: { index: 'awscli-*', query: '', limit: 1 },
    find: { text: 'i-0a1b2c3d4e5f60718', limit: 5 },
    resource: { key: 'i-0a1b2c3d4e5f60718' },
    sql: { sql: 'SELECT 1' },
    prune: { dryRun: true },
    runs: { pipelines: ['trails'] },
    import: { kind: 'ec2-instance', files: ['/tmp/dump.json'] },
  };
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  let compared = 0;
  for (const { method, path, input, output } of apiRoutes) {
    const url = `${address}/api/${path.replace(':id', 'r1')}`;
    if (method === 'POST') {
      assert.ok(path in inputs, `${path} needs an example in this test`);
      const wrong = await fetch(url, { method, headers, body: '{}' });
      assert.equal(wrong.status, 400, path);
      assert.match(((await wrong.json()) as { message: string }).message, /^\w+: /, path);
    }
    // A file has no shape, and a stream of events does not end.
    if (output === undefined || /progress|events/.test(path)) continue;
    const response = await fetch(url, {
      method,
      headers,
      ...(input !== undefined && method === 'POST' ? { body: JSON.stringify(inputs[path]) } : {}),
    });
    assert.equal(response.status, 200, path);
    for (const line of (await response.text()).trim().split('\n')) {
      const result = output.safeParse(JSON.parse(line));
      assert.deepEqual(result.error?.issues ?? [], [], path);
      compared++;
    }
  }
  assert.ok(compared >= apiRoutes.length - 3);
});

test('routes that change something or read the whole store need the token; the routes of the page do not', async () => {
  const { address } = await start();
  for (const { method, path, access } of apiRoutes) {
    if (/progress|events/.test(path)) continue;
    const response = await fetch(`${address}/api/${path.replace(':id', 'r1')}`, {
      method,
      ...(method === 'POST' ? { headers: { 'content-type': 'application/json' }, body: '{}' } : {}),
    });
    assert.equal(response.status === 401, access === 'token', path);
  }
  const guarded = apiRoutes.filter(({ access }) => access === 'token').map(({ path }) => path);
  assert.deepEqual(guarded.toSorted(), ['import', 'prune', 'runs', 'sql']);
});
