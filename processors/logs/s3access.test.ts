import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeLog } from '../../tests/support/decode-log.ts';
import { s3access } from './s3access.ts';

const OWNER = '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be';
const FIELDS: Readonly<Record<string, string>> = {
  owner: OWNER,
  bucket: 'amzn-s3-demo-bucket1',
  time: '[06/Feb/2019:00:00:38 +0000]',
  ip: '192.0.2.3',
  requester: 'arn:aws:iam::123456789012:user/anna',
  id: '3E57427F3EXAMPLE',
  operation: 'REST.GET.OBJECT',
  key: 'photos/2019/08/puppy%2520one+two.jpg',
  request: '"GET /amzn-s3-demo-bucket1/photos/2019/08/puppy%20one+two.jpg?x-foo=b%2Fr HTTP/1.1"',
  status: '200',
  error: '-',
  bytes: '113',
  size: '4406583',
  total: '41',
  turnAround: '28',
  referrer: '"-"',
  agent: '"S3Console/0.4"',
  version: '-',
  host: 's9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234=',
  signature: 'SigV4',
  cipher: 'ECDHE-RSA-AES128-GCM-SHA256',
  authentication: 'AuthHeader',
  endpoint: 'amzn-s3-demo-bucket1.s3.us-west-1.amazonaws.com',
  tls: 'TLSV1.2',
  accessPoint: 'arn:aws:s3:us-west-1:123456789012:accesspoint/example-AP',
  acl: 'Yes',
  sourceRegion: 'us-east-1',
};

const line = (fields: Readonly<Record<string, string>> = {}): string => Object.values({ ...FIELDS, ...fields }).join(' ');

// biome-ignore lint/suspicious/noExplicitAny: The tests look at single fields of documents.
function read(text: string, object: Parameters<typeof decodeLog>[2] = {}): any {
  const { documents, deadLetters } = decodeLog(s3access, `${text}\n`, object);
  assert.deepEqual(deadLetters, []);
  return documents[0]?.body;
}

test('a request with all fields', () => {
  const body = read(line());
  assert.equal(body['@timestamp'], '2019-02-06T00:00:38.000Z');
  assert.equal(body.aws.s3access.key, 'photos/2019/08/puppy%2520one+two.jpg');
  assert.equal(body.aws.s3access.point_arn, 'arn:aws:s3:us-west-1:123456789012:accesspoint/example-AP');
  assert.equal(body.aws.s3access.aclrequired, 'Yes');
  assert.equal(body.aws.s3access.source_region, 'us-east-1');
  assert.equal(body.aws.s3access.time, undefined);
  assert.equal(body.cloud.region, 'us-west-1');
  assert.equal(body.event.duration, 41_000_000);
  assert.deepEqual(body.url, {
    original: '/amzn-s3-demo-bucket1/photos/2019/08/puppy%20one+two.jpg?x-foo=b%2Fr',
    path: '/amzn-s3-demo-bucket1/photos/2019/08/puppy one+two.jpg',
    query: 'x-foo=b/r',
    extension: 'jpg',
  });
  assert.deepEqual([body.aws.s3access.weekday, body.aws.s3access.hour], [3, 0], 'a Wednesday, in the first hour');
  assert.deepEqual(body.related, { ip: ['192.0.2.3'], entity: ['amzn-s3-demo-bucket1'], user: [OWNER] });
});

test('fields at the end that are missing or empty are absent, and those that AWS adds later are kept', () => {
  const oldest = read(Object.values(FIELDS).slice(0, 19).join(' '));
  assert.equal(oldest.aws.s3access.host_id, FIELDS.host);
  assert.equal(oldest.aws.s3access.signature_version, undefined);
  const empty = read(
    line({ accessPoint: '-', acl: '-', sourceRegion: '-', requester: '-', ip: '-', later: 'new', last: '"more to come"' }),
  );
  assert.deepEqual(empty.aws.s3access.extra, ['new', 'more to come']);
  assert.equal(empty.client, undefined);
  assert.equal(empty.aws.s3access.point_arn, undefined);
});

