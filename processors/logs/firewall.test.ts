import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../core/json.ts';
import { decodeLog, valuesOf } from '../../tests/support/decode-log.ts';
import { firewall } from './firewall.ts';

const record = (event: JsonObject | null, members: JsonObject = {}): JsonObject => ({
  firewall_name: 'egress',
  availability_zone: 'eu-west-1b',
  event_timestamp: '1795262400',
  event: event && {
    timestamp: '2026-11-21T12:00:00.123456+0000',
    flow_id: 9_007_199_254_740_991,
    src_ip: '10.0.0.5',
    src_port: 40_000,
    dest_ip: '203.0.113.7',
    dest_port: 443,
    proto: 'TCP',
    ...event,
  },
  ...members,
});

function documentOf(event: JsonObject, members: JsonObject = {}) {
  const { documents, deadLetters } = decodeLog(firewall, JSON.stringify(record(event, members)));
  assert.deepEqual(deadLetters, []);
  return valuesOf(documents[0]);
}

test('a flow has its packets, its times and its flags, which are hexadecimal', () => {
  const at = documentOf({
    event_type: 'netflow',
    netflow: {
      pkts: 12,
      bytes: 3400,
      start: '2026-11-21T11:59:00.000001+0000',
      end: 'never',
      age: 60,
      min_ttl: 63,
      max_ttl: 64,
      tx_cnt: 1,
    },
    tcp: { tcp_flags: '1a', syn: true, psh: true, ack: true },
  });
  assert.equal(at('@timestamp'), '2026-11-21T12:00:00.123Z');
  assert.deepEqual(at('aws.firewall'), {
    flow: {
      id: '9007199254740991',
      age: 60,
      bytes: 3400,
      pkts: 12,
      start: '2026-11-21T11:59:00.000001+0000',
      min_ttl: 63,
      max_ttl: 64,
      tx_cnt: 1,
    },
    tcp_flags: '1a',
    tcp_flags_array: ['syn', 'psh', 'ack'],
  });
  assert.deepEqual([at('event.kind'), at('event.type')], ['event', ['connection']]);
  assert.deepEqual(at('network'), { transport: 'tcp', protocol: 'unknown', type: 'ipv4', bytes: 3400, packets: 12 });
});

test('an alert has its rule, and its request as a proxy sees it', () => {
  const at = documentOf({
    event_type: 'alert',
    app_proto: 'http',
    alert: { action: 'allowed', signature_id: 7, rev: 2, signature: 'proxy', category: 'Policy', severity: 2 },
    http: {
      hostname: 'files.example.com',
      url: 'http://files.example.com:8080/a/b.tar.gz?x=1',
      http_method: 'GET',
      protocol: 'HTTP/1.0',
      status: 302,
      http_user_agent: 'curl/8.5.0',
    },
  });
  assert.deepEqual(
    [at('event.kind'), at('event.type'), at('event.action'), at('event.severity')],
    ['alert', ['connection', 'allowed'], 'allowed', 2],
  );
  assert.deepEqual(at('rule'), { category: 'Policy', id: '7', name: 'proxy', version: '2' });
  assert.equal(at('message'), 'Policy');
  assert.deepEqual(at('url'), {
    original: 'http://files.example.com:8080/a/b.tar.gz?x=1',
    scheme: 'http',
    domain: 'files.example.com',
    port: 8080,
    path: '/a/b.tar.gz',
    query: 'x=1',
    extension: 'gz',
  });
  assert.deepEqual(at('related'), { ip: ['10.0.0.5', '203.0.113.7'], hosts: ['files.example.com'] });
  assert.deepEqual(at('http'), { request: { method: 'GET' }, response: { status_code: 302 }, version: '1.0' });
  assert.equal(at('destination.domain'), 'files.example.com');
});

