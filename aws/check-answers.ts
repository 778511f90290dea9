import { NormalizedSchema } from '@smithy/core/schema';
import { getSmithyContext } from '@smithy/core/transport';
import type { DeserializeMiddleware, HttpResponse, Pluggable, StaticOperationSchema } from '@smithy/types';
import { AnswerError } from './answer-error.ts';

/**
 * Refuses an answer that does not have the form of this call's answers; the SDK's schema of the call says which form that is. Without
 * this check the SDK would read an HTML page of a proxy, or an empty body, as an empty list, and the sweep would retire all resources.
 */
export function checkAnswers(protocol: string): Pluggable<object, object> {
  const middleware: DeserializeMiddleware<object, object> = (next, context) => async (args) => {
    const result = await next(args);
    const response = result.response as HttpResponse;
    const { operationSchema } = getSmithyContext(context) as { operationSchema?: StaticOperationSchema };
    // Answers are complete here. A stream is the content of an object, which can have any form.
    const body: unknown = response.body;
    const bytes = body instanceof Uint8Array ? body : body === undefined ? NOTHING : undefined;
    if (operationSchema === undefined || bytes === undefined) return result;
    const found = strangerIn(response, bytes, () => expectedOf(protocol, operationSchema));
    if (found === undefined) return result;
    throw notOfAws(found, response.statusCode);
  };
  return {
    applyToStack: (stack) =>
      stack.add(middleware, { step: 'deserialize', priority: 'low', name: 'orgscopeCheckAnswers', override: true }),
  };
}

/** The form of an answer: an XML element, a JSON object, a CBOR map, or no body. */
type Expected =
  | { readonly form: 'xml'; readonly root: string }
  | { readonly form: 'json' }
  | { readonly form: 'cbor' }
  | { readonly form: 'none' };

const NOTHING = new Uint8Array();

/** Describes what came instead of AWS's answer; undefined if it is AWS's answer. */
function strangerIn(response: HttpResponse, bytes: Uint8Array, expected: () => Expected): string | undefined {
  const { statusCode, headers } = response;
  if (isHtml(bytes)) return 'a page of HTML';
  // S3 redirects a call to another region with its own headers.
  if (statusCode >= 300 && statusCode < 400 && !Object.keys(headers).some((name) => name.startsWith('x-amz'))) {
    return `a redirect to ${hostOf(headers.location)}`;
  }
  if (statusCode >= 300) return undefined;
  const form = expected();
  if (form.form === 'none') return undefined;
  if (bytes.byteLength === 0) return 'nothing';
  if (isOfForm(bytes, form)) return undefined;
  const root = OPENING.exec(textOf(bytes.subarray(0, LOOKED_AT)))?.[1];
  if (form.form === 'xml' && root === form.root) return 'the beginning of an answer';
  return root === undefined ? 'something of another form' : `<${root}>`;
}

function expectedOf(protocol: string, [, , name, , , outputSchema]: StaticOperationSchema): Expected {
  const output = NormalizedSchema.of(outputSchema);
  if (output.isUnitSchema()) return { form: 'none' };
  switch (protocol.slice(protocol.indexOf('#') + 1)) {
    case 'ec2Query':
    case 'awsQuery':
      return { form: 'xml', root: `${name}Response` };
    case 'awsJson1_0':
    case 'awsJson1_1':
      return { form: 'json' };
    case 'rpcv2Cbor':
      return { form: 'cbor' };
    case 'restJson1':
      return bodyOf(output) === undefined ? { form: 'none' } : { form: 'json' };
    case 'restXml': {
      const body = bodyOf(output);
      return body === undefined
        ? { form: 'none' }
        : { form: 'xml', root: String(body.getMergedTraits().xmlName ?? body.getName()) };
    }
    default:
      throw new Error(`answers of ${protocol} have no known form`);
  }
}

/** The schema of a REST answer's body: one member of the output, or the output without its headers; undefined for no body or for bytes. */
function bodyOf(output: NormalizedSchema): NormalizedSchema | undefined {
  let inBody = false;
  for (const [, member] of output.structIterator()) {
    const { httpPayload, httpHeader, httpPrefixHeaders, httpResponseCode } = member.getMergedTraits();
    if (httpPayload) return member.isStructSchema() ? member : undefined;
    inBody ||= !(httpHeader || httpPrefixHeaders || httpResponseCode);
  }
  return inBody ? output : undefined;
}

const OPENING = /^\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--[^>]*-->\s*)*<(?:[\w-]+:)?([\w.-]+)/;
/** Enough bytes for an XML declaration, a comment and the namespaces of a root element. */
const LOOKED_AT = 2_048;

function isOfForm(bytes: Uint8Array, expected: Exclude<Expected, { readonly form: 'none' }>): boolean {
  if (expected.form === 'cbor') return isCborMap(bytes);
  const start = textOf(bytes.subarray(0, LOOKED_AT)).replace(/^\uFEFF/, '');
  const end = textOf(bytes.subarray(-LOOKED_AT)).trimEnd();
  if (expected.form === 'json') return start.trimStart().startsWith('{') && end.endsWith('}');
  const { root } = expected;
  // The end is checked too: an answer that stops in the middle would give an incomplete list.
  const closed = new RegExp(`</(?:[\\w-]+:)?${root}\\s*>$|<(?:[\\w-]+:)?${root}(?:\\s[^<>]*)?/>$`);
  return OPENING.exec(start)?.[1] === root && closed.test(end);
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
/** A CBOR map has major type 5: https://www.rfc-editor.org/rfc/rfc8949#section-3.1 */
const isCborMap = (bytes: Uint8Array): boolean => ((bytes[0] ?? 0) & 0xe0) === 0xa0;
const isHtml = (bytes: Uint8Array): boolean => /^\s*<(!doctype\s+html|html)\b/i.test(textOf(bytes.subarray(0, 256)));

/** The host only: path and query may contain secrets. */
function hostOf(location: string | undefined): string {
  return URL.parse(location ?? '')?.host ?? 'elsewhere';
}

/** The error of an answer that is not AWS's. */
export function notOfAws(found: string, status: number): AnswerError {
  const failing = status >= 500;
  return new AnswerError(
    failing ? 'unreachable' : 'malformed',
    `the answer is not from AWS: ${found} (HTTP ${status})`,
    "It may be a proxy, a network's sign-in page or what AWS_ENDPOINT_URL names: check HTTPS_PROXY and NO_PROXY, sign in to the network, then run again.",
    {},
    // The SDK retries errors with this cause.
    failing ? { cause: { $metadata: { httpStatusCode: status } } } : {},
  );
}
