/**
 * A stand-in for S3 in a process of its own, for the bench: lists and serves the files of local folders, each folder a bucket. A bucket may hold
 * several copies of its folder under other keys, so that an hour of reading needs no hour of generating. Takes `bucket=copies=folder` for
 * each bucket, and prints its URL.
 */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';

interface Bucket {
  readonly copies: number;
  /** In the order of S3: by key. */
  readonly files: readonly { readonly path: string; readonly body: Buffer }[];
}

/** S3's own page. */
const PAGE_KEYS = 1_000;
const MODIFIED = '2026-11-01T00:00:00.000Z';
const ETAG = '"0123456789abcdef0123456789abcdef"';

const buckets = new Map(
  process.argv.slice(2).map((argument): [string, Bucket] => {
    const [name, copies, folder] = argument.split('=') as [string, string, string];
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = entries.map(({ parentPath, name: file }) => relative(folder, join(parentPath, file)));
    const files = paths.sort().map((path) => ({ path, body: readFileSync(join(folder, path)) }));
    return [name, { copies: Number(copies), files }];
  }),
);

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in');
  const [, name = '', copy, ...path] = pathname.split('/');
  const bucket = buckets.get(name);
  if (bucket === undefined) return void response.writeHead(404).end();
  if (request.method === 'HEAD') return void response.writeHead(200, { 'x-amz-bucket-region': 'eu-west-1' }).end();
  if (searchParams.has('list-type')) return list(bucket, Number(searchParams.get('continuation-token') ?? 0), response);
  serve(bucket, copy, decodeURIComponent(path.join('/')), response);
});

function list({ files, copies }: Bucket, from: number, response: ServerResponse): void {
  const to = Math.min(from + PAGE_KEYS, files.length * copies);
  const rows: string[] = [];
  for (let index = from; index < to; index++) {
    const { path, body } = files[index % files.length] as Bucket['files'][number];
    const key = `copy-${String(Math.floor(index / files.length)).padStart(5, '0')}/${path}`;
    rows.push(
      `<Contents><Key>${key}</Key><LastModified>${MODIFIED}</LastModified><ETag>${ETAG}</ETag><Size>${body.length}</Size></Contents>`,
    );
  }
  const more = to < files.length * copies;
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` +
      `<IsTruncated>${more}</IsTruncated>${more ? `<NextContinuationToken>${to}</NextContinuationToken>` : ''}` +
      `<EncodingType>url</EncodingType><KeyCount>${rows.length}</KeyCount>${rows.join('')}</ListBucketResult>`,
  );
}

const bodies = new Map(
  [...buckets.values()].map((bucket) => [bucket, new Map(bucket.files.map(({ path, body }) => [path, body]))]),
);

function serve(bucket: Bucket, copy: string | undefined, path: string, response: ServerResponse): void {
  const body = copy === undefined ? undefined : bodies.get(bucket)?.get(path);
  if (body === undefined) return void response.writeHead(404).end();
  response.writeHead(200, {
    'content-type': 'application/x-gzip',
    'content-length': body.length,
    etag: ETAG,
    'last-modified': new Date(MODIFIED).toUTCString(),
    'x-amz-request-id': '0123456789ABCDEF',
    'accept-ranges': 'bytes',
    server: 'AmazonS3',
  });
  response.end(body);
}

server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
