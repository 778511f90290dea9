import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openReach } from '../aws/open-reach.ts';
import { selfSigned } from './support/self-signed.ts';

/** Connections through proxies and with the certificate authority of a company. The endpoint answers GetCallerIdentity and nothing else. */
const ACCOUNT = '100000000001';
const ANSWER =
  `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::${ACCOUNT}:user/a</Arn><UserId>U</UserId>` +
  `<Account>${ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
const folder = mkdtempSync(join(tmpdir(), 'orgscope-network-'));
const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A proxy as companies have it: it takes whole URLs for http, and CONNECT for https. */
async function startProxy(): Promise<{ url: string; seen: string[] }> {
  const seen: string[] = [];
  const proxy = createServer((incoming, outgoing) => {
    seen.push(`${incoming.method} ${incoming.url}`);
    const forwarded = request(String(incoming.url), { method: incoming.method ?? 'GET', headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(forwarded);
  });
  proxy.on('connect', (incoming, socket) => {
    seen.push(`CONNECT ${incoming.url}`);
    const [host, port] = String(incoming.url).split(':');
    const upstream = connect(Number(port), String(host), () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  return { url: `http://127.0.0.1:${await listen(proxy)}`, seen };
}

async function accountThrough(endpoint: string, env: Record<string, string>): Promise<string | undefined> {
  process.env.AWS_ENDPOINT_URL = endpoint;
  const reach = openReach({ lists: folder, env: { ...env, AWS_MAX_ATTEMPTS: '1' }, credentials });
  try {
    return (await reach.identity()).account;
  } finally {
    reach.close();
  }
}

test('HTTP_PROXY is used, but not for the hosts in NO_PROXY', async () => {
  const port = await listen(createServer((_, answer) => answer.end(ANSWER)));
  const proxy = await startProxy();
  assert.equal(await accountThrough(`http://127.0.0.1:${port}`, { HTTP_PROXY: proxy.url }), ACCOUNT);
  assert.deepEqual(proxy.seen, [`POST http://127.0.0.1:${port}/`]);
  assert.equal(await accountThrough(`http://127.0.0.1:${port}`, { HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' }), ACCOUNT);
  assert.equal(proxy.seen.length, 1);
});

test('HTTPS_PROXY works with a certificate authority from AWS_CA_BUNDLE; without that, the message names the variable', async () => {
  const pair = selfSigned();
  const port = await listen(createTlsServer(pair, (_, answer) => answer.end(ANSWER)));
  const proxy = await startProxy();
  const bundle = join(folder, 'ca.pem');
  writeFileSync(bundle, pair.cert);
  const endpoint = `https://127.0.0.1:${port}`;
  assert.equal(await accountThrough(endpoint, { HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: bundle }), ACCOUNT);
  assert.deepEqual(proxy.seen, [`CONNECT 127.0.0.1:${port}`]);
  await assert.rejects(accountThrough(endpoint, { HTTPS_PROXY: proxy.url }), { code: 'unreachable', next: /AWS_CA_BUNDLE/ });
});

test('a missing certificate bundle is reported', async () => {
  await assert.rejects(accountThrough('http://127.0.0.1:1', { AWS_CA_BUNDLE: join(folder, 'none.pem') }), {
    code: 'missing',
    message: /AWS_CA_BUNDLE/,
  });
});

test('a missing endpoint is unreachable', async () => {
  const port = await listen(createServer());
  servers.pop()?.close();
  await assert.rejects(accountThrough(`http://127.0.0.1:${port}`, {}), { code: 'unreachable', message: /ECONNREFUSED/ });
});
