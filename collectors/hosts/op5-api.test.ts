import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { HostSource } from '../../core/monitored-host.ts';
import { formatProblem, OrgscopeError, toProblem } from '../../core/problem.ts';
import { op5Api } from './op5-api.ts';

const USER = 'ana$LDAP';
const PASSWORD = 'pä:ss wörd/+%40';
const row = (index: number) => ({
  name: `host-${String(index).padStart(4, '0')}`,
  address: `10.0.0.${index}`,
  alias: '',
  state: index % 3,
  has_been_checked: 1,
  groups: ['web'],
  custom_variables: [],
});

/** A fake of OP5 at the wire: basic auth, then limit and offset over its rows; `instead` answers in its place. */
async function fakeOp5(
  t: TestContext,
  rows: readonly unknown[],
  instead?: (response: ServerResponse, request: IncomingMessage) => void,
) {
  const asked: URL[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url as string, 'http://op5');
    asked.push(url);
    if (request.headers.authorization !== `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`) {
      response.writeHead(401, { 'www-authenticate': 'Basic' }).end('{"error":"Unauthorized"}');
    } else if (instead !== undefined) instead(response, request);
    else if (url.pathname !== '/api/filter/query') response.writeHead(404).end();
    else {
      const [offset, limit] = ['offset', 'limit'].map((name) => Number(url.searchParams.get(name))) as [number, number];
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(rows.slice(offset, offset + limit)));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, host, url: `http://${host}/` };
}

const read = (source: HostSource, signal = new AbortController().signal) => source.hosts(signal);

/** The one error of a source; asserts that it does not contain the password. */
async function errorOf(source: HostSource): Promise<OrgscopeError> {
  const error = await read(source).then(
    () => assert.fail('it should fail'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof OrgscopeError, String(error));
  const shown = [
    source.name,
    error.stack,
    String(error.cause),
    JSON.stringify(toProblem(error)),
    formatProblem(toProblem(error)),
  ];
  for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), Buffer.from(`${USER}:${PASSWORD}`).toString('base64')]) {
    for (const text of shown) assert.ok(!text?.includes(secret), text);
  }
  assert.notEqual(error.message, '');
  assert.notEqual(error.next, '');
  return error;
}

test('all pages are read, each host once, with what OP5 knows of it', async (t) => {
  const special = [
    { ...row(90), name: 'db', alias: 'Database', state: 2, custom_variables: { OWNER: 'ana', EC2_ID: 'i-0a1b2c3d4e5f60718' } },
    { ...row(91), name: 'new', has_been_checked: 0, custom_variables: { A: 'i-0a1b2c3d4e5f60718', B: 'i-0a1b2c3d4e5f60719' } },
  ];
  const rows = [...Array.from({ length: 10 }, (_, index) => row(index)), ...special];
  const { url, host, asked } = await fakeOp5(t, rows);
  for (const pageSize of [1, 4, 5, 12, 1_000]) {
    const { hosts, problems } = await read(op5Api({ url, user: USER, password: PASSWORD, pageSize }));
    assert.deepEqual(problems, []);
    assert.deepEqual(
      hosts.map(({ name }) => name),
      rows.map(({ name }) => name),
    );
    assert.deepEqual(hosts[4], { name: 'host-0004', address: '10.0.0.4', groups: ['web'], state: 'down', source: host });
    assert.deepEqual(hosts[10], {
      name: 'db',
      address: '10.0.0.90',
      alias: 'Database',
      instanceId: 'i-0a1b2c3d4e5f60718',
      groups: ['web'],
      state: 'unreachable',
      source: host,
    });
    assert.equal(hosts[11]?.state, 'pending');
    assert.equal(hosts[11]?.instanceId, undefined, 'two ids are no answer');
  }
  assert.equal(asked[0]?.searchParams.get('query'), '[hosts] all');
  assert.ok(asked.every(({ search }) => !search.includes('+') && !search.includes(encodeURIComponent(PASSWORD))));
});