test('times have any offset, and a time that is none is a dead letter', () => {
  assert.equal(read(line({ time: '[06/Feb/2019:00:00:38 +0530]' }))['@timestamp'], '2019-02-05T18:30:38.000Z');
  assert.equal(read(line({ time: '[28/Feb/2020:20:00:00 -0800]' }))['@timestamp'], '2020-02-29T04:00:00.000Z');
  const times = ['[06/Foo/2019:00:00:38 +0000]', '-', '[06/Feb/2019:00:00:38]'];
  const { deadLetters } = decodeLog(s3access, times.map((time) => line({ time })).join('\n'));
  assert.deepEqual(
    deadLetters,
    times.map((_, index) => `line ${index + 1}: has a field time that is no time`),
  );
});

test('an error code or a status of an error is a failure, and a request without a status is none', () => {
  assert.equal(read(line({ status: '403', error: 'AccessDenied' })).event.code, 'AccessDenied');
  assert.equal(read(line({ status: '403', error: 'AccessDenied' })).event.outcome, 'failure');
  assert.equal(read(line({ status: '404' })).event.outcome, 'failure');
  const expired = read(line({ operation: 'S3.EXPIRE.OBJECT', request: '-', status: '-', total: '-', referrer: '-', agent: '-' }));
  assert.equal(expired.event.outcome, 'success');
  assert.equal(expired.http.response.status_code, undefined);
  assert.equal(expired.user_agent, undefined);
  assert.equal(read(line({ total: '0' })).event.duration, 0);
});

test('quotes and blanks inside of quotes, and an address that is none', () => {
  const agents = ['a "b" c', 'ends with \\', '"x" - y', 'Mozilla \\x22q\\x22 (X11; Linux)'];
  for (const agent of agents) {
    const body = read(line({ agent: `"${agent}"`, referrer: '"https://example.com/a b"' }));
    assert.equal(body.user_agent.original, agent);
    assert.equal(body.http.request.referrer, 'https://example.com/a b');
    assert.equal(body.aws.s3access.signature_version, 'SigV4');
  }
  assert.equal(read(line({ request: '"GET /b/a"b c" d HTTP/1.1"' })).url.original, '/b/a"b c" d');
  const unsure = line({ agent: '"a "b" c"', signature: '?' });
  assert.deepEqual(decodeLog(s3access, unsure).deadLetters, ['line 1: has a field user_agent with quotes that are not escaped']);
  const { client, aws, related } = read(line({ ip: 'unknown' }));
  assert.equal(client.address, 'unknown');
  assert.equal(client.ip, undefined);
  assert.equal(aws.s3access.remote_ip, undefined);
  assert.equal(related.ip, undefined);
  assert.equal(read(line({ ip: '2001:db8::1' })).client.ip, '2001:db8::1');
});

test('the region of each form of endpoint', () => {
  const endpoints: Readonly<Record<string, string>> = {
    's3.eu-west-1.amazonaws.com': 'eu-west-1',
    's3-eu-west-1.amazonaws.com': 'eu-west-1',
    'b.s3.dualstack.ap-southeast-2.amazonaws.com': 'ap-southeast-2',
    'b.s3-fips.us-gov-west-1.amazonaws.com': 'us-gov-west-1',
    'b.s3.cn-north-1.amazonaws.com.cn': 'cn-north-1',
  };
  for (const [endpoint, region] of Object.entries(endpoints)) assert.equal(read(line({ endpoint })).cloud.region, region);
  assert.equal(read(line({ endpoint: 'b.s3.amazonaws.com' })).cloud.region, 'eu-west-1', 'the region of the object');
});

test('the inventory names the user behind a requester', () => {
  const names = { ofRequester: (id: string) => (id.endsWith('user/anna') ? { name: 'anna' } : undefined) };
  const named = read(line(), { names });
  assert.deepEqual(named.user, { name: 'anna' });
  assert.deepEqual(named.related.user, [OWNER, 'anna']);
  assert.equal(read(line({ requester: OWNER }), { names }).user, undefined);
  assert.equal(read(line()).user, undefined);
});

test('keys of both formats are recognised', () => {
  const file = '2023-12-20-15-05-11-0A1B2C3D4E5F6789';
  assert.deepEqual(s3access.recognizeKey(`s3://logs/access2${file}`), { account: undefined, region: undefined });
  assert.deepEqual(s3access.recognizeKey(`s3://logs/prefix123456789012/us-west-2/bucket/2023/12/20/${file}`), {
    account: '123456789012',
    region: 'us-west-2',
  });
  assert.equal(s3access.recognizeKey(`s3://logs/${file}.gz`), undefined);
});
