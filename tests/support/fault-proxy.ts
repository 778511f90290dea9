import { createServer, request as forwardRequest, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cbor } from '@smithy/core/cbor';

/**
 * A reverse proxy before moto or ministack that answers some calls itself, with faults that the stand-ins can't produce. It works on HTTP,
 * so that the product may run as a separate process.
 *
 *     const proxy = await startFaultProxy(need('MOTO_URL'));
 *     proxy.rules.push({ account: memberId, action: 'DescribeInstances', fault: 'access-denied' });
 *     … run with { ...organisation.env, AWS_ENDPOINT_URL: proxy.url } …
 *     assert.equal(proxy.calls.filter(({ action }) => action === 'AssumeRole').length, 3);
 *     await proxy.close();
 *
 * A rule applies to a call that equals it in all fields that the rule has. The first such rule wins; other calls are forwarded. The SDK repeats throttling,
 * resets and cut bodies: set AWS_MAX_ATTEMPTS=1 or 2 where the test is not about that. An account is known by the access key:
 * 12 digits are the account itself (ministack), keys of AssumeRole are learned as they pass, others come in `accounts`.
 */
export interface FaultProxy {
  readonly url: string;
  /** A test may change the rules at any time. */
  readonly rules: FaultRule[];
  /** Headers that replace those of every forwarded answer, such as a `date` of another time. */
  readonly headers: Record<string, string>;
  /** All calls in their order. */
  readonly calls: Call[];
  close(): Promise<void>;
}

interface Call {
  /** The service's name in the signature: `ec2`, `rds`, `iam`, `sts`, `s3`, `organizations`, `monitoring` (CloudWatch). */
  readonly service: string;
  readonly region: string;
  /** `DescribeInstances`, `ListObjectsV2`, …; for REST services other than S3 `GET /path`. */
  readonly action: string;
  /** Undefined where the proxy does not know the access key. */
  readonly account: string | undefined;
  /** S3: `/bucket/key`. */
  readonly path: string;
  readonly accessKey: string;
}

interface FaultRule {
  readonly service?: string;
  readonly region?: string;
  readonly action?: string;
  readonly account?: string;
  /** Any further condition. */
  readonly when?: (call: Call) => boolean;
  /** The fault ends after so many calls. */
  times?: number;
  readonly fault: Fault;
}

type Fault =
  | 'access-denied'
  | 'throttling'
  | 'expired-token'
  /** The connection ends without an answer. */
  | 'reset'
  /** The connection ends after the answer's headers and the first half of its body. */
  | 'cut-body'
  /** An error in the service's own form. */
  | { readonly code: string; readonly status: number; readonly message?: string }
  /** An answer of any form. */
  | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string };

