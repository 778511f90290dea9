import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeLog } from '../../tests/support/decode-log.ts';
import { elb } from './elb.ts';

const ALB = [
  ...[
    'https',
    '2018-07-02T22:23:00.186641Z',
    'app/shop/50dc6c495c0c9188',
    '192.168.131.39:2817',
    '10.0.0.1:80',
    '0.086',
    '0.048',
    '0.037',
  ],
  ...['200', '200', '0', '57', '"GET https://www.example.com:443/a%20b/c.html?q=1%2B1 HTTP/1.1"', '"curl/7.46.0"'],
  ...[
    'ECDHE-RSA-AES128-GCM-SHA256',
    'TLSv1.2',
    'arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/shop/73e2d6bc24d8a067',
  ],
  ...[
    '"Root=1-58337281-1d84f3d73c47ec4e58577259"',
    '"www.example.com"',
    '"arn:aws:acm:us-east-2:123456789012:certificate/1234"',
    '1',
  ],
  ...[
    '2018-07-02T22:22:48.364000Z',
    '"authenticate,forward"',
    '"-"',
    '"-"',
    '"10.0.0.1:80 10.0.0.2:80"',
    '"200 503"',
    '"-"',
    '"-"',
  ],
];
const [TYPE, CLIENT, TARGET, STATUS, REQUEST, AGENT] = [0, 3, 4, 8, 12, 13];
const CLASSIC =
  '2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 "GET http://www.example.com:80/ HTTP/1.1"';
const CONNECTION = '2024-10-04T17:05:15.514108Z 2001:db8::9 36280 443 TLSv1.3 TLS_AES_128_GCM_SHA256 4.036';

/** The line of an application balancer with other fields in some places. */
const alb = (fields: Readonly<Record<number, string>> = {}): string =>
  ALB.map((field, index) => fields[index] ?? field).join(' ');

// biome-ignore lint/suspicious/noExplicitAny: The tests look at single fields of documents.
function read(line: string, object: Parameters<typeof decodeLog>[2] = {}): any {
  const { documents, deadLetters } = decodeLog(elb, `${line}\n`, object);
  assert.deepEqual(deadLetters, []);
  assert.equal(documents.length, 1);
  return documents[0]?.body;
}

test('a request to an application balancer', () => {
  const { url, source, http, aws, user_agent, cloud, event } = read(alb());
  assert.deepEqual(url, {
    original: 'https://www.example.com:443/a%20b/c.html?q=1%2B1',
    scheme: 'https',
    domain: 'www.example.com',
    port: 443,
    path: '/a b/c.html',
    query: 'q=1+1',
    extension: 'html',
  });
  assert.deepEqual(source, { address: '192.168.131.39', ip: '192.168.131.39', port: 2817 });
  assert.deepEqual(http, {
    request: { body: { bytes: 0 }, method: 'GET' },
    response: { status_code: 200, body: { bytes: 57 } },
    version: '1.1',
  });
  assert.deepEqual(aws.elb.action_executed, ['authenticate', 'forward']);
  assert.deepEqual(aws.elb.target_port, ['10.0.0.1:80', '10.0.0.2:80']);
  assert.deepEqual(aws.elb.target_status_code, ['200', '503']);
  assert.deepEqual(user_agent, { original: 'curl/7.46.0', name: 'curl', version: '7.46.0' });
  assert.equal(cloud.account.id, '111122223333');
  assert.equal(event.outcome, 'success');
});

test('each type of an application balancer, and one that AWS may add', () => {
  for (const type of ['http', 'https', 'h2', 'grpcs', 'ws', 'wss', 'h3']) {
    const { aws } = read(alb({ [TYPE]: type }));
    assert.equal(aws.elb.type, type);
    assert.equal(aws.elb.protocol, 'http');
  }
});

