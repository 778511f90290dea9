import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressBlock, addressKey, addressText } from './ip-address.ts';

test('keys sort as the addresses do, whatever the notation', () => {
  const inOrder = [
    '::',
    '::1',
    '0.0.0.0',
    '9.255.255.255',
    '10.0.0.0',
    '100.0.0.1',
    '255.255.255.255',
    '1::',
    '2001:db8::1',
    'fe80::1:2',
  ];
  const keys = inOrder.map((text) => addressKey(text) as string);
  assert.deepEqual([...keys].sort(), keys);
  for (const key of keys) assert.equal(addressKey(addressText(key)), key);
  assert.equal(addressKey('::ffff:10.0.0.1'), addressKey('10.0.0.1'));
  assert.equal(addressKey('2001:DB8:0:0:0:0:0:1'), addressKey('2001:db8::1'));
  assert.equal(addressKey('::ffff:0:0'), addressKey('0.0.0.0'));
});

test('a block begins and ends at the addresses that its prefix length gives', () => {
  const ends = (text: string) => {
    const block = addressBlock(text);
    return block === undefined ? undefined : `${addressText(block.first)} ${addressText(block.last)}`;
  };
  assert.equal(ends('10.0.0.0/8'), '10.0.0.0 10.255.255.255');
  assert.equal(ends('10.9.8.7/30'), '10.9.8.4 10.9.8.7');
  assert.equal(ends('1.2.3.4/32'), '1.2.3.4 1.2.3.4');
  assert.equal(ends('0.0.0.0/0'), '0.0.0.0 255.255.255.255');
  assert.equal(ends('2001:db8::/32'), '2001:0db8:0000:0000:0000:0000:0000:0000 2001:0db8:ffff:ffff:ffff:ffff:ffff:ffff');
  assert.equal(ends('::/0'), '0000:0000:0000:0000:0000:0000:0000:0000 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff');
});

for (const text of [
  '',
  'AWS Internal',
  'ec2.amazonaws.com',
  '10.0.0',
  '10.0.0.256',
  '010.0.0.1',
  'fe80::1%eth0',
  '1:2:3',
  '1::2::3',
])
  test(`is no address: ${text}`, () => assert.equal(addressKey(text), undefined));
for (const text of ['10.0.0.0', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0/8', '::/129', '10.0.0.0/8/8', 'a/8'])
  test(`is no block: ${text}`, () => assert.equal(addressBlock(text), undefined));
