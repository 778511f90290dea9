import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Crc32, Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc';
import { HttpRequest } from '@smithy/core/protocols';
import { createChecksumStream, sdkStreamMixin } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import type { HttpHandlerOptions, HttpResponse } from '@smithy/types';
import type { Meter } from '../core/meter.ts';
import { callPrice } from './call-price.ts';
import type { Identity, WireHandler } from './reach.ts';
import { Sha256 } from './sha-256.ts';

/**
 * Reads objects of a bucket that was read before: sends the SDK's last GetObject request again, with another key and a new signature. The
 * SDK takes most of a millisecond of CPU to work out such a request, a third of all that a small object costs. Only a success is
 * handled here. Any other answer or error is given to the SDK as the outcome of its first attempt, so that retries, redirects to
 * other regions, corrected clocks and errors remain the SDK's.
 */
export function repeatGetObject({ wire, meter, countSuccess }: RepeatSettings): GetObjectRepeater {
  const sending = new AsyncLocalStorage<Sending>();
  // Garbage-collected with the identity. The inner key is region and bucket, in the order of first use.
  const known = new WeakMap<Identity, Map<string, Template>>();

  const handle: WireHandler['handle'] = async (request, options) => {
    const current = sending.getStore();
    if (current?.outcome !== undefined) {
      const { outcome } = current;
      current.outcome = undefined;
      return outcome;
    }
    const answer = await wire.handle(request, options);
    if (current !== undefined && isObject(answer.response)) current.answered = request as HttpRequest;
    return answer;
  };

  async function throughSdk<Output>(
    where: Where,
    input: GetObjectInput,
    outcome: Outcome | undefined,
    send: () => Promise<Output>,
  ) {
    const current: Sending = { outcome, answered: undefined };
    const { identity, key } = where;
    const templates = known.get(identity) ?? new Map<string, Template>();
    known.set(identity, templates);
    templates.delete(key);
    const output = await sending.run(current, send);
    const template = current.answered && templateOf(current.answered, input.Key);
    if (template !== undefined) templates.set(key, template);
    if (templates.size > MAX_TEMPLATES) templates.delete(templates.keys().next().value ?? '');
    return output;
  }

  return {
    wire: Object.create(wire, { handle: { value: handle } }) as WireHandler,
    async get(client, identity, input, options, send) {
      const where = { identity, key: `${client.region} ${input.Bucket}` };
      const template = known.get(identity)?.get(where.key);
      if (template === undefined) return throughSdk(where, input, undefined, send);
      const request = await signed(template, input, identity, Date.now() + client.clockOffsetMs);
      const outcome = wire.handle(request, options);
      const response = await outcome.then(
        (answer) => answer.response,
        () => undefined,
      );
      if (response === undefined || !isObject(response)) return throughSdk(where, input, outcome, send);
      const dollars = callPrice('s3', 'GetObject', client.region, input);
      meter?.awsCalled({ service: 's3', operation: 'GetObject', outcome: 'ok', attempt: 1, dollars });
      await countSuccess();
      return outputOf(response, 'x-amz-checksum-mode' in template.request.headers);
    },
  };
}

export interface RepeatSettings {
  readonly wire: WireHandler;
  readonly meter: Meter | undefined;
  /** Tells the SDK's quota of retries about a success. */
  readonly countSuccess: () => Promise<void>;
}

export interface GetObjectRepeater {
  /** The handler for the SDK's clients: it learns from their requests, and gives them the outcomes that they have to deal with. */
  readonly wire: WireHandler;
  /** `send`: sends the command through the SDK. */
  get(
    client: { readonly region: string; readonly clockOffsetMs: number },
    identity: Identity,
    input: GetObjectInput,
    options: HttpHandlerOptions | undefined,
    send: () => Promise<unknown>,
  ): Promise<unknown>;
}

/** The members of a GetObject command that a repeated request can carry. */
export interface GetObjectInput {
  readonly Bucket: string;
  readonly Key: string;
  readonly IfMatch?: string;
  readonly Range?: string;
}

const REPEATABLE = new Set(['Bucket', 'Key', 'IfMatch', 'Range']);

/** The input of a GetObject command that can be repeated; undefined for any other command. */
export function repeatableInput(command: unknown): GetObjectInput | undefined {
  const { schema, input } = command as { readonly schema?: readonly unknown[]; readonly input?: Partial<GetObjectInput> };
  if (schema?.[1] !== 'com.amazonaws.s3' || schema[2] !== 'GetObject' || input === undefined) return undefined;
  const isRepeatable = Boolean(input.Bucket && input.Key) && Object.keys(input).every((name) => REPEATABLE.has(name));
  return isRepeatable ? (input as GetObjectInput) : undefined;
}

/** More buckets than an organisation's trails and logs are delivered to. */
const MAX_TEMPLATES = 1_000;