test('a TLS handshake has its server name and its certificate', () => {
  const at = documentOf({
    event_type: 'alert',
    app_proto: 'tls',
    alert: { action: 'blocked', signature_id: 8, rev: 0, signature: 'tls', category: '', severity: 1 },
    tls: {
      subject: 'CN=api.example.com',
      issuerdn: 'CN=Issuer',
      serial: '0A:1B',
      fingerprint: 'ab:cd',
      sni: 'api.example.com',
      version: 'TLS 1.3',
      notbefore: '2026-01-01T00:00:00',
      notafter: '2027-01-01T00:00:00',
      ja3: { hash: 'client' },
      ja3s: { hash: 'server' },
    },
  });
  assert.deepEqual(at('tls'), {
    client: { server_name: 'api.example.com', ja3: 'client' },
    server: {
      ja3s: 'server',
      subject: 'CN=api.example.com',
      issuer: 'CN=Issuer',
      hash: { sha1: 'ABCD' },
      x509: { serial_number: '0A1B', not_before: '2026-01-01T00:00:00.000Z', not_after: '2027-01-01T00:00:00.000Z' },
    },
    version: '1.3',
    version_protocol: 'tls',
  });
  assert.equal(at('destination.domain'), 'api.example.com');
});

test('errors of TLS inspection have no type, and ports as text', () => {
  const error = documentOf({
    timestamp: '2026-11-21T12:00:00.412778Z',
    src_port: '59844',
    sni: '-',
    tls_error: { error_message: 'Server name is not found in client hello. ' },
  });
  assert.deepEqual([error('event.kind'), error('source.port'), error('tls')], ['event', 59_844, undefined]);
  assert.equal(error('message'), 'Server name is not found in client hello.');
  assert.equal(error('aws.firewall.tls_error'), 'Server name is not found in client hello.');
  const revoked = documentOf({
    sni: 'old.example.com',
    tls_inspected: true,
    revocation_check: { leaf_cert_fpr: '1234', status: 'REVOKED', action: 'DROP' },
  });
  assert.deepEqual(revoked('aws.firewall.revocation_check'), { status: 'REVOKED', action: 'DROP', leaf_cert_fpr: '1234' });
  assert.deepEqual(revoked('event.type'), ['connection', 'denied']);
  assert.equal(revoked('aws.firewall.tls_inspected'), true);
});

test('the zone gives the region, and an event without time has that of its record', () => {
  const at = documentOf({ timestamp: null, src_ip: 'nowhere' }, { availability_zone: 'us-west-2-lax-1a' });
  assert.deepEqual(at('cloud'), {
    provider: 'aws',
    availability_zone: 'us-west-2-lax-1a',
    region: 'us-west-2',
    account: { id: '111122223333', name: 'prod' },
  });
  assert.equal(at('@timestamp'), '2026-11-21T12:00:00.000Z');
  assert.deepEqual(at('source'), { address: 'nowhere', port: 40_000 });
});

test('lines that do not fit are dead letters', () => {
  const lines = [
    record({}, { firewall_name: '' }),
    record(null),
    record({ timestamp: 'x' }, { event_timestamp: 'x' }),
    record({ event_type: 'netflow' }),
  ];
  const { documents, deadLetters } = decodeLog(firewall, lines.map((line) => JSON.stringify(line)).join('\n'));
  assert.equal(documents.length, 1);
  assert.deepEqual(deadLetters, ['line 1: has no firewall_name', 'line 2: has no event', 'line 3: has no timestamp']);
});

test('objects are recognised by their names and by their first line', () => {
  for (const type of ['alert', 'flow', 'tls']) {
    const key = `s3://x/pre/AWSLogs/111122223333/network-firewall/${type}/us-gov-west-1/egress/2026/11/21/12/1.log.gz`;
    assert.deepEqual(firewall.recognizeKey(key), { account: '111122223333', region: 'us-gov-west-1' });
  }
  assert.equal(firewall.recognizeKey('s3://x/AWSLogs/111122223333/WAFLogs/eu-west-1/a'), undefined);
  assert.equal(firewall.recognizeLine?.(JSON.stringify(record({}))), true);
  assert.equal(firewall.recognizeMessage?.({ group: '/firewall' }, JSON.stringify(record({}))), true);
});