test('fields at the end that AWS added are named, later ones are kept, and missing ones are absent', () => {
  const known = read(`${alb()} TID_1234abcd5678ef90 "m.example.com" "/m/a" "TransformSuccess"`).aws.elb;
  assert.equal(known.conn_trace_id, 'TID_1234abcd5678ef90');
  assert.equal(known.transformed_host, 'm.example.com');
  assert.equal(known.transformed_uri, '/m/a');
  assert.equal(known.request_transform_status, 'TransformSuccess');
  assert.equal(known.extra, undefined);
  const later = read(`${alb()} TID_1 "-" "-" "-" new1 "new 2" - new4 new5 "new\\"6"`).aws.elb;
  assert.deepEqual(later.extra, ['new1', 'new 2', 'new4', 'new5', 'new\\"6']);
  assert.equal(read(ALB.slice(0, 13).join(' ')).user_agent, undefined);
  assert.deepEqual(read(`${CLASSIC} "-" - - later`).aws.elb.extra, ['later']);
});

test('requests that are broken or unusual never cost the line', () => {
  const requests: Readonly<Record<string, object>> = {
    '- http://host:80-/ ': { original: 'http://host:80-/', scheme: 'http', domain: 'host', port: 80, path: '/' },
    'GET http://www.example.com:80- -': {
      original: 'http://www.example.com:80-',
      scheme: 'http',
      domain: 'www.example.com',
      port: 80,
    },
    'GET http://[2001:db8::1]:80/x?y HTTP/1.1': {
      original: 'http://[2001:db8::1]:80/x?y',
      scheme: 'http',
      domain: '[2001:db8::1]',
      port: 80,
      path: '/x',
      query: 'y',
    },
    'GET http://h:80/a b?c d HTTP/1.1': {
      original: 'http://h:80/a b?c d',
      scheme: 'http',
      domain: 'h',
      port: 80,
      path: '/a b',
      query: 'c d',
    },
    'GET http://h:80/%zz HTTP/1.1': { original: 'http://h:80/%zz', scheme: 'http', domain: 'h', port: 80, path: '/%zz' },
    '\\x16\\x03': { original: '\\x16\\x03', path: '\\x16\\x03' },
    'GET http://h:80/x.tar.gz/?a#b HTTP/2.0': {
      original: 'http://h:80/x.tar.gz/?a#b',
      scheme: 'http',
      domain: 'h',
      port: 80,
      path: '/x.tar.gz/',
      query: 'a',
      fragment: 'b',
      extension: 'gz',
    },
  };
  for (const [request, url] of Object.entries(requests))
    assert.deepEqual(read(alb({ [REQUEST]: `"${request}"` })).url, url, request);
  assert.equal(read(alb({ [REQUEST]: '"- - - "' })).url, undefined);
  assert.equal(read(alb({ [REQUEST]: '"- - - "' })).aws.elb.protocol, 'http');
});

test('quotes that AWS did not escape are found again, and an agent that can not be told from the fields behind it is a dead letter', () => {
  const agents = ['a "b" c', '" - - - "', 'ends with \\', '"', 'x" - "y', 'Mozilla \\x22quoted\\x22'];
  for (const agent of agents) {
    const body = read(alb({ [AGENT]: `"${agent}"` }));
    assert.equal(body.user_agent.original, agent);
    assert.equal(body.aws.elb.ssl_protocol, 'TLSv1.2');
    assert.equal(body.trace.id, 'Root=1-58337281-1d84f3d73c47ec4e58577259');
  }
  const both = read(alb({ [REQUEST]: '"GET http://h:80/?q=" and" HTTP/1.1"', [AGENT]: '"a "b" c"' }));
  assert.equal(both.url.query, 'q=" and"');
  assert.equal(both.user_agent.original, 'a "b" c');
  assert.equal(read(`${CLASSIC} "a "b" c" ECDHE TLSv1.2`).user_agent.original, 'a "b" c');
  const { documents, deadLetters } = decodeLog(elb, `${alb({ [AGENT]: '"a "b" c', 14: '"-"' })}\n${alb()}\n`);
  assert.deepEqual(deadLetters, ['line 1: has a field user_agent with quotes that are not escaped']);
  assert.equal(documents.length, 1);
});