type Outcome = ReturnType<WireHandler['handle']>;

interface Where {
  readonly identity: Identity;
  readonly key: string;
}

/** A command that the SDK is sending. */
interface Sending {
  /** What came of the repeated request: the SDK's first attempt gets it. */
  outcome: Outcome | undefined;
  /** The last request that brought an object which this module can handle. */
  answered: HttpRequest | undefined;
}

interface Template {
  readonly request: HttpRequest;
  /** The path without the key. */
  readonly base: string;
  /** Of the signature. */
  readonly region: string;
  readonly service: string;
}

/** Headers that belong to one request. The signer replaces its own. */
const OWN_HEADERS = ['if-match', 'range', 'amz-sdk-invocation-id'];

function templateOf(request: HttpRequest, key: string): Template | undefined {
  const path = encodedKey(key);
  const { authorization = '', ...headers } = request.headers;
  // Not a signature for several regions, nor the session of a directory bucket.
  const scope = /^AWS4-HMAC-SHA256 Credential=[^,]*\/\d{8}\/([^/,]+)\/([^/,]+)\/aws4_request,/.exec(authorization);
  if (scope === null || 'x-amz-s3session-token' in headers || !request.path.endsWith(`/${path}`)) return undefined;
  for (const name of OWN_HEADERS) delete headers[name];
  const attempts = headers['amz-sdk-request'];
  if (attempts !== undefined) headers['amz-sdk-request'] = attempts.replace(/attempt=\d+/, 'attempt=1');
  const base = request.path.slice(0, -path.length);
  return { request: new HttpRequest({ ...request, headers }), base, region: scope[1] as string, service: scope[2] as string };
}

async function signed(template: Template, input: GetObjectInput, identity: Identity, now: number): Promise<HttpRequest> {
  const { request, base, region, service } = template;
  const headers: Record<string, string> = {
    ...request.headers,
    'amz-sdk-invocation-id': randomUUID(),
  };
  if (input.IfMatch !== undefined) headers['if-match'] = input.IfMatch;
  if (input.Range !== undefined) headers.range = input.Range;
  const signer = new SignatureV4({
    credentials: await identity.credentials(),
    region,
    service,
    sha256: Sha256,
    // S3's paths are signed as they are sent.
    uriEscapePath: false,
  });
  const unsigned = new HttpRequest({ ...request, headers, path: base + encodedKey(input.Key) });
  return (await signer.sign(unsigned, { signingDate: new Date(now) })) as HttpRequest;
}

const encodedKey = (key: string): string =>
  encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** Those that S3 computes by itself, or that are usual for uploads; the SDK compares other ones. In the SDK's order: it compares the first one. */
const CHECKSUMS = [
  ['x-amz-checksum-crc32', Crc32],
  ['x-amz-checksum-crc32c', Crc32c],
  ['x-amz-checksum-crc64nvme', Crc64Nvme],
] as const;

/** The checksum of an object that was uploaded in parts is one of the checksums of its parts: the SDK does not compare it either. */
const OF_PARTS = /-\d+$/;

/** Whether it is the content of an object, without a checksum that only the SDK can compare. */
function isObject({ statusCode, headers, body }: HttpResponse): boolean {
  if ((statusCode !== 200 && statusCode !== 206) || !(body instanceof Readable)) return false;
  return Object.entries(headers).every(
    ([name, value]) =>
      !name.startsWith('x-amz-checksum-') ||
      name === 'x-amz-checksum-type' ||
      OF_PARTS.test(value) ||
      CHECKSUMS.some(([header]) => header === name),
  );
}

/** The body of an answer, which fails at its end where it does not have its checksum. */
function comparedBody({ headers, body }: HttpResponse): Readable {
  for (const [header, Checksum] of CHECKSUMS) {
    const expectedChecksum = headers[header];
    if (expectedChecksum === undefined || OF_PARTS.test(expectedChecksum)) continue;
    return createChecksumStream({
      expectedChecksum,
      checksumSourceLocation: header,
      checksum: new Checksum(),
      source: body as Readable,
    }) as Readable;
  }
  return body as Readable;
}

const METADATA = 'x-amz-meta-';

/** The members of the SDK's answer that readers of objects use. `isCompared`: whether the user's settings ask for checksums. */
function outputOf(response: HttpResponse, isCompared: boolean) {
  const { statusCode, headers } = response;
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(METADATA)) metadata[name.slice(METADATA.length)] = value;
  }
  const length = headers['content-length'];
  return {
    $metadata: { httpStatusCode: statusCode, attempts: 1 },
    Body: sdkStreamMixin(isCompared ? comparedBody(response) : response.body),
    ...(length === undefined ? {} : { ContentLength: Number(length) }),
    ...(headers.etag === undefined ? {} : { ETag: headers.etag }),
    Metadata: metadata,
  };
}
