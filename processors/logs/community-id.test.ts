import assert from 'node:assert/strict';
import { test } from 'node:test';
import { communityId, type Flow } from './community-id.ts';

/** Vectors of the specification, as its reference implementation publishes them. */
const PUBLISHED: readonly (readonly [
  Flow['source'],
  Flow['destination'],
  protocol: number,
  from: number,
  to: number,
  id: string,
])[] = [
  ['128.232.110.120', '66.35.250.204', 6, 34855, 80, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
  ['192.168.1.52', '8.8.8.8', 17, 54585, 53, '1:d/FP5EW3wiY1vCndhwleRRKHowQ='],
  ['192.168.170.8', '192.168.170.56', 132, 7, 80, '1:jQgCxbku+pNGw8WPbEc/TS/uTpQ='],
  ['192.168.0.89', '192.168.0.1', 1, 8, 0, '1:X0snYXpgwiv9TZtqg64sgzUn6Dk='],
  ['192.168.0.1', '192.168.0.89', 1, 0, 8, '1:X0snYXpgwiv9TZtqg64sgzUn6Dk='],
  ['fe80::200:86ff:fe05:80da', 'fe80::260:97ff:fe07:69ea', 58, 135, 0, '1:dGHyGvjMfljg6Bppwm3bg0LO8TY='],
];

test('flows have the ids that the specification publishes', () => {
  for (const [source, destination, protocol, sourcePort, destinationPort, id] of PUBLISHED)
    assert.equal(communityId({ source, destination, protocol, sourcePort, destinationPort }), id, `${source} ${protocol}`);
});

test('a flow and its answers have one id, and a message without answer keeps its direction', () => {
  const flow = { source: '10.0.0.1', destination: '10.0.0.2', protocol: 6, sourcePort: 1000, destinationPort: 80 };
  const back = { source: '10.0.0.2', destination: '10.0.0.1', protocol: 6, sourcePort: 80, destinationPort: 1000 };
  assert.equal(communityId(flow), communityId(back));
  const unreachable = { ...flow, protocol: 1, sourcePort: 3, destinationPort: 1 };
  assert.notEqual(communityId(unreachable), communityId({ ...unreachable, source: '10.0.0.2', destination: '10.0.0.1' }));
});

test('what is no flow with ports has no id', () => {
  const flow = { source: '10.0.0.1', destination: '10.0.0.2', protocol: 6, sourcePort: 1000, destinationPort: 80 };
  assert.equal(communityId({ ...flow, protocol: 47 }), undefined);
  assert.equal(communityId({ ...flow, sourcePort: undefined }), undefined);
  assert.equal(communityId({ ...flow, destinationPort: 65_536 }), undefined);
  assert.equal(communityId({ ...flow, source: '10.0.0.256' }), undefined);
  assert.equal(communityId({ ...flow, source: 'fe80::1' }), undefined);
});
