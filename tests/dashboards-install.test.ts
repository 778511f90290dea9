import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { dashboards } from '../dashboards/registry.ts';
import { type FakeKibanaOptions, fakeKibana } from './support/fake-kibana.ts';
import { runCli } from './support/run-cli.ts';
import { selfSigned } from './support/self-signed.ts';

const FILE = readFileSync(new URL('../kibana-dashboards/orgscope.ndjson', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');
const SECRET = 'correct horse: battery/staple';
const BASIC = `Basic ${Buffer.from(`ana:${SECRET}`).toString('base64')}`;

async function start(t: TestContext, options: Partial<FakeKibanaOptions> = {}) {
  const kibana = await fakeKibana({ product: 'kibana', version: '8.19.0', ...options });
  t.after(kibana.close);
  return kibana;
}
const install = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runCli(['dashboards', 'install', ...args], env);

test('the committed file is imported into Kibana as it is, and old objects of the same ids are replaced', async (t) => {
  const kibana = await start(t);
  const { code, stdout, stderr } = await install(['--kibana', kibana.url]);
  assert.equal(stderr, '');
  assert.equal(code, 0);
  assert.match(
    stdout,
    new RegExp(`^${FILE.length - 1} objects imported into Kibana 8\\.19\\.0: ${dashboards.length} dashboards`),
  );
  assert.equal(kibana.imports.length, 1);
  assert.deepEqual(kibana.imports[0]?.lines, FILE);
  assert.equal(kibana.imports[0]?.path, '/api/saved_objects/_import');
});

test('into a space of Kibana, behind a base path, with an API key', async (t) => {
  const kibana = await start(t, { spaces: ['aws'], base: '/kibana', authorization: 'ApiKey a2V5' });
  const { code, stdout } = await install(['--kibana', `${kibana.url}/`, '--space', 'aws', '--json'], {
    ORGSCOPE_KIBANA_API_KEY: 'a2V5',
  });
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), { product: 'Kibana', version: '8.19.0', objects: FILE.length - 1 });
  assert.equal(kibana.imports[0]?.path, '/s/aws/api/saved_objects/_import');
});

test('into a tenant of OpenSearch Dashboards, with a user and a password', async (t) => {
  for (const version of ['1.3.20', '2.19.1', '3.1.0']) {
    const kibana = await start(t, { product: 'opensearch-dashboards', version, authorization: BASIC });
    const env = { ORGSCOPE_KIBANA_USER: 'ana', ORGSCOPE_KIBANA_PASSWORD: SECRET };
    const { code, stdout } = await install(['--kibana', kibana.url, '--tenant', 'global'], env);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`into OpenSearch Dashboards ${version.replaceAll('.', '\\.')}:`));
    assert.equal(kibana.imports[0]?.headers.securitytenant, 'global');
  }
});

test('a user and a password in the address are used, and appear in no message', async (t) => {
  const kibana = await start(t, { authorization: BASIC });
  const withUser = (password: string) => kibana.url.replace('://', `://ana:${encodeURIComponent(password)}@`);
  assert.equal((await install(['--kibana', withUser(SECRET)])).code, 0);
  const { code, stdout, stderr } = await install(['--kibana', withUser('hunter2-wrong')]);
  assert.equal(code, 1);
  assert.match(stderr, /refused the user, the password or the API key\. → Set ORGSCOPE_KIBANA_USER/);
  assert.doesNotMatch(stdout + stderr, /hunter2/);
});

