import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../core/json.ts';
import type { MonitoredHost } from '../core/monitored-host.ts';
import { seeded } from '../tests/support/seeded.ts';
import { hostIndex, matchMonitoredHost } from './match-monitored-hosts.ts';

const host = (name: string, more: Partial<MonitoredHost> = {}): MonitoredHost => ({ name, groups: [], source: 'op5', ...more });
const match = (instance: JsonObject, ...hosts: MonitoredHost[]) => matchMonitoredHost(instance, hostIndex(hosts));
const found = (instance: JsonObject, ...hosts: MonitoredHost[]) => {
  const fields = match(instance, ...hosts);
  return fields['resource.monitored'] === true
    ? `${fields['resource.monitor.name']} by ${fields['resource.monitor.matched_by']}`
    : fields['resource.monitored'];
};

const instance: JsonObject = {
  InstanceId: 'i-0a1b2c3d4e5f60718',
  PrivateIpAddress: '10.0.0.1',
  PublicIpAddress: '203.0.113.1',
  PrivateDnsName: 'ip-10-0-0-1.eu-west-1.compute.internal',
  PublicDnsName: '',
  NetworkInterfaces: [
    {
      PrivateIpAddress: '10.0.0.1',
      Association: { PublicIp: '203.0.113.1', PublicDnsName: 'ec2-203-0-113-1.compute.amazonaws.com' },
      Ipv6Addresses: [{ Ipv6Address: '2001:db8:0:0::1' }],
      PrivateIpAddresses: [
        { PrivateIpAddress: '10.0.0.2', PrivateDnsName: 'Two.Example.com', Association: { PublicIp: '203.0.113.2' } },
      ],
    },
  ],
  Tags: [
    { Key: 'name', Value: 'not-this' },
    { Key: 'Name', Value: 'Web-1' },
  ],
};

test('a match has all details of the host, null for those that its source does not know', () => {
  const details = { address: '10.0.0.1', state: 'down', groups: ['a', 'b'], source: 'op5.example.com' };
  assert.deepEqual(match(instance, host('web', details)), {
    'resource.monitored': true,
    'resource.monitor.name': 'web',
    'resource.monitor.address': '10.0.0.1',
    'resource.monitor.state': 'down',
    'resource.monitor.groups': ['a', 'b'],
    'resource.monitor.matched_by': 'address',
    'resource.monitor.source': 'op5.example.com',
  });
  assert.equal(match(instance, host('web-1'))['resource.monitor.state'], null);
  assert.deepEqual(match(instance, host('web-2', { address: '10.0.0.9' })), { 'resource.monitored': false });
  assert.deepEqual(match({}, host('')), { 'resource.monitored': false });
});

test('an instance is matched by its id, every address, every DNS name and its Name tag', () => {
  const id = 'i-0a1b2c3d4e5f60718';
  const cases: readonly [MonitoredHost, string | false][] = [
    [host('x', { instanceId: id.toUpperCase() }), 'instance-id'],
    [host(id), 'instance-id'],
    [host('x', { alias: id }), 'instance-id'],
    ...['10.0.0.1', '10.0.0.2', '203.0.113.1', '203.0.113.2', '2001:DB8::1'].flatMap((address): [MonitoredHost, string][] => [
      [host('x', { address }), 'address'],
      [host(address), 'address'],
    ]),
    [host('two.example.COM.'), 'dns-name'],
    [host('x', { address: 'EC2-203-0-113-1.compute.amazonaws.com' }), 'dns-name'],
    [host('ip-10-0-0-1'), 'dns-name'],
    [host('TWO'), 'dns-name'],
    [host('WEB-1'), 'name'],
    [host('x', { alias: 'web-1' }), 'name'],
    [host('x', { address: 'web-1' }), 'name'],
    [host('not-this'), false],
    [host('web'), false],
    [host('10.0.0.10'), false],
    [host('i-0a1b2c3d'), false],
    [host('two.example'), false],
    [host('compute'), false],
  ];
  for (const [each, by] of cases) assert.equal(found(instance, each), by && `${each.name} by ${by}`, JSON.stringify(each));
});

