import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENDPOINT_FIELDS } from '../../mappings/endpoint-fields.ts';
import { endpointFields } from './endpoint-fields.ts';

test('all that is known of an endpoint becomes fields that are declared for both sides, and nothing else does', () => {
  const known = endpointFields({
    interfaceId: 'eni-1',
    instanceId: 'i-1',
    instanceName: 'web-1',
    service: 'web',
    securityGroups: ['sg-1'],
    loadBalancer: 'front',
    availabilityZone: 'eu-west-1a',
  });
  const names = leaves(known);
  assert.equal(names.length, 7);
  const declared = new Set(ENDPOINT_FIELDS.map(({ name }) => name));
  for (const name of names) for (const side of ['source', 'destination']) assert.ok(declared.has(`${side}.${name}`), name);
  assert.deepEqual(JSON.parse(JSON.stringify(endpointFields({ instanceId: 'i-1', securityGroups: [] }))), {
    instance: { id: 'i-1' },
  });
});

const leaves = (value: object): string[] =>
  Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === 'object' && !Array.isArray(inner) ? leaves(inner).map((each) => `${name}.${each}`) : [name],
  );