export async function startFaultProxy(target: string, accounts: Readonly<Record<string, string>> = {}): Promise<FaultProxy> {
  const { hostname, port } = new URL(target);
  const accountOf = new Map(Object.entries(accounts));
  const rules: FaultRule[] = [];
  const calls: Call[] = [];
  const headers: Record<string, string> = {};

  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const method = incoming.method ?? 'GET';
      const url = incoming.url ?? '/';
      const call = describe(method, url, incoming.headers, body, accountOf);
      calls.push(call);
      const fault = matching(rules, call);
      if (fault === 'reset') {
        incoming.socket.destroy();
        return;
      }
      if (fault !== undefined && fault !== 'cut-body') {
        answer(outgoing, fault, call, incoming.headers);
        return;
      }
      const forwarded = forwardRequest({ hostname, port, method, path: url, headers: incoming.headers }, (response) => {
        const received: Buffer[] = [];
        response.on('data', (chunk: Buffer) => received.push(chunk));
        response.on('end', () => {
          const content = Buffer.concat(received);
          if (call.action === 'AssumeRole') learn(body.toString(), content.toString(), accountOf);
          if (fault === 'cut-body') {
            const headers = { ...response.headers, 'content-length': String(content.length) };
            delete (headers as IncomingHttpHeaders)['transfer-encoding'];
            outgoing.writeHead(response.statusCode ?? 200, headers);
            outgoing.write(content.subarray(0, content.length >> 1), () => incoming.socket.destroy());
            return;
          }
          outgoing.writeHead(response.statusCode ?? 502, { ...response.headers, ...headers });
          outgoing.end(content);
        });
      });
      forwarded.on('error', () => incoming.socket.destroy());
      forwarded.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rules,
    headers,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function matching(rules: FaultRule[], call: Call): Fault | undefined {
  const rule = rules.find(
    ({ service, region, action, account, when, times }) =>
      times !== 0 &&
      (service === undefined || service === call.service) &&
      (region === undefined || region === call.region) &&
      (action === undefined || action === call.action) &&
      (account === undefined || account === call.account) &&
      (when === undefined || when(call)),
  );
  if (rule?.times !== undefined) rule.times -= 1;
  return rule?.fault;
}

function describe(
  method: string,
  url: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
  accountOf: ReadonlyMap<string, string>,
): Call {
  // AWS4-HMAC-SHA256 Credential=KEY/20261121/eu-west-1/ec2/aws4_request, …
  const [, accessKey = '', region = '', service = ''] =
    /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//.exec(headers.authorization ?? '') ?? [];
  const { pathname, searchParams } = new URL(url, 'http://proxy');
  return {
    service,
    region,
    action: actionOf(method, pathname, searchParams, headers, body, service),
    account: accountOf.get(accessKey) ?? (/^\d{12}$/.test(accessKey) ? accessKey : undefined),
    path: decodeURIComponent(pathname),
    accessKey,
  };
}

function actionOf(
  method: string,
  path: string,
  search: URLSearchParams,
  headers: IncomingHttpHeaders,
  body: Buffer,
  service: string,
): string {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return target.slice(target.lastIndexOf('.') + 1);
  const operation = /\/operation\/(\w+)$/.exec(path);
  if (operation?.[1] !== undefined) return operation[1];
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true) {
    return new URLSearchParams(body.toString()).get('Action') ?? '';
  }
  if (service !== 's3') return `${method} ${path}`;
  // The SDK names the operation, except where another parameter distinguishes two operations.
  const named = search.get('x-id');
  if (named !== null) return named;
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/.exec(path) ?? [];
  if (bucket === '') return 'ListBuckets';
  if (key !== '') return { GET: 'GetObject', HEAD: 'HeadObject', PUT: 'PutObject', DELETE: 'DeleteObject' }[method] ?? method;
  if (method === 'HEAD') return 'HeadBucket';
  if (method === 'PUT' && search.size === 0) return 'CreateBucket';
  if (search.get('list-type') === '2') return 'ListObjectsV2';
  const subresource = [...search.keys()].find((name) => name in SUBRESOURCES);
  if (subresource === undefined) return method === 'GET' ? 'ListObjects' : method;
  return `${method === 'PUT' ? 'Put' : 'Get'}${SUBRESOURCES[subresource]}`;
}

const SUBRESOURCES: Readonly<Record<string, string>> = {
  acl: 'BucketAcl',
  encryption: 'BucketEncryption',
  lifecycle: 'BucketLifecycleConfiguration',
  location: 'BucketLocation',
  logging: 'BucketLogging',
  policy: 'BucketPolicy',
  policyStatus: 'BucketPolicyStatus',
  publicAccessBlock: 'PublicAccessBlock',
  replication: 'BucketReplication',
  tagging: 'BucketTagging',
  versioning: 'BucketVersioning',
  website: 'BucketWebsite',
};