test('a server that returns fewer hosts than the limit asks for is read to its end', async (t) => {
  const rows = Array.from({ length: 7 }, (_, index) => row(index));
  const { url } = await fakeOp5(t, rows, (response, request) => {
    const offset = Number(new URL(request.url as string, 'http://op5').searchParams.get('offset'));
    response.end(JSON.stringify(rows.slice(offset, offset + 3)));
  });
  assert.equal((await read(op5Api({ url, user: USER, password: PASSWORD }))).hosts.length, 7);
});

test('a host without a name is a problem, and all other hosts are read', async (t) => {
  const { url } = await fakeOp5(t, [row(1), { address: '10.9.9.9' }, 'x', row(2)]);
  const { hosts, problems } = await read(op5Api({ url, user: USER, password: PASSWORD }));
  assert.equal(hosts.length, 2);
  assert.match(problems.map(formatProblem).join(), /2 hosts without a name/);
});

test('each failure is one clear error without the password', async (t) => {
  const answers: readonly [string, string, (response: ServerResponse) => void][] = [
    ['denied', '403', (response) => response.writeHead(403).end()],
    ['missing', '404', (response) => response.writeHead(404).end()],
    ['unreachable', '503', (response) => response.writeHead(503).end(`Authorization: ${PASSWORD}`)],
    [
      'unreachable',
      'https://elsewhere.example.com ',
      (r) => r.writeHead(302, { location: 'https://u:p@elsewhere.example.com/login' }).end(),
    ],
    ['malformed', 'not JSON', (response) => response.end(JSON.stringify([row(1)]).slice(0, -5))],
    ['malformed', 'not JSON', (response) => response.end('<html>Log in</html>')],
    ['malformed', 'no list', (response) => response.end('{"error":"no"}')],
    ['malformed', 'every page', (response) => response.end(JSON.stringify([row(1)]))],
    ['empty', 'no host', (response) => response.end('[]')],
    ['unreachable', 'within 0.2 s', () => {}],
    [
      'unreachable',
      "can't be reached",
      (response) => response.writeHead(200, { 'content-length': 99 }).write('[', () => response.destroy()),
    ],
  ];
  for (const [code, said, answer] of answers) {
    const { url, host } = await fakeOp5(t, [], answer);
    const error = await errorOf(op5Api({ url, user: USER, password: PASSWORD, timeoutMs: 200 }));
    assert.equal(error.code, code, error.message);
    assert.ok(error.message.includes(said), error.message);
    assert.equal(error.where.object, `http://${host}/api/filter/query`);
  }
});

test('a wrong or missing password, a wrong address and an unreachable server are errors', async (t) => {
  const { url } = await fakeOp5(t, [row(1)]);
  const wrong = await errorOf(op5Api({ url, user: USER, password: `${PASSWORD}x` }));
  assert.deepEqual([wrong.code, wrong.message], ['credentials', 'OP5 does not accept the user and the password (HTTP 401)']);
  assert.equal((await errorOf(op5Api({ url, user: USER, password: undefined }))).code, 'credentials');
  const secret = encodeURIComponent(PASSWORD);
  for (const bad of [`https://ana:${secret}@op5.example.com`, `ana:${secret}@op5.example.com`, PASSWORD, 'file:///etc/passwd']) {
    const error = await errorOf(op5Api({ url: bad, user: USER, password: PASSWORD }));
    assert.equal(error.code, 'usage', bad);
  }
  const gone = await errorOf(op5Api({ url: 'http://127.0.0.1:1', user: USER, password: PASSWORD }));
  assert.equal(gone.code, 'unreachable');
});

test('reading stops when the run stops', async (t) => {
  const stop = new AbortController();
  const { url } = await fakeOp5(t, [], () => stop.abort(new Error('stopped')));
  await assert.rejects(read(op5Api({ url, user: USER, password: PASSWORD }), stop.signal), /stopped/);
});
