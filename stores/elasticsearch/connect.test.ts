import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { type EngineProxyOptions, startEngineProxy } from '../../tests/support/engine-proxy.ts';
import { missing, need } from '../../tests/support/needs.ts';
import { selfSigned } from '../../tests/support/self-signed.ts';
import type { ConnectOptions } from './addresses.ts';
import { connect } from './connect.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-connect-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const PASSWORD = 'open/sesame:1';
const AUTHORIZATION = `Basic ${Buffer.from(`ana:${PASSWORD}`).toString('base64')}`;

async function refused(options: Partial<ConnectOptions> & { nodes: string[] }): Promise<{ code: string; text: string }> {
  const error = await connect(options).then(
    async (engine) => {
      await engine.close();
      return assert.fail('it connected');
    },
    (thrown: Error & { code: string; next: string }) => thrown,
  );
  assert.ok(!inspect(error, { depth: 9 }).includes('sesame'), 'a message never holds a secret');
  assert.ok(!inspect(error, { depth: 9 }).includes(AUTHORIZATION.slice(6)), 'nor its encoding');
  return { code: error.code, text: `${error.message} → ${error.next}` };
}

/** Answers as an engine of a version that the tests can't run. */
const version = (body: object): EngineProxyOptions => ({
  answer: (method, path) => (method === 'GET' && path === '/' ? { status: 200, body: { version: body } } : undefined),
});

for (const service of ['OPENSEARCH_URL', 'ELASTICSEARCH_URL'] as const) {
  const skip = missing(service);
  const product = service === 'OPENSEARCH_URL' ? 'opensearch' : 'elasticsearch';

  test(`${product}: TLS works with a CA file; without it, with another one, or with a missing one the message says which`, {
    skip,
  }, async () => {
    const tls = selfSigned();
    const proxy = await startEngineProxy(need(service), { tls });
    const caFile = join(folder, `${product}.pem`);
    writeFileSync(caFile, tls.cert);
    const engine = await connect({ nodes: [proxy.url], caFile });
    assert.deepEqual([engine.product, engine.name], [product, proxy.url]);
    const { body } = await engine.request<{ tagline: string }>({ method: 'GET', path: '/' });
    assert.match(body.tagline, /search/i);
    await engine.close();

    const unknown = await refused({ nodes: [proxy.url] });
    assert.equal(unknown.code, 'unreachable');
    assert.match(unknown.text, /signed by an authority that is not known here .* → .*--store-ca/);
    const other = join(folder, `${product}-other.pem`);
    writeFileSync(other, selfSigned().cert);
    assert.match((await refused({ nodes: [proxy.url], caFile: other })).text, /another authority/);
    const absent = await refused({ nodes: [proxy.url], caFile: join(folder, 'none.pem') });
    assert.deepEqual([absent.code, /is not there/.test(absent.text)], ['missing', true]);
    await proxy.close();
  });

  test(`${product}: user and password are taken from the address or the options; a message about a wrong one does not show it`, {
    skip,
  }, async () => {
    const proxy = await startEngineProxy(need(service), { authorization: AUTHORIZATION });
    const withUser = new URL(proxy.url);
    withUser.username = 'ana';
    withUser.password = encodeURIComponent(PASSWORD);
    for (const options of [{ nodes: [withUser.href] }, { nodes: [proxy.url], user: 'ana', password: PASSWORD }]) {
      const engine = await connect(options);
      assert.equal(engine.name, proxy.url);
      await engine.request({ method: 'GET', path: '/_cluster/health' });
      await engine.close();
    }
    const wrong = await refused({ nodes: [proxy.url.replace('//', '//ana:sesame@')] });
    assert.equal(wrong.code, 'credentials');
    assert.match(wrong.text, /does not accept the user or password/);
    assert.equal((await refused({ nodes: [proxy.url] })).code, 'credentials');
    await proxy.close();
  });

  test(`${product}: an API key is sent, the second host is used where the first is unreachable, and a body is compressed`, {
    skip,
  }, async () => {
    const proxy = await startEngineProxy(need(service), { authorization: 'ApiKey a2V5' });
    const engine = await connect({ nodes: ['http://127.0.0.1:1', proxy.url], apiKey: 'a2V5', compress: true });
    const lines = Buffer.from('{"index":"orgscope-none"}\n{"size":0}\n');
    for (let time = 0; time < 3; time++) {
      const { status } = await engine.request({ method: 'POST', path: '/_msearch', lines });
      assert.equal(status, 200);
    }
    assert.equal(proxy.requests.at(-1)?.headers['content-encoding'], 'gzip');
    await engine.close();
    await proxy.close();
  });

  test(`${product}: a version that is not supported, and a server that is no engine, are refused`, { skip }, async () => {
    for (const [body, said] of [
      [{ number: '6.8.23', build_flavor: 'default' }, /Elasticsearch 6\.8\.23 at .* is not supported/],
      [{ number: '1.3.0', distribution: 'opensearch' }, /OpenSearch 1\.3\.0 at .* is not supported/],
      [{}, /neither Elasticsearch nor OpenSearch/],
    ] as const) {
      const proxy = await startEngineProxy(need(service), version(body));
      const { code, text } = await refused({ nodes: [proxy.url] });
      assert.equal(code, 'conflict');
      assert.match(text, said);
      await proxy.close();
    }
  });
}