/** Records that keys from AssumeRole belong to the role's account. */
function learn(body: string, response: string, accountOf: Map<string, string>): void {
  const account = /^arn:[^:]+:iam::(\d{12}):/.exec(new URLSearchParams(body).get('RoleArn') ?? '')?.[1];
  const key = /<AccessKeyId>([^<]+)</.exec(response)?.[1];
  if (account !== undefined && key !== undefined) accountOf.set(key, account);
}

export type Protocol = 'ec2' | 'query' | 's3' | 'json' | 'cbor' | 'rest-json';

function protocolOf({ service }: Call, headers: IncomingHttpHeaders): Protocol {
  if (headers['smithy-protocol'] === 'rpc-v2-cbor') return 'cbor';
  if (headers['x-amz-target'] !== undefined) return 'json';
  if (service === 's3') return 's3';
  if (service === 'ec2') return 'ec2';
  return headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true ? 'query' : 'rest-json';
}

/** Codes as each protocol's services really answer. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
const CODES: Readonly<Record<'access-denied' | 'throttling' | 'expired-token', Readonly<Record<Protocol, [string, number]>>>> = {
  'access-denied': {
    ec2: ['UnauthorizedOperation', 403],
    query: ['AccessDenied', 403],
    s3: ['AccessDenied', 403],
    json: ['AccessDeniedException', 400],
    cbor: ['AccessDeniedException', 400],
    'rest-json': ['AccessDeniedException', 403],
  },
  throttling: {
    ec2: ['RequestLimitExceeded', 503],
    query: ['Throttling', 400],
    s3: ['SlowDown', 503],
    json: ['ThrottlingException', 400],
    cbor: ['ThrottlingException', 400],
    'rest-json': ['TooManyRequestsException', 429],
  },
  'expired-token': {
    ec2: ['RequestExpired', 400],
    query: ['ExpiredToken', 403],
    s3: ['ExpiredToken', 400],
    json: ['ExpiredTokenException', 400],
    cbor: ['ExpiredTokenException', 400],
    'rest-json': ['ExpiredTokenException', 403],
  },
};

function answer(
  outgoing: ServerResponse,
  fault: Exclude<Fault, 'reset' | 'cut-body'>,
  call: Call,
  headers: IncomingHttpHeaders,
): void {
  if (typeof fault === 'object' && 'body' in fault) {
    outgoing.writeHead(fault.status, fault.headers).end(fault.body);
    return;
  }
  const protocol = protocolOf(call, headers);
  const [code, status] = typeof fault === 'object' ? [fault.code, fault.status] : CODES[fault][protocol];
  const message =
    typeof fault === 'object'
      ? (fault.message ?? fault.code)
      : `${fault}: ${call.action} of ${call.account ?? 'an unknown account'}`;
  writeError(outgoing, protocol, { code, status, message });
}

/** An error in a service's own form. */
export function writeError(
  outgoing: ServerResponse,
  protocol: Protocol,
  { code, status, message }: { readonly code: string; readonly status: number; readonly message: string },
): void {
  const xml = (text: string): void => {
    outgoing.writeHead(status, { 'content-type': 'text/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?>${text}`);
  };
  const inner = `<Code>${code}</Code><Message>${message}</Message>`;
  switch (protocol) {
    case 'ec2':
      xml(`<Response><Errors><Error>${inner}</Error></Errors><RequestID>fault</RequestID></Response>`);
      return;
    case 'query':
      xml(`<ErrorResponse><Error><Type>Sender</Type>${inner}</Error><RequestId>fault</RequestId></ErrorResponse>`);
      return;
    case 's3':
      xml(`<Error>${inner}<RequestId>fault</RequestId></Error>`);
      return;
    case 'cbor':
      outgoing.writeHead(status, { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' });
      outgoing.end(cbor.serialize({ __type: `fault#${code}`, message }));
      return;
    case 'json':
      outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      outgoing.end(JSON.stringify({ __type: code, message }));
      return;
    case 'rest-json':
      outgoing.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': code });
      outgoing.end(JSON.stringify({ message }));
  }
}
