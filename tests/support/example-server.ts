import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { CborCodec, cbor } from '@smithy/core/cbor';
import { JsonCodec } from '@smithy/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import type { SchemaRef } from '@smithy/types';
import type { ResourceKind } from '../../collectors/inventory/declare-kind.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { envelope } from '../../sample/wire/service.ts';
import { writeXml } from '../../sample/wire/write-xml.ts';
import { writeError } from './fault-proxy.ts';
import { type Paging, pagingOf } from './paging-of.ts';

/**
 * A stand-in for AWS that knows nothing but the examples of one kind. It writes them as the service would: in the protocol of
 * the client, by the schemas of the SDK, in two pages where the SDK has a paginator. As most examples have one parent,
 * the first input of a call gets them; another input gets an empty answer, which also ends the descent into a tree.
 */
export interface ExampleServer {
  readonly url: string;
  /** All answers in the order of their requests. */
  readonly answers: readonly Answer[];
  /** Requests that the kind does not declare. */
  readonly refused: readonly string[];
  close(): void;
}

interface Answer {
  readonly call: string;
  /** The number of the page, from 1. */
  readonly page: number;
  /** False for an empty answer. */
  readonly filled: boolean;
}

type Protocol = 'ec2' | 'query' | 'rest-xml' | 'json' | 'rest-json' | 'cbor';

interface Request {
  readonly call: string;
  readonly protocol: Protocol;
  /** Members by their wire names. */
  readonly input: Readonly<Record<string, unknown>>;
}

interface Operation {
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
  readonly http: readonly [method: string, path: string, status: number] | undefined;
  readonly paging: Paging | undefined;
}

/** The page token of the first page, which the request for the second one must name. */
const TOKEN = 'second+page/=';