test('Elasticsearch 7 is asked through the client of OpenSearch, 9 through that of Elasticsearch', {
  skip: missing('ELASTICSEARCH_URL'),
}, async () => {
  for (const [number, vendored] of [
    ['7.17.29', false],
    ['9.1.0', true],
  ] as const) {
    const proxy = await startEngineProxy(need('ELASTICSEARCH_URL'), version({ number, build_flavor: 'default' }));
    const engine = await connect({ nodes: [proxy.url] });
    assert.deepEqual([engine.product, engine.version, engine.plain], ['elasticsearch', number, false]);
    await engine.request({ method: 'POST', path: '/_search', body: { size: 0 } });
    assert.equal(/vnd\.elasticsearch/.test(proxy.requests.at(-1)?.headers['content-type'] ?? ''), vendored);
    await engine.close();
    await proxy.close();
  }
});

test('Amazon OpenSearch Service: each request is signed with its body', { skip: missing('OPENSEARCH_URL') }, async () => {
  const proxy = await startEngineProxy(need('OPENSEARCH_URL'));
  const getCredentials = async () => ({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'hidden', sessionToken: 'token' });
  const engine = await connect({ nodes: [proxy.url], sigv4: { region: 'eu-west-1', service: 'es', getCredentials } });
  await engine.request({ method: 'POST', path: '/_msearch', lines: Buffer.from('{"index":"orgscope-none"}\n{"size":0}\n') });
  for (const { headers, bodySha256, path } of proxy.requests) {
    assert.match(
      headers.authorization ?? '',
      /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\d{8}\/eu-west-1\/es\/aws4_request, SignedHeaders=[\w;-]+, Signature=[0-9a-f]{64}$/,
      path,
    );
    assert.equal(headers['x-amz-content-sha256'], bodySha256);
    assert.equal(headers['x-amz-security-token'], 'token');
  }
  assert.equal(proxy.requests.length, 2);
  await engine.close();
  await proxy.close();
});

test('an unreachable server, a server without TLS, and an address that is no URL have messages of one line', async () => {
  const away = await refused({ nodes: ['http://ana:sesame@127.0.0.1:1'] });
  assert.deepEqual(
    [away.code, /^http:\/\/127\.0\.0\.1:1 can't be reached \(ECONNREFUSED\)/.test(away.text)],
    ['unreachable', true],
  );
  const plain = await startEngineProxy('http://127.0.0.1:1');
  assert.match((await refused({ nodes: [plain.url.replace('http:', 'https:')] })).text, /does not speak TLS/);
  await plain.close();
  assert.equal((await refused({ nodes: ['host:9200/sesame'] })).code, 'usage');
  assert.equal((await refused({ nodes: [] })).code, 'usage');
  assert.equal((await refused({ nodes: [], cloudId: 'name:nonsense' })).code, 'usage');
});