test('times of -1 and empty fields are absent, and addresses that are none stay in the address alone', () => {
  const body = read(
    alb({ [CLIENT]: '[2001:db8::1]:443', [TARGET]: '-', 5: '-1', 6: '-1', 7: '-1', [STATUS]: '-', 9: '-', 16: '-', 20: '-1' }),
  );
  assert.deepEqual(body.source, { address: '2001:db8::1', ip: '2001:db8::1', port: 443 });
  assert.deepEqual(Object.keys(body.aws.elb), [
    'name',
    'type',
    'protocol',
    'ssl_cipher',
    'ssl_protocol',
    'trace_id',
    'chosen_cert',
    'action_executed',
    'target_port',
    'target_status_code',
  ]);
  assert.equal(body.event.outcome, undefined);
  assert.deepEqual(read(alb({ [CLIENT]: 'nowhere' })).source, { address: 'nowhere' });
  assert.deepEqual(read(alb({ [CLIENT]: 'fe80::1%eth0:1' })).source, { address: 'fe80::1%eth0', port: 1 });
});

test('a classic balancer logs requests and connections', () => {
  const request = read(`${CLASSIC} "curl/7.38.0" - -`);
  assert.equal(request.aws.elb.protocol, 'http');
  assert.equal(request.http.response.body.bytes, 29);
  const connection = read(
    '2015-05-13T23:39:43.945958Z my-loadbalancer [2001:db8::2]:2817 10.0.0.1:80 0.001069 0.000028 0.000041 - - 82 305 "- - - " "-" - -',
  );
  assert.equal(connection.aws.elb.protocol, 'tcp');
  assert.deepEqual(connection.source, { address: '2001:db8::2', ip: '2001:db8::2', port: 2817, bytes: 82 });
  assert.deepEqual(connection.destination, { bytes: 305 });
  assert.equal(connection.http, undefined);
});

test('a network balancer logs TLS connections', () => {
  const old =
    'tls 2.0 2020-04-01T08:51:42 net/edge/c6e77e28c25b2234 g3d4b5e8bb8464cd 72.21.218.154:51341 172.100.100.185:443 5 2 98 246 - arn:aws:acm:us-east-2:671290407336:certificate/2a1 - ECDHE-RSA-AES128-SHA tlsv12 - edge.elb.us-east-2.amazonaws.com';
  assert.equal(read(old)['@timestamp'], '2020-04-01T08:51:42Z');
  const { aws, tls, destination } = read(`${old} h2 http/1.1 "h2","http/1.1" 2020-04-01T08:51:20 later`);
  assert.equal(aws.elb.alpn_fe_protocol, 'h2');
  assert.equal(aws.elb.alpn_be_protocol, 'http/1.1');
  assert.deepEqual(aws.elb.alpn_client_preference_list, ['h2', 'http/1.1']);
  assert.equal(aws.elb.tls_connection_creation_time, '2020-04-01T08:51:20Z');
  assert.deepEqual(aws.elb.extra, ['later']);
  assert.deepEqual(tls, { cipher: 'ECDHE-RSA-AES128-SHA', version: '1.2', version_protocol: 'tls' });
  assert.deepEqual(destination, { bytes: 246, domain: 'edge.elb.us-east-2.amazonaws.com' });
});

test("a connection of an application balancer has the balancer of the object's name", () => {
  const name =
    's3://logs/AWSLogs/123456789012/elasticloadbalancing/us-east-2/2024/10/04/conn_log.123456789012_elasticloadbalancing_us-east-2_app.shop.50dc6c495c0c9188_20241004T1705Z_172.160.1.1_1a2b.log.gz';
  const validity = 'NotBefore=2023-09-21T22:43:21Z;NotAfter=2026-06-17T22:43:21Z';
  const line = `${CONNECTION} "CN=a "b" c,O=d" ${validity} FEF257372D5C14D4 Failed:ClientCertUntrusted TID_1 later`;
  const { aws, client, source, event } = read(line, { name });
  assert.equal(aws.elb.name, 'app/shop/50dc6c495c0c9188');
  assert.equal(aws.elb.leaf_client_cert_subject, 'CN=a "b" c,O=d');
  assert.equal(aws.elb.leaf_client_cert_not_after, '2026-06-17T22:43:21Z');
  assert.equal(aws.elb.tls_verify_status, 'Failed');
  assert.equal(aws.elb.tls_error_code, 'ClientCertUntrusted');
  assert.equal(aws.elb.conn_trace_id, 'TID_1');
  assert.deepEqual(aws.elb.extra, ['later']);
  assert.deepEqual(client, { address: '2001:db8::9', ip: '2001:db8::9', port: 36280 });
  assert.deepEqual(source, { address: '2001:db8::9', ip: '2001:db8::9', port: 36280 });
  assert.equal(event.outcome, 'failure');
});

