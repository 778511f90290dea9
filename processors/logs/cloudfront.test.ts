import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeLog } from '../../tests/support/decode-log.ts';
import { cloudfront } from './cloudfront.ts';

const FIELDS: Readonly<Record<string, string>> = {
  date: '2019-12-04',
  time: '21:02:31',
  'x-edge-location': 'LAX1',
  'sc-bytes': '392',
  'c-ip': '192.0.2.24',
  'cs-method': 'GET',
  'cs(Host)': 'd111111abcdef8.cloudfront.net',
  'cs-uri-stem': '/a%20b/index.html',
  'sc-status': '200',
  'cs(Referer)': '-',
  'cs(User-Agent)': 'Mozilla/5.0%20(X11;%20Linux)%20%22q%22',
  'cs-uri-query': 'q=a%2520b',
  'cs(Cookie)': 'a=b',
  'x-edge-result-type': 'Hit',
  'x-edge-request-id': 'SOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==',
  'x-host-header': 'www.example.com',
  'cs-protocol': 'https',
  'cs-bytes': '23',
  'time-taken': '0.107',
  'x-forwarded-for': '-',
  'ssl-protocol': 'TLSv1.3',
  'ssl-cipher': 'TLS_AES_128_GCM_SHA256',
  'x-edge-response-result-type': 'Hit',
  'cs-protocol-version': 'HTTP/2.0',
  'fle-status': 'Processed',
  'fle-encrypted-fields': '4',
  'c-port': '11040',
  'time-to-first-byte': '0.001',
  'x-edge-detailed-result-type': 'Hit',
  'sc-content-type': 'text/html',
  'sc-content-len': '78',
  'sc-range-start': '0',
  'sc-range-end': '77',
};

const content = (fields: Readonly<Record<string, string>>): string =>
  `#Version: 1.0\n#Fields: ${Object.keys(fields).join(' ')}\n${Object.values(fields).join('\t')}\n`;

// biome-ignore lint/suspicious/noExplicitAny: The tests look at single fields of documents.
function read(fields: Readonly<Record<string, string>> = {}): any {
  const { documents, deadLetters } = decodeLog(cloudfront, content({ ...FIELDS, ...fields }));
  assert.deepEqual(deadLetters, []);
  assert.equal(documents.length, 1);
  return documents[0]?.body;
}

test('a request with all fields', () => {
  const body = read();
  assert.equal(body['@timestamp'], '2019-12-04T21:02:31Z');
  assert.deepEqual(body.url, {
    full: 'https://www.example.com/a%20b/index.html?q=a%2520b',
    scheme: 'https',
    domain: 'www.example.com',
    path: '/a b/index.html',
    query: 'q=a%20b',
    extension: 'html',
  });
  assert.equal(body.user_agent.original, 'Mozilla/5.0 (X11; Linux) "q"');
  assert.equal(body.event.duration, 107_000_000);
  assert.equal(body.http.version, '2.0');
  assert.equal(body.http.request.method, 'GET');
  assert.deepEqual(body.related, { ip: ['192.0.2.24'], hosts: ['www.example.com', 'd111111abcdef8.cloudfront.net'] });
  assert.equal(body.aws.cloudfront.cookies, 'a=b');
  assert.equal(body.aws.cloudfront.range_end, 77);
  assert.equal(body.aws.cloudfront.other, undefined);
});

test('the header names the fields, in any order and number, and fields that AWS added later are kept', () => {
  const reversed = Object.fromEntries(Object.entries(FIELDS).reverse());
  const whole = read();
  const { documents } = decodeLog(cloudfront, content(reversed));
  assert.deepEqual(documents[0]?.body, { ...whole, log: documents[0]?.body.log });
  const few = decodeLog(cloudfront, content({ 'c-ip': '192.0.2.1', time: '21:02:31', date: '2019-12-04' }));
  assert.deepEqual(few.deadLetters, []);
  assert.deepEqual(few.documents[0]?.body.source, { address: '192.0.2.1', ip: '192.0.2.1' });
  assert.deepEqual(read({ 'cs(Accept)': '*/*', 'c-country': 'IE', asn: '-' }).aws.cloudfront.other, {
    cs_accept: '*/*',
    c_country: 'IE',
  });
  const beyond = `${content(FIELDS).trimEnd()}\tnew1\t\tnew 2\n`;
  const extras = decodeLog(cloudfront, beyond).documents.map(
    ({ body }) => (body.aws as { cloudfront: { extra: unknown } }).cloudfront.extra,
  );
  assert.deepEqual(extras, [['new1', 'new 2']]);
});

test('a client that closed the connection, an address of version 6 and forwarded addresses', () => {
  const closed = read({ 'sc-status': '000' });
  assert.equal(closed.http.response.status_code, 0);
  assert.equal(closed.event.outcome, 'failure');
  const forwarded = read({ 'c-ip': '2001:db8::1', 'x-forwarded-for': '192.0.2.7,%20[2001:db8::2],unknown,2001:db8::1' });
  assert.equal(forwarded.network.type, 'ipv6');
  assert.deepEqual(forwarded.network.forwarded_ip, ['192.0.2.7', '2001:db8::2', '2001:db8::1']);
  assert.deepEqual(forwarded.related.ip, ['192.0.2.7', '2001:db8::2', '2001:db8::1']);
  const broken = read({ 'c-ip': 'nowhere' });
  assert.deepEqual(broken.source, { address: 'nowhere', port: 11040 });
  assert.equal(broken.related.ip, undefined);
});

test('what does not fit is a dead letter with its field', () => {
  const unfit = { date: '2019-13-04', 'sc-status': 'OK', 'sc-bytes': 'many' };
  const reasons = Object.entries(unfit).map(
    ([name, value]) => decodeLog(cloudfront, content({ ...FIELDS, [name]: value })).deadLetters[0],
  );
  assert.deepEqual(reasons, [
    'line 3: has fields date and time that are no time',
    'line 3: has a field sc-status that is no status',
    'line 3: has a field sc-bytes that is no number',
  ]);
  const cut = `${content(FIELDS).trimEnd()}\n2019-12-04\t21:02:31\tLAX1\n`;
  assert.deepEqual(decodeLog(cloudfront, cut).deadLetters, ['line 4: has 3 fields, and lines of its kind have 12 or more']);
});

test('keys are recognised', () => {
  assert.ok(cloudfront.recognizeKey('s3://logs/prefix/EMLARXS9EXAMPLE.2019-11-14-20.0a1b2c3d.gz'));
  assert.ok(cloudfront.recognizeKey('s3://logs/EMLARXS9EXAMPLE.2019-11-14-20.RT4KCN4SGK9.gz'));
  assert.equal(cloudfront.recognizeKey('s3://logs/app.2019-11-14-20.0a1b2c3d.gz'), undefined);
});
