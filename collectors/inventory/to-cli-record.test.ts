import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toCliRecord } from './to-cli-record.ts';

test('dates become ISO 8601, bytes base64, and members without a value are left out', () => {
  const output = {
    $metadata: { httpStatusCode: 200 },
    Time: new Date('2026-01-02T03:04:05Z'),
    Bytes: new Uint8Array(Buffer.from('xx-hello').buffer.slice(0, 0)),
    Report: Buffer.from('hello'),
    Nothing: undefined,
    List: [{ When: new Date(0), Not: undefined }],
    Empty: [],
    False: false,
    Zero: 0,
  };
  assert.deepEqual(toCliRecord(output), {
    Time: '2026-01-02T03:04:05.000Z',
    Bytes: '',
    Report: 'aGVsbG8=',
    List: [{ When: '1970-01-01T00:00:00.000Z' }],
    Empty: [],
    False: false,
    Zero: 0,
  });
});

test('an invalid date is left out, since the store would refuse it', () => {
  assert.deepEqual(toCliRecord({ Time: new Date('never') }), {});
});