const CASES: readonly (readonly [
  name: string,
  options: Partial<FakeKibanaOptions>,
  args: readonly string[],
  says: RegExp,
  code: number,
])[] = [
  ['nobody is signed in', { authorization: BASIC }, [], /wants a sign-in\. → Set ORGSCOPE_KIBANA_USER/, 1],
  [
    'Kibana 9',
    { version: '9.1.2' },
    [],
    /is Kibana 9\.1\.2, which takes no saved objects of Kibana 7.* → Import them into Kibana 8/,
    1,
  ],
  ['an old Kibana', { version: '7.9.3' }, [], /is Kibana 7\.9\.3; these dashboards need 7\.10/, 1],
  ['a space that is not there', { spaces: ['aws'] }, ['--space', 'asw'], /has no space asw/, 1],
  [
    'a space of OpenSearch Dashboards',
    { product: 'opensearch-dashboards', version: '2.19.1' },
    ['--space', 'aws'],
    /use --tenant/,
    2,
  ],
  ['a tenant of Kibana', {}, ['--tenant', 'global'], /use --space/, 2],
  [
    'a user with read access only',
    { refuse: { status: 403, body: { message: 'Unable to bulk_create dashboard' } } },
    [],
    /does not allow this user to import saved objects \(403: Unable to bulk_create dashboard\)/,
    1,
  ],
  ['a server that starts', { refuse: { status: 503, body: {} } }, [], /is not ready \(503\)\. → Wait until it has started/, 1],
  [
    'a server whose engine names no licence',
    { refuse: { status: 503, body: { statusCode: 503, error: 'Service Unavailable', message: 'License is not available.' } } },
    [],
    /is not ready \(503: License is not available\.\)\. → It asks its engine for a licence: .*OpenSearch Dashboards/,
    1,
  ],
  ['a file too large', { refuse: { status: 413, body: {} } }, [], /takes no file of \d+ KiB.*maxImportPayloadBytes/, 1],
  [
    'an object that is refused',
    {
      refuse: {
        status: 200,
        body: {
          success: false,
          successCount: 3,
          errors: [{ type: 'visualization', id: 'orgscope-navigation', error: { type: 'unsupported_type' } }],
        },
      },
    },
    [],
    /took 3 objects and refused 1: visualization orgscope-navigation: unsupported_type\./,
    1,
  ],
];

for (const [name, options, args, says, wanted] of CASES) {
  test(`one clear message: ${name}`, async (t) => {
    const kibana = await start(t, options);
    const { code, stdout, stderr } = await install(['--kibana', kibana.url, ...args]);
    assert.match(stderr, says);
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    assert.equal(stdout, '');
    assert.equal(code, wanted);
  });
}

test('one clear message: no server, another server, a self-signed certificate, no address', async (t) => {
  const other = createServer((_, response) => response.end('<html>'));
  const tls = createTls(selfSigned(), (_, response) => response.end('{}'));
  const ports: number[] = [];
  for (const server of [other, tls]) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ports.push((server.address() as AddressInfo).port);
    t.after(() => server.close());
  }
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
  const { port } = gone.address() as AddressInfo;
  await new Promise<void>((resolve) => gone.close(() => resolve()));
  assert.match(
    (await install(['--kibana', `http://127.0.0.1:${port}`])).stderr,
    /Nothing answers at http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)/,
  );
  assert.match(
    (await install(['--kibana', `http://127.0.0.1:${ports[0]}`])).stderr,
    /is no Kibana or OpenSearch Dashboards \(200\)/,
  );
  assert.match(
    (await install(['--kibana', `https://127.0.0.1:${ports[1]}`])).stderr,
    /is not trusted .* → Set NODE_EXTRA_CA_CERTS/,
  );
  const { code, stderr } = await install(['--kibana', 'kibana']);
  assert.match(stderr, /is no address/);
  assert.equal(code, 2);
  assert.equal((await install([])).code, 2);
});

test('the list has every view of every dashboard', async () => {
  const { code, stdout } = await runCli(['dashboards', 'list', '--json']);
  assert.equal(code, 0);
  const listed = JSON.parse(stdout) as { title: string; views: string[] }[];
  assert.deepEqual(
    listed.map(({ title }) => title),
    dashboards.map(({ title }) => title),
  );
  for (const { panels, selector, title } of dashboards) {
    const { views = [] } = listed.find((one) => one.title === title) ?? {};
    assert.deepEqual(views, ['Navigation', selector.title, ...panels.map((panel) => panel.title)]);
  }
  assert.match((await runCli(['dashboards', 'list'])).stdout, /^Overview: .*\n {2}Navigation\n {2}Overview Selector\n/);
});