test('an id wins over an address, that over a DNS name, and that over a name, whatever the order of the hosts', () => {
  const hosts = [
    host('a', { instanceId: 'i-0a1b2c3d4e5f60718' }),
    host('b', { address: '203.0.113.2' }),
    host('two.example.com'),
    host('ip-10-0-0-1'),
    host('Web-1'),
  ];
  const expected = [
    'a by instance-id',
    'b by address',
    'two.example.com by dns-name',
    'ip-10-0-0-1 by dns-name',
    'Web-1 by name',
  ];
  for (const [index, by] of expected.entries()) {
    assert.equal(found(instance, ...hosts.slice(index)), by);
    assert.equal(found(instance, ...hosts.slice(index).reverse()), by);
  }
});

test('a short name that two hosts share matches neither; the same host in two sources counts as one', () => {
  assert.equal(found(instance, host('two'), host('two.elsewhere.org')), false);
  assert.equal(found(instance, host('two'), host('x', { address: 'two.elsewhere.org' })), false);
  assert.equal(found(instance, host('two', { address: 'two.elsewhere.org' })), 'two by dns-name');
  assert.equal(found(instance, host('two'), host('Two', { source: 'list' })), 'two by dns-name');
});

test('of several hosts with one address, the one with the name of the instance matches, else the first by source, then by name', () => {
  const at = (name: string, source = 'op5') => host(name, { address: '10.0.0.1', source });
  assert.equal(found(instance, at('a'), at('web-1'), at('b')), 'web-1 by address');
  assert.equal(found(instance, at('b'), at('c'), at('a')), 'a by address');
  assert.equal(found(instance, at('b', 'op5'), at('a', 'list')), 'b by address');
});

test('over random hosts, a match has the value that it was found by, and the order within a source does not change it', () => {
  const below = seeded(7);
  const pick = <Value>(values: readonly Value[]) => values[below(values.length)] as Value;
  const labels = ['web', 'db', 'app', 'ip-10-0-0-1', 'Mail'];
  const dns = () => `${pick(labels)}.${pick(['example.com', 'internal'])}`;
  const id = () => `i-0000000${below(6)}`;
  const address = () => `10.0.0.${below(8)}`;
  const shuffled = <Value>(values: readonly Value[]) =>
    values.map((value) => ({ value, at: below(1e6) })).sort((a, b) => a.at - b.at);
  let matched = 0;
  for (let round = 0; round < 2_000; round++) {
    const hosts = Array.from({ length: below(6) }, (_, index) => ({
      ...host(pick([`${pick(labels)}`, dns(), address(), id(), `host-${index}`])),
      ...(below(2) === 0 ? { address: pick([address(), dns()]) } : {}),
      ...(below(5) === 0 ? { instanceId: id() } : {}),
    }));
    // A monitoring system's names are unique.
    const unique = [...new Map(hosts.map((each) => [each.name.toLowerCase(), each])).values()];
    const known = {
      InstanceId: id(),
      PrivateIpAddress: address(),
      PrivateDnsName: dns(),
      Tags: [{ Key: 'Name', Value: pick(labels) }],
    };
    const fields = match(known, ...unique);
    assert.deepEqual(match(known, ...shuffled(unique).map(({ value }) => value)), fields);
    const by = fields['resource.monitor.matched_by'];
    const bears = (text: string) => {
      const lower = text.toLowerCase();
      return unique.some((each) => [each.name, each.address, each.instanceId].some((word) => word?.toLowerCase() === lower));
    };
    const byId = bears(known.InstanceId);
    const byAddress = bears(known.PrivateIpAddress);
    assert.equal(by === 'instance-id', byId);
    assert.equal(by === 'address', byAddress && !byId);
    if (bears(known.PrivateDnsName) || bears(known.Tags[0]?.Value as string)) assert.equal(fields['resource.monitored'], true);
    if (fields['resource.monitored'] === true) matched++;
  }
  assert.ok(matched > 400 && matched < 1_900, `${matched} matched`);
});
