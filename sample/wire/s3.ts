import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { HttpResponse } from '@smithy/core/protocols';
import type { HttpRequest } from '@smithy/types';
import type { Buckets, SampleBucket } from '../storage/buckets.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { type Call, header } from './read-call.ts';
import { errorResponse, respond, WireError } from './service.ts';
import { escapeXml } from './write-xml.ts';

const HOST = /^(?:(.+)\.)?s3(?:[.-](?:dualstack|fips|[a-z]+-[a-z-]+-\d))*\.amazonaws\.com$/;

/** A listing needs sizes, so it makes the objects' contents. After this many it yields to the event loop. */
const MADE_AT_ONCE = 10;

/** S3's answers: buckets of an account, listings in pages, objects. */
export function s3(buckets: Buckets): (call: Call, request: HttpRequest, requestId: string) => Promise<HttpResponse> {
  const byName = new Map(buckets.all.map((bucket) => [bucket.name, bucket]));
  return async (call, request, requestId) => {
    try {
      const { bucket: name, key } = target(request);
      if (name === '') return respond(200, XML, listBuckets(buckets, call), requestId);
      const bucket = byName.get(name);
      if (bucket === undefined) throw new WireError(404, 'NoSuchBucket', 'The specified bucket does not exist');
      const query = request.query ?? {};
      if (key !== '') return await object(bucket, key, request, requestId);
      if (request.method === 'HEAD') {
        const response = respond(200, XML, '', requestId);
        response.headers['x-amz-bucket-region'] = bucket.region;
        return response;
      }
      if (query.location !== undefined) {
        // The location of us-east-1 is empty: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
        const location = bucket.region === 'us-east-1' ? '' : bucket.region;
        return respond(
          200,
          XML,
          `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${location}</LocationConstraint>`,
          requestId,
        );
      }
      const setting = SETTINGS.find(([name]) => query[name] !== undefined)?.[1];
      if (setting instanceof WireError) throw setting;
      if (setting !== undefined) return respond(200, XML, setting, requestId);
      if (query['list-type'] === '2') return respond(200, XML, await listObjects(bucket, query), requestId);
      throw new WireError(501, 'NotImplemented', 'The sample organisation does not answer this S3 call');
    } catch (error) {
      if (error instanceof WireError) return errorResponse('s3', error, requestId);
      throw error;
    }
  };
}

const XML = 'application/xml';

/** The settings of every bucket: encrypted, closed to the public, everything else unset. */
const SETTINGS: readonly (readonly [string, string | WireError])[] = [
  ['versioning', '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'],
  [
    'encryption',
    '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>' +
      '</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>',
  ],
  [
    'publicAccessBlock',
    '<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>' +
      '<BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>',
  ],
  ['policyStatus', new WireError(404, 'NoSuchBucketPolicy', 'The bucket policy does not exist')],
  ['lifecycle', new WireError(404, 'NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist')],
  ['logging', '<BucketLoggingStatus/>'],
  ['tagging', new WireError(404, 'NoSuchTagSet', 'The TagSet does not exist')],
];

