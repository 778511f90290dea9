import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeCur } from './support/make-cur.ts';
import { makeTrail } from './support/make-trail.ts';
import { makeLists, runCli } from './support/run-cli.ts';

/** A fake server that lists and serves the files of a folder as one bucket, over S3 only, and has no region. */
function s3Only(folder: string): Server {
  const keys = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((key) => statSync(join(folder, key)).isFile());
  return createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://s3');
    const [, bucket, ...rest] = decodeURIComponent(pathname).split('/');
    const key = rest.join('/');
    const xml = (text: string) => response.writeHead(200, { 'content-type': 'application/xml' }).end(text);
    if (request.method === 'HEAD' && key === '') response.writeHead(200).end();
    else if (request.method !== 'GET' || bucket !== 'copy') response.writeHead(501).end();
    else if (searchParams.get('list-type') === '2') {
      const shown = keys.filter((each) => each.startsWith(searchParams.get('prefix') ?? '')).sort();
      const contents = shown.map((each) => {
        const { size, mtime } = statSync(join(folder, each));
        return `<Contents><Key>${each}</Key><Size>${size}</Size><ETag>"${size}"</ETag><LastModified>${mtime.toISOString()}</LastModified></Contents>`;
      });
      xml(`<ListBucketResult><Name>copy</Name><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`);
    } else if (searchParams.has('location')) xml('<LocationConstraint/>');
    else {
      const content = readFileSync(join(folder, key));
      response.writeHead(200, { etag: `"${content.length}"`, 'content-length': content.length }).end(content);
    }
  });
}

describe('a store that speaks only S3', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orgscope-s3-only-'));
  let events: number;
  let store: Server;
  /** Requests to other services than S3 come to this proxy, which refuses them. */
  const elsewhere: string[] = [];
  const proxy = createServer().on('connect', ({ url }, socket) => {
    elsewhere.push(url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  let env: Record<string, string>;
  before(async () => {
    ({ events } = makeTrail(join(folder, 'objects'), { objects: 2, eventsPerObject: 5 }));
    makeCur(join(folder, 'objects', 'bills'), { assemblyId: 'one', modified: new Date('2026-11-02'), parts: [['1.5', '2']] });
    store = s3Only(join(folder, 'objects'));
    for (const server of [store, proxy]) await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    env = {
      AWS_ENDPOINT_URL_S3: urlOf(store),
      HTTPS_PROXY: urlOf(proxy),
      NO_PROXY: '127.0.0.1',
      AWS_ACCESS_KEY_ID: 'minio',
      AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    };
  });
  after(() => {
    for (const server of [store, proxy]) {
      server.close();
      server.closeAllConnections();
    }
    rmSync(folder, { recursive: true });
  });

  for (const [how, lists, source] of [
    ['named on the command line', {}, ['--source', 's3://copy/AWSLogs/']],
    ['named in a list', { 'trails.txt': 'copy/AWSLogs/' }, []],
  ] as const) {
    test(`trails of a bucket ${how} are read without a call to another service`, async () => {
      const common = ['--data', join(folder, how), '--lists', makeLists(lists)];
      const { code, stdout, stderr } = await runCli(['run', 'trails', ...source, '--json', ...common], env);
      assert.equal(code, 0, stderr + stdout);
      assert.equal(JSON.parse(stdout).totals.written, events);
      assert.deepEqual(elsewhere, []);
    });
  }

  test('bills of a bucket are read without a call to another service', async () => {
    const common = ['--data', join(folder, 'billing'), '--lists', makeLists()];
    const { code, stdout, stderr } = await runCli(['run', 'billing', '--source', 's3://copy/bills/', '--json', ...common], env);
    assert.equal(code, 0, stderr + stdout);
    assert.ok(JSON.parse(stdout).totals.written > 0);
    assert.deepEqual(elsewhere, []);
  });
});