test('layouts may alternate in one content, and pieces of it may end anywhere', () => {
  const lines = [alb(), `${CLASSIC} "-" - -`, `${CONNECTION} "-" - - -`, alb(), 'tls 2.0'];
  const content = `${lines.join('\n')}\n`;
  const whole = decodeLog(elb, content);
  assert.deepEqual(whole.deadLetters, ['line 5: has 2 fields, and lines of its kind have 12 or more']);
  assert.deepEqual(
    whole.documents.map(({ body }) => (body.aws as { elb: { protocol: string } }).elb.protocol),
    ['http', 'http', 'tcp', 'http'],
  );
  assert.deepEqual(decodeLog(elb, content, { pieceBytes: 7 }).documents, whole.documents);
});

test('what does not fit is a dead letter with its field', () => {
  const lines = [
    alb({ 1: 'today' }),
    alb({ 6: 'slow' }),
    alb({ 21: 'later' }),
    alb({ 10: '1e3' }),
    alb().slice(0, alb().indexOf('url/')),
  ];
  assert.deepEqual(decodeLog(elb, lines.join('\n')).deadLetters, [
    'line 1: has a field time that is no time',
    'line 2: has a field target_processing_time that is no number',
    'line 3: has a field request_creation_time that is no time',
    'line 4: has a field received_bytes that is no number',
    'line 5: has no end of user_agent',
  ]);
});

test('the service behind the target group is named, and account and region come from it where the object has none', () => {
  const names = { ofTargetGroup: (arn: string) => (arn.includes('/shop/') ? { service: 'shop "web"' } : undefined) };
  const object = { names, account: undefined, region: undefined };
  const { service, cloud } = read(alb(), object);
  assert.deepEqual(service, { name: 'shop "web"' });
  assert.equal(cloud.account.id, '123456789012');
  assert.equal(cloud.region, 'us-east-2');
  assert.equal(read(alb()).service, undefined);
});

test('keys of all load balancers are recognised', () => {
  const folder = 's3://logs/prefix/AWSLogs/123456789012/elasticloadbalancing/us-east-2/2022/01/24/';
  for (const file of ['_us-east-2_app.shop.1_', '_us-east-2_net.edge.1_', '_us-east-2_classic_']) {
    const key = `${folder}123456789012_elasticloadbalancing${file}20220124T2030Z_1.2.3.4_1.log.gz`;
    assert.equal(elb.recognizeKey(key)?.account, '123456789012');
    assert.equal(elb.recognizeKey(key)?.region, 'us-east-2');
  }
  assert.ok(
    elb.recognizeKey(`${folder}conn_log.123456789012_elasticloadbalancing_us-east-2_app.shop.1_20220124T2030Z_1.2.3.4_1.log.gz`),
  );
  assert.ok(
    elb.recognizeKey(`${folder}conn_log_123456789012_elasticloadbalancing_us-east-2_app.shop.1_20220124T2030Z_1.2.3.4_1.log.gz`),
  );
  assert.equal(
    elb.recognizeKey(`${folder}health_check_log.123456789012_elasticloadbalancing_us-east-2_app.shop.1_1.log.gz`),
    undefined,
  );
  assert.equal(elb.recognizeKey('s3://logs/AWSLogs/123456789012/vpcflowlogs/us-east-2/2022/01/24/x.log.gz'), undefined);
});
