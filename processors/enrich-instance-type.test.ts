import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enrichInstanceType, typeOfDatabaseClass } from './enrich-instance-type.ts';

test('a known type gives its size, an unknown one null', () => {
  const sizes = new Map([['m5.large', { vcpus: 2, memoryMib: 8192 }]]);
  assert.deepEqual(enrichInstanceType('m5.large', sizes), {
    'resource.vcpus': 2,
    'resource.memory_mib': 8192,
    'resource.memory_gib': 8,
  });
  assert.deepEqual(enrichInstanceType('x9.huge', sizes), {
    'resource.vcpus': null,
    'resource.memory_mib': null,
    'resource.memory_gib': null,
  });
  assert.deepEqual(enrichInstanceType(undefined, sizes), {
    'resource.vcpus': null,
    'resource.memory_mib': null,
    'resource.memory_gib': null,
  });
});

test('a database class has the size of the EC2 type of its name, where there is one', () => {
  assert.equal(typeOfDatabaseClass('db.m5.large'), 'm5.large');
  assert.equal(typeOfDatabaseClass('db.serverless'), undefined);
  assert.equal(typeOfDatabaseClass('db.r5.large.tpc2.mem4x'), undefined);
  assert.equal(typeOfDatabaseClass(undefined), undefined);
});