function target(request: HttpRequest): { bucket: string; key: string } {
  const [, hosted] = HOST.exec(request.hostname) ?? [];
  const path = decodeURIComponent(request.path.replace(/^\/+/, ''));
  if (hosted !== undefined) return { bucket: hosted, key: path };
  const slash = path.indexOf('/');
  return slash === -1 ? { bucket: path, key: '' } : { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}

function listBuckets(buckets: Buckets, call: Call): string {
  const own = buckets.all.filter(({ account }) => account.id === call.account);
  const items = own.map(
    ({ name, created, region }) =>
      `<Bucket><Name>${name}</Name><CreationDate>${new Date(created).toISOString()}</CreationDate><BucketRegion>${region}</BucketRegion></Bucket>`,
  );
  return `<ListAllMyBucketsResult><Owner><ID>${call.account}</ID></Owner><Buckets>${items.join('')}</Buckets></ListAllMyBucketsResult>`;
}

async function listObjects(bucket: SampleBucket, query: Readonly<Record<string, unknown>>): Promise<string> {
  const text = (name: string): string => (typeof query[name] === 'string' ? query[name] : '');
  const prefix = text('prefix');
  const delimiter = text('delimiter');
  const after =
    text('continuation-token') === '' ? text('start-after') : Buffer.from(text('continuation-token'), 'base64url').toString();
  const most = Math.min(Number(text('max-keys') === '' ? 1_000 : text('max-keys')), 1_000);
  const encode = text('encoding-type') === 'url' ? urlEncoded : escapeXml;

  const objects = await bucket.objects();
  const items: string[] = [];
  const folders = new Set<string>();
  let last = '';
  let truncated = false;
  let made = 0;
  const resumed = after > prefix;
  for (let at = firstAfter(objects, resumed ? after : prefix, resumed); at < objects.length; at += 1) {
    const object = objects[at];
    if (object === undefined || !object.key.startsWith(prefix)) break;
    const end = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
    const folder = end === -1 ? undefined : object.key.slice(0, end + delimiter.length);
    if (folder !== undefined && (folders.has(folder) || after.startsWith(folder))) {
      last = object.key;
      continue;
    }
    if (items.length + folders.size === most) {
      truncated = true;
      break;
    }
    last = object.key;
    if (folder !== undefined) {
      folders.add(folder);
      continue;
    }
    if (object.read !== undefined && ++made % MADE_AT_ONCE === 0) await setImmediate();
    const { size, etag } = object.measure();
    items.push(
      `<Contents><Key>${encode(object.key)}</Key><LastModified>${new Date(object.modified).toISOString()}</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>${size}</Size><StorageClass>${object.storageClass}</StorageClass></Contents>`,
    );
  }
  return [
    `<ListBucketResult><Name>${bucket.name}</Name><Prefix>${encode(prefix)}</Prefix><MaxKeys>${most}</MaxKeys>`,
    `<KeyCount>${items.length + folders.size}</KeyCount><IsTruncated>${truncated}</IsTruncated>`,
    delimiter === '' ? '' : `<Delimiter>${encode(delimiter)}</Delimiter>`,
    encode === urlEncoded ? '<EncodingType>url</EncodingType>' : '',
    truncated ? `<NextContinuationToken>${Buffer.from(last).toString('base64url')}</NextContinuationToken>` : '',
    ...items,
    ...[...folders].map((folder) => `<CommonPrefixes><Prefix>${encode(folder)}</Prefix></CommonPrefixes>`),
    '</ListBucketResult>',
  ].join('');
}

/** The position of the first key at or after `from`; only after it where `exclusive`. */
function firstAfter(objects: readonly StoredObject[], from: string, exclusive: boolean): number {
  let low = 0;
  let high = objects.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const key = objects[middle]?.key ?? '';
    if (exclusive ? key <= from : key < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function object(bucket: SampleBucket, key: string, request: HttpRequest, requestId: string): Promise<HttpResponse> {
  const objects = await bucket.objects();
  const found = objects[firstAfter(objects, key, false)];
  if (found?.key !== key) throw new WireError(404, 'NoSuchKey', 'The specified key does not exist.');
  const { size, etag } = found.measure();
  const expected = header(request, 'if-match');
  if (expected !== undefined && expected !== `"${etag}"`) {
    throw new WireError(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
  }
  const headers: Record<string, string> = {
    'content-type': 'binary/octet-stream',
    'last-modified': new Date(found.modified).toUTCString(),
    'accept-ranges': 'bytes',
    'x-amz-request-id': requestId,
    etag: `"${etag}"`,
  };
  if (request.method === 'HEAD')
    return new HttpResponse({ statusCode: 200, headers: { ...headers, 'content-length': String(size) } });
  if (request.method !== 'GET')
    throw new WireError(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
  if (found.read === undefined)
    throw new WireError(403, 'AccessDenied', 'The sample organisation lists this object but has no content for it');
  const bytes = found.read();
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(header(request, 'range') ?? '') ?? [];
  if (from === undefined) {
    return new HttpResponse({
      statusCode: 200,
      headers: { ...headers, 'content-length': String(size) },
      body: Readable.from([bytes], { objectMode: false }),
    });
  }
  const part = bytes.subarray(Number(from), to === '' || to === undefined ? size : Number(to) + 1);
  return new HttpResponse({
    statusCode: 206,
    headers: {
      ...headers,
      'content-length': String(part.byteLength),
      'content-range': `bytes ${from}-${Number(from) + part.byteLength - 1}/${size}`,
    },
    body: Readable.from([part], { objectMode: false }),
  });
}

const urlEncoded = (text: string): string => encodeURIComponent(text).replaceAll('%2F', '/');
