import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../core/json.ts';
import { decodeLog, valuesOf } from '../../tests/support/decode-log.ts';
import { route53Resolver } from './route53-resolver.ts';

const query = (members: JsonObject = {}): JsonObject => ({
  version: '1.100000',
  account_id: '111122223333',
  region: 'eu-west-1',
  vpc_id: 'vpc-1',
  query_timestamp: '2026-11-21T12:00:00Z',
  query_name: 'db.example.com.',
  query_type: 'A',
  query_class: 'IN',
  rcode: 'NOERROR',
  answers: [],
  srcaddr: '10.0.0.5',
  srcport: '5353',
  transport: 'UDP',
  srcids: {},
  ...members,
});

function documentOf(members: JsonObject = {}, object = {}) {
  const { documents, deadLetters } = decodeLog(route53Resolver, JSON.stringify(query(members)), object);
  assert.deepEqual(deadLetters, []);
  return valuesOf(documents[0]);
}

test('answers have their data, and addresses and names are found by related fields', () => {
  const at = documentOf({
    transport: 'TCP',
    answers: [
      { Rdata: 'real.example.com.', Type: 'CNAME', Class: 'IN' },
      { Rdata: '10.0.0.9', Type: 'A', Class: 'IN' },
      { Rdata: '10.0.0.9', Type: 'A', Class: 'IN' },
      { Rdata: 'no address', Type: 'AAAA', Class: 'IN' },
      { Rdata: '"v=spf1 -all"', Type: 'TXT', Class: 'IN' },
    ],
  });
  assert.deepEqual(at('dns'), {
    question: { name: 'db.example.com', type: 'A', class: 'IN' },
    response_code: 'NOERROR',
    answers: [
      { class: 'IN', data: 'real.example.com', name: 'real.example.com', type: 'CNAME' },
      { class: 'IN', data: '10.0.0.9', type: 'A' },
      { class: 'IN', data: '10.0.0.9', type: 'A' },
      { class: 'IN', data: 'no address', type: 'AAAA' },
      { class: 'IN', data: '"v=spf1 -all"', type: 'TXT' },
    ],
    resolved_ip: ['10.0.0.9'],
  });
  assert.deepEqual(at('related'), { ip: ['10.0.0.9', '10.0.0.5'], hosts: ['real.example.com', 'db.example.com'] });
  assert.equal(at('event.outcome'), 'success');
  assert.deepEqual([at('network.transport'), at('network.iana_number')], ['tcp', '6']);
});

test('a reverse query names the address that it is about', () => {
  const ipv4 = documentOf({ query_type: 'PTR', query_name: '8.2.0.192.in-addr.arpa.' });
  assert.deepEqual(ipv4('related'), { ip: ['10.0.0.5', '192.0.2.8'] });
  const nibbles = '1000000000000000'.split('').join('.');
  const ipv6 = documentOf({ query_type: 'PTR', query_name: `${nibbles}.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.` });
  assert.deepEqual(ipv6('related.ip'), ['10.0.0.5', '2001:0db8:0000:0000:0000:0000:0000:0001']);
  const odd = documentOf({ query_type: 'PTR', query_name: '999.2.0.192.in-addr.arpa.' });
  assert.deepEqual(odd('related.ip'), ['10.0.0.5']);
});

test('the instance comes from the record, else from the inventory by its address', () => {
  const names = {
    ofAddress: (account: string | undefined, ip: string) =>
      account === '111122223333' && ip === '10.0.0.5' ? { instanceId: 'i-5', instanceName: 'web', service: 'shop' } : undefined,
  };
  const known = documentOf({}, { names });
  assert.deepEqual([known('cloud.instance'), known('service')], [{ id: 'i-5', name: 'web' }, { name: 'shop' }]);
  const named = documentOf({ srcids: { instance: 'i-9', resolver_endpoint: 'rslvr-in-1' } }, { names });
  assert.deepEqual(named('cloud.instance'), { id: 'i-9' });
  assert.equal(named('aws.instance_id'), 'i-9');
  assert.equal(named('aws.route53.resolver_endpoint.id'), 'rslvr-in-1');
  assert.equal(documentOf()('cloud.instance'), undefined);
});

test('DNS Firewall, a failure, IPv6, the root and values that are absent', () => {
  const at = documentOf({
    query_name: '.',
    query_type: 'NS',
    rcode: 'SERVFAIL',
    srcaddr: '2001:db8::5',
    srcport: '99999',
    region: '-',
    firewall_rule_action: 'ALERT',
    firewall_rule_group_id: 'rslvr-frg-1',
    firewall_domain_list_id: 'rslvr-fdl-1',
  });
  assert.deepEqual(at('aws.route53.firewall'), {
    action: 'ALERT',
    domain_list: { id: 'rslvr-fdl-1' },
    rule_group: { id: 'rslvr-frg-1' },
  });
  assert.equal(at('dns.question.name'), '.');
  assert.equal(at('event.outcome'), 'failure');
  assert.equal(at('network.type'), 'ipv6');
  assert.deepEqual(at('source'), { address: '2001:db8::5', ip: '2001:db8::5' });
});

test('lines that do not fit are dead letters', () => {
  const lines = [{ query_timestamp: '2026-02-30T00:00:00Z' }, { query_name: '' }, {}].map((members) =>
    JSON.stringify(query(members)),
  );
  const { documents, deadLetters } = decodeLog(route53Resolver, ['{', ...lines].join('\n'));
  assert.equal(documents.length, 1);
  assert.deepEqual(deadLetters, ['line 1: is no JSON', 'line 2: has no query_timestamp', 'line 3: has no query_name']);
});

test('objects are recognised by their names and by their first line', () => {
  const key =
    's3://x/AWSLogs/111122223333/vpcdnsquerylogs/vpc-1/2026/11/21/vpc-1_vpcdnsquerylogs_111122223333_20261121T1200Z_a.log.gz';
  assert.deepEqual(route53Resolver.recognizeKey(key), { account: '111122223333' });
  assert.equal(route53Resolver.recognizeKey('s3://x/AWSLogs/111122223333/WAFLogs/eu-west-1/a'), undefined);
  assert.equal(route53Resolver.recognizeLine?.(JSON.stringify(query())), true);
  assert.equal(route53Resolver.recognizeMessage?.({ group: '/dns' }, JSON.stringify(query())), true);
  assert.equal(route53Resolver.recognizeLine?.('{"webaclId":"x"}'), false);
});
