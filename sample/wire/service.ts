import { HttpResponse } from '@smithy/core/protocols';
import type { GetOutputType, SchemaRef } from '@smithy/types';
import type { Call } from './read-call.ts';
import { escapeXml, writeXml } from './write-xml.ts';

/** The wire format of a service's answers. */
export type Protocol = 'ec2' | 'query' | 'json';

type CallOf<Sdk> = { [Key in keyof Sdk]: Key extends `${infer Name}Command` ? Name : never }[keyof Sdk];
type OutputOf<Sdk, Name extends string> = `${Name}Command` extends keyof Sdk
  ? Sdk[`${Name}Command`] extends abstract new (
      ...args: never[]
    ) => infer Command
    ? Omit<GetOutputType<Command>, '$metadata'>
    : never
  : never;

/** The sample's answers by call. They have the SDK's own types, so a member that does not exist does not compile. */
export type Answers<Sdk> = { readonly [Name in CallOf<Sdk>]?: (call: Call) => OutputOf<Sdk, Name> };

/** An error answer with AWS's own code. */
export class WireError extends Error {
  readonly code: string;
  readonly status: number;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export type Service = (call: Call, requestId: string) => HttpResponse;

/** A service of the sample; the schemas of the SDK module say how its answers are written. */
export function makeService<Sdk extends object>(sdk: Sdk, protocol: Protocol, answers: Answers<Sdk>): Service {
  const known = new Map<string, (call: Call) => object>(Object.entries(answers));
  const schemas = sdk as Readonly<Record<string, readonly unknown[] | undefined>>;
  return (call, requestId) => {
    try {
      const answer = known.get(call.action);
      // A call of the SDK that has no entry gets an empty answer, as in an account that does not use the feature.
      if (answer === undefined && !(`${call.action}Command` in schemas)) throw unknownAction(protocol, call);
      const output = answer?.(call) ?? {};
      if (protocol === 'json') return respond(200, JSON_TYPE, JSON.stringify(epochSeconds(output)), requestId);
      const schema = schemas[`${call.action}$`]?.[5] as SchemaRef | undefined;
      const body = schema === undefined ? '' : writeXml(schema, output);
      return respond(200, XML_TYPE, envelope(protocol, call.action, body, requestId), requestId);
    } catch (error) {
      if (error instanceof WireError) return errorResponse(protocol, error, requestId);
      throw error;
    }
  };
}

/** The empty answer of a service that the sample does not have. */
export function emptyAnswer(call: Call, requestId: string): HttpResponse {
  return call.parameters.has('Action')
    ? respond(200, XML_TYPE, envelope('query', call.action, '', requestId), requestId)
    : respond(200, JSON_TYPE, '{}', requestId);
}

const JSON_TYPE = 'application/x-amz-json-1.1';
const XML_TYPE = 'text/xml;charset=UTF-8';

export function respond(status: number, type: string, body: string | Uint8Array, requestId: string): HttpResponse {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return new HttpResponse({
    statusCode: status,
    headers: { 'content-type': type, 'content-length': String(bytes.byteLength), 'x-amzn-requestid': requestId },
    body: bytes,
  });
}

/** The XML elements that a query service puts around an output. */
export function envelope(protocol: 'ec2' | 'query', action: string, body: string, requestId: string): string {
  return protocol === 'ec2'
    ? `<${action}Response><requestId>${requestId}</requestId>${body}</${action}Response>`
    : `<${action}Response><${action}Result>${body}</${action}Result><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`;
}

export function errorResponse(protocol: Protocol | 's3', error: WireError, requestId: string): HttpResponse {
  const { code, message, status } = error;
  if (protocol === 'json') return respond(status, JSON_TYPE, JSON.stringify({ __type: code, message }), requestId);
  const inner = `<Code>${code}</Code><Message>${escapeXml(message)}</Message>`;
  const body =
    protocol === 'ec2'
      ? `<Response><Errors><Error>${inner}</Error></Errors><RequestID>${requestId}</RequestID></Response>`
      : protocol === 's3'
        ? `<Error>${inner}<RequestId>${requestId}</RequestId></Error>`
        : `<ErrorResponse><Error><Type>Sender</Type>${inner}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
  return respond(status, XML_TYPE, body, requestId);
}

function unknownAction(protocol: Protocol, call: Call): WireError {
  const code = protocol === 'json' ? 'UnknownOperationException' : 'InvalidAction';
  return new WireError(400, code, `The sample organisation does not answer ${call.service}:${call.action}`);
}

/** JSON services write times as seconds since 1970. */
function epochSeconds(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(epochSeconds);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, epochSeconds(member)]));
}