export async function startExampleServer(
  kind: ResourceKind,
  /** The error code that answers a request for this call. */
  fault: (call: string) => string | undefined = () => undefined,
  /** Listings repeat their page tokens after so many pages and so never end. 0: they end after two pages. */
  round = 0,
): Promise<ExampleServer> {
  const operations = await operationsOf(kind);
  const answers: Answer[] = [];
  const refused: string[] = [];
  const parents = new Map<string, string>();

  function answer({ call, input }: Request, { input: schema, output, paging }: Operation): JsonObject {
    const token = paging && wireName(schema, paging.token);
    const { [token ?? '']: given, ...rest } = input;
    const parent = JSON.stringify(rest);
    if (!parents.has(call)) parents.set(call, parent);
    const filled = parents.get(call) === parent;
    if (round > 0 && paging !== undefined && filled) {
      answers.push({ call, page: 1, filled });
      const next = given === undefined ? 0 : (Number(String(given).slice(TOKEN.length)) + 1) % round;
      return {
        ...pageOf(kind.examples[call] ?? {}, 1),
        [paging.next]: `${TOKEN}${next}`,
        ...('IsTruncated' in output.getMemberSchemas() && { IsTruncated: true }),
      };
    }
    const page = given === undefined ? 1 : given === TOKEN ? 2 : 0;
    if (page === 0) throw new Error(`${call} was asked for page ${String(given)}, which no answer named`);
    answers.push({ call, page, filled });
    const example = filled ? (kind.examples[call] ?? {}) : {};
    const paged = paging === undefined || !filled ? example : pageOf(example, page);
    return {
      ...paged,
      ...(paging !== undefined && filled && page === 1 && { [paging.next]: TOKEN }),
      ...('IsTruncated' in output.getMemberSchemas() && { IsTruncated: filled && page === 1 }),
    };
  }

  const server = createServer(async (message, response) => {
    const request = readRequest(kind, message, await buffer(message), operations);
    const operation = operations.get(request?.call ?? '');
    try {
      if (request === undefined || operation === undefined)
        throw new Error(`${kind.name} declares no ${request?.call ?? 'such call'}`);
      const code = fault(request.call);
      if (code !== undefined) {
        const protocol = request.protocol === 'rest-xml' ? 's3' : request.protocol;
        writeError(response, protocol, { code, status: 400, message: code });
        return;
      }
      const { type, body } = write(request, operation.output, answer(request, operation));
      const protocol = request.protocol === 'cbor' ? { 'smithy-protocol': 'rpc-v2-cbor' } : {};
      response.writeHead(200, { 'content-type': type, ...protocol }).end(body);
    } catch (error) {
      refused.push(`${(error as Error).message}: ${message.method} ${message.url}`);
      response.writeHead(400).end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers,
    refused,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The value with its dates as the CLI's second version prints them; version 1 prints those of JSON services as seconds. */
export function withDates(schema: SchemaRef, value: Json): Json {
  return convert(NormalizedSchema.of(schema), value, (date) => date.toISOString()) as Json;
}

/** The schema of a call's output, as the SDK has it: [kind, namespace, name, traits, input, output] */
export const outputSchema = (sdk: object, call: string): SchemaRef =>
  (sdk as Record<string, readonly SchemaRef[]>)[`${call}$`]?.[5] as SchemaRef;

async function operationsOf(kind: ResourceKind): Promise<ReadonlyMap<string, Operation>> {
  const sdk = await kind.sdk();
  const operations = new Map<string, Operation>();
  for (const call of kind.calls) {
    const schema = (sdk as Record<string, readonly unknown[]>)[`${call}$`] as readonly [...unknown[], SchemaRef, SchemaRef];
    operations.set(call, {
      input: NormalizedSchema.of(schema[4] as SchemaRef),
      output: NormalizedSchema.of(outputSchema(sdk, call)),
      http: (schema[3] as { http?: Operation['http'] }).http,
      paging: await pagingOf(sdk, call),
    });
  }
  return operations;
}

function readRequest(
  kind: ResourceKind,
  { headers, method, url }: IncomingMessage,
  body: Buffer,
  operations: ReadonlyMap<string, Operation>,
): Request | undefined {
  const { pathname, searchParams } = new URL(url ?? '', 'http://server');
  const target = headers['x-amz-target'];
  if (typeof target === 'string')
    return { call: target.split('.').at(-1) ?? '', protocol: 'json', input: JSON.parse(String(body) || '{}') };
  if (headers['smithy-protocol'] === 'rpc-v2-cbor')
    return { call: pathname.split('/').at(-1) ?? '', protocol: 'cbor', input: cbor.deserialize(body) };
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    const input = Object.fromEntries(new URLSearchParams(String(body)));
    return { call: input.Action ?? '', protocol: kind.service === 'ec2' ? 'ec2' : 'query', input };
  }
  // The SDK's S3 has the bucket in the host, and so not in the paths of its schemas.
  const s3 = kind.service === 's3';
  for (const [call, { http: [bound, path] = [] }] of operations) {
    const [labels = '', constants = ''] = path?.split('?') ?? [];
    const named = [...new URLSearchParams(constants).keys()].filter((name) => name !== 'x-id');
    const before = s3 && named.length > 0 ? '/[^/]+' : '';
    const pattern = new RegExp(`^${before}${labels.replace(/\/$/, '').replace(/\{\w+\}/g, '[^/]+')}/?$`);
    if (method !== bound || !pattern.test(pathname) || !named.every((name) => searchParams.has(name))) continue;
    return {
      call,
      protocol: s3 ? 'rest-xml' : 'rest-json',
      input: { ...Object.fromEntries(searchParams), ' path': pathname },
    };
  }
  return undefined;
}

/** The first or the second half of a list. The first page may be empty: AWS has such pages too. */
function pageOf(example: JsonObject, page: number): JsonObject {
  const lists = Object.values(example).filter((value) => Array.isArray(value));
  const half = Math.floor(lists.flat().length / 2);
  let position = 0;
  return Object.fromEntries(
    Object.entries(example).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.filter(() => position++ < half === (page === 1)) : value,
    ]),
  );
}

function wireName(schema: NormalizedSchema, name: string): string {
  const traits = schema.getMemberSchemas()[name]?.getMergedTraits() ?? {};
  return String(traits.httpQuery ?? traits.ec2QueryName ?? traits.xmlName ?? name);
}

function write(
  { call, protocol }: Request,
  schema: NormalizedSchema,
  example: JsonObject,
): { readonly type: string; readonly body: string | Uint8Array } {
  const output = convert(
    schema,
    example,
    (date) => date,
    (text) => Buffer.from(text, 'base64'),
  ) as object;
  switch (protocol) {
    case 'cbor': {
      const serializer = new CborCodec().createSerializer();
      serializer.write(schema, output);
      return { type: 'application/cbor', body: serializer.flush() };
    }
    case 'json':
    case 'rest-json': {
      const codec = new JsonCodec({ jsonName: protocol === 'rest-json', timestampFormat: { useTrait: true, default: 7 } });
      const serializer = codec.createSerializer();
      serializer.write(schema, output);
      // Neither the SDK nor the CLI checks whether the version is 1.0 or 1.1.
      return { type: protocol === 'json' ? 'application/x-amz-json-1.1' : 'application/json', body: serializer.flush() };
    }
    case 'rest-xml': {
      const payload = [...schema.structIterator()].find(([, member]) => member.getMergedTraits().httpPayload);
      if (payload === undefined) return { type: XML, body: element(call, writeXml(schema, output)) };
      const [name, member] = payload;
      const value = (output as Record<string, object>)[name];
      return { type: XML, body: value === undefined ? '' : element(name, writeXml(member, value)) };
    }
    default:
      return { type: XML, body: envelope(protocol, call, writeXml(schema, output), 'request-1') };
  }
}

const XML = 'text/xml;charset=UTF-8';
const element = (name: string, content: string): string => `<${name}>${content}</${name}>`;

/** Converts what the CLI prints as text or seconds to the type of the schema. */
function convert(
  schema: NormalizedSchema,
  value: Json | undefined,
  date: (value: Date) => unknown,
  bytes: (text: string) => unknown = (text) => text,
): unknown {
  if (value === undefined || value === null) return value;
  if (schema.isTimestampSchema()) return date(new Date(typeof value === 'number' ? value * 1000 : String(value)));
  if (schema.isBlobSchema()) return bytes(String(value));
  if (Array.isArray(value)) return value.map((one) => convert(schema.getValueSchema(), one, date, bytes));
  // A policy document is text by the schema; the CLI prints the JSON in it as an object.
  if (typeof value !== 'object' || schema.isStringSchema()) return value;
  const members = schema.isStructSchema() ? schema.getMemberSchemas() : undefined;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => {
      const member = members === undefined ? schema.getValueSchema() : members[name];
      return [name, member === undefined ? one : convert(member, one, date, bytes)];
    }),
  );
}
