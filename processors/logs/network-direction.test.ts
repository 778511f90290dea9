import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPrivateAddress, networkDirection } from './network-direction.ts';

test('addresses that the internet does not route', () => {
  for (const ip of [
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.1.1',
    'fd00::1',
    'fe80::1',
  ]) {
    assert.ok(isPrivateAddress(ip), ip);
  }
  for (const ip of ['9.255.255.255', '11.0.0.0', '172.32.0.0', '8.8.8.8', '100.128.0.0', '2001:db8::1', 'nowhere', '']) {
    assert.ok(!isPrivateAddress(ip), ip);
  }
});

test('the direction follows from which side is ours', () => {
  assert.deepEqual(
    [networkDirection(true, true), networkDirection(true, false), networkDirection(false, true), networkDirection(false, false)],
    ['internal', 'outbound', 'inbound', 'external'],
  );
});
