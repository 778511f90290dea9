import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { GetObjectCommand, type GetObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import { type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCall, Meter } from '../core/meter.ts';
import { openReach } from './open-reach.ts';
import type { WireHandler } from './reach.ts';
import { Sha256 } from './sha-256.ts';

const CREDENTIALS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'of-the-test', sessionToken: 'session' };

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers?: Record<string, string>;
}

const object = (text: string, headers: Record<string, string> = {}): Answer => ({
  status: 200,
  text,
  headers: { 'content-length': String(Buffer.byteLength(text)), etag: '"e"', ...headers },
});

/** An S3 client of a reach whose network gives these answers in turn. */
async function client(answers: readonly (Answer | Error)[], env: Record<string, string> = {}) {
  const requests: HttpRequest[] = [];
  const calls: AwsCall[] = [];
  const wire: WireHandler = {
    async handle(request) {
      const answer = answers[requests.length];
      requests.push(request as HttpRequest);
      if (answer === undefined) throw new Error('no answer is left');
      if (answer instanceof Error) throw answer;
      const { status, text, headers = {} } = answer;
      return { response: new HttpResponse({ statusCode: status, headers, body: Readable.from([Buffer.from(text)]) }) };
    },
  };
  const meter = { awsCalled: (call: AwsCall) => void calls.push(call) } as Meter;
  const lists = mkdtempSync(`${tmpdir()}/orgscope-repeat-`);
  const reach = openReach({ lists, env, requestHandler: wire, credentials: CREDENTIALS, meter });
  const identity = await reach.objectReader();
  const read = async (Key: string, more: Partial<GetObjectCommandInput> = {}) => {
    const command = new GetObjectCommand({ Bucket: 'trail', Key, ...more });
    const output = await reach.client(S3Client, identity, 'eu-west-1').send(command);
    return { text: await output.Body?.transformToString(), output };
  };
  rmSync(lists, { recursive: true });
  return { requests, calls, read };
}

/** The members of a request that do not differ from one sending to the next. */
const lasting = ({ method, protocol, hostname, path, query, headers }: HttpRequest) => {
  const { authorization = '', 'amz-sdk-invocation-id': _, 'x-amz-date': __, ...rest } = headers;
  return { method, protocol, hostname, path, query, headers: rest, signed: authorization.replace(/Signature=.*/, '') };
};

const KEY = "AWSLogs/a b/ü+(1)!*'~//x=1&2%20?.json.gz";

test('a repeated request is the one that the SDK would send, with a valid signature of its own', async () => {
  const more = { IfMatch: '"e"', Range: 'bytes=0-9' };
  const bySdk = await client([object('one')]);
  await bySdk.read(KEY, more);
  const { requests, read } = await client([object('first'), object('two')]);
  await read('another', { IfMatch: '"other"' });
  assert.equal((await read(KEY, more)).text, 'two');
  const [expected, repeated] = [bySdk.requests[0] as HttpRequest, requests[1] as HttpRequest];
  assert.deepEqual(lasting(repeated), lasting(expected));
  const signer = new SignatureV4({
    credentials: CREDENTIALS,
    region: 'eu-west-1',
    service: 's3',
    sha256: Sha256,
    uriEscapePath: false,
  });
  const date = (repeated.headers['x-amz-date'] ?? '').replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5');
  const { headers } = await signer.sign(repeated, { signingDate: new Date(date) });
  assert.equal(repeated.headers.authorization, headers.authorization);
});

test('a repeated request yields content, length, ETag and metadata, and counts as one call', async () => {
  const { calls, read } = await client([object('1'), object('zwei', { 'x-amz-meta-owner': 'ana' })]);
  await read('a');
  const { text, output } = await read('b');
  assert.deepEqual([text, output.ContentLength, output.ETag, output.Metadata], ['zwei', 4, '"e"', { owner: 'ana' }]);
  const counted = calls.map(({ operation, outcome, attempt, dollars }) => [operation, outcome, attempt, dollars]);
  assert.deepEqual(counted, [
    ['GetObject', 'ok', 1, 0.0004 / 1000],
    ['GetObject', 'ok', 1, 0.0004 / 1000],
  ]);
});

test('a refused or failed request is not sent twice: the SDK takes it as its first attempt, and retries it as any other', async () => {
  const denied: Answer = { status: 403, text: '<Error><Code>AccessDenied</Code><Message>no kms:Decrypt</Message></Error>' };
  const slow: Answer = { status: 503, text: '<Error><Code>SlowDown</Code></Error>' };
  const broken = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  const { requests, calls, read } = await client([object('1'), denied, object('2'), slow, object('3'), broken, object('4')]);
  await read('a');
  await assert.rejects(read('b'), { name: 'AccessDenied', message: 'no kms:Decrypt' });
  // After a refusal the SDK works out the next request.
  assert.equal((await read('c')).text, '2');
  assert.equal((await read('d')).text, '3');
  assert.equal((await read('e')).text, '4');
  assert.equal(requests.length, 7);
  assert.deepEqual(
    calls.map(({ outcome, attempt }) => `${outcome} ${attempt}`),
    ['ok 1', 'denied 1', 'ok 1', 'throttled 1', 'ok 2', 'unreachable 1', 'ok 2'],
  );
});

test('a bucket that lies in another region is asked for there from then on', async () => {
  const moved: Answer = {
    status: 301,
    text: '<Error><Code>PermanentRedirect</Code></Error>',
    headers: { 'x-amz-bucket-region': 'eu-central-1' },
  };
  const { requests, read } = await client([object('1'), moved, object('2'), object('3')]);
  for (const key of ['a', 'b', 'c']) await read(key);
  const hosts = requests.map(({ hostname }) => hostname.replace(/^trail\.s3\.(.*)\.amazonaws\.com$/, '$1'));
  assert.deepEqual(hosts, ['eu-west-1', 'eu-west-1', 'eu-central-1', 'eu-central-1']);
  assert.match(requests[3]?.headers.authorization ?? '', /\/eu-central-1\/s3\/aws4_request/);
});

test('content is compared with its checksum, and one that cannot be compared here is read through the SDK', async () => {
  const sum = (text: string): string => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(text));
    return bytes.toString('base64');
  };
  const { read } = await client([
    object('1', { 'x-amz-checksum-crc32': sum('1') }),
    object('2', { 'x-amz-checksum-crc32': sum('2'), 'x-amz-checksum-type': 'FULL_OBJECT' }),
    object('3', { 'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=' }),
    object('4', { 'x-amz-checksum-crc32': `${sum('5')}-2` }),
    object('6', { 'x-amz-checksum-sha256': Buffer.alloc(32).toString('base64') }),
  ]);
  await read('a');
  assert.equal((await read('b')).text, '2');
  await assert.rejects(read('c'), /Checksum mismatch/);
  assert.equal((await read('d')).text, '4');
  await assert.rejects(read('e'), /Checksum mismatch/);
});

test('an endpoint of the user, with a path before the bucket, is kept', async () => {
  process.env.AWS_ENDPOINT_URL_S3 = 'http://127.0.0.1:9000/storage';
  try {
    const { requests, read } = await client([object('1'), object('2')], { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9000/storage' });
    await read('a');
    await read('b/c');
    assert.deepEqual(
      requests.map(({ hostname, port, path }) => [hostname, port, path]),
      [
        ['127.0.0.1', 9000, '/storage/trail/a'],
        ['127.0.0.1', 9000, '/storage/trail/b/c'],
      ],
    );
  } finally {
    delete process.env.AWS_ENDPOINT_URL_S3;
  }
});
