import { NormalizedSchema } from '@smithy/core/schema';
import { getSmithyContext } from '@smithy/core/transport';
import type { DeserializeMiddleware, HttpResponse, Pluggable, StaticOperationSchema } from '@smithy/types';
import { AnswerError } from './answer-error.ts';

/**
 * Refuses an answer that is not of the form that the protocol gives to the answers of this call. The SDK would take a page of HTML from a
 * proxy, or nothing at all, for an empty list: everything that stood would be gone. The form is what the SDK's own schema of the call says.
 */
export function checkAnswers(protocol: string): Pluggable<object, object> {
  const middleware: DeserializeMiddleware<object, object> = (next, context) => async (args) => {
    const result = await next(args);
    const response = result.response as HttpResponse;
    const { operationSchema } = getSmithyContext(context) as { operationSchema?: StaticOperationSchema };
    // Answers are whole by now; a stream is the content of an object, which has no form.
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

/** How an answer begins and ends: an XML element, a JSON object, a CBOR map; or a call whose answer has no body. */
type Expected =
  | { readonly form: 'xml'; readonly root: string }
  | { readonly form: 'json' }
  | { readonly form: 'cbor' }
  | { readonly form: 'none' };

const NOTHING = new Uint8Array();

/** What is there in place of AWS's answer; undefined if it is AWS's. */
function strangerIn(response: HttpResponse, bytes: Uint8Array, expected: () => Expected): string | undefined {
  const { statusCode, headers } = response;
  if (isHtml(bytes)) return 'a page of HTML';
  // S3 sends a call on to another region with headers of its own.
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
      throw new Error(`answers of ${protocol} have no form here`);
  }
}

/** What a REST answer has in its body: one member of the output, or the output less what is in headers; undefined: nothing, or bytes. */
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
/** Long enough for a declaration, a comment and the namespaces of a root element. */
const LOOKED_AT = 2_048;

function isOfForm(bytes: Uint8Array, expected: Exclude<Expected, { readonly form: 'none' }>): boolean {
  if (expected.form === 'cbor') return isCborMap(bytes);
  const start = textOf(bytes.subarray(0, LOOKED_AT)).replace(/^\uFEFF/, '');
  const end = textOf(bytes.subarray(-LOOKED_AT)).trimEnd();
  if (expected.form === 'json') return start.trimStart().startsWith('{') && end.endsWith('}');
  const { root } = expected;
  // Its end as well: an answer that stops in the middle would be a list that is too short.
  const closed = new RegExp(`</(?:[\\w-]+:)?${root}\\s*>$|<(?:[\\w-]+:)?${root}(?:\\s[^<>]*)?/>$`);
  return OPENING.exec(start)?.[1] === root && closed.test(end);
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
/** Major type 5. https://www.rfc-editor.org/rfc/rfc8949#section-3.1 */
const isCborMap = (bytes: Uint8Array): boolean => ((bytes[0] ?? 0) & 0xe0) === 0xa0;
const isHtml = (bytes: Uint8Array): boolean => /^\s*<(!doctype\s+html|html)\b/i.test(textOf(bytes.subarray(0, 256)));

/** Without path and query, which may hold what is nobody's business. */
function hostOf(location: string | undefined): string {
  return URL.parse(location ?? '')?.host ?? 'elsewhere';
}

/** That something else answered in AWS's place. */
export function notOfAws(found: string, status: number): AnswerError {
  const failing = status >= 500;
  return new AnswerError(
    failing ? 'unreachable' : 'malformed',
    `something else than AWS answered: ${found} (HTTP ${status})`,
    "It may be a proxy, a network's sign-in page or what AWS_ENDPOINT_URL names: check HTTPS_PROXY and NO_PROXY, sign in to the network, then run again.",
    {},
    // By such a cause the SDK knows to try again.
    failing ? { cause: { $metadata: { httpStatusCode: status } } } : {},
  );
}
