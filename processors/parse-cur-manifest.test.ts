import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCurManifest } from './parse-cur-manifest.ts';

const MANIFEST = {
  assemblyId: '20261103T010203Z',
  account: '999988887777',
  columns: [{ category: 'identity', name: 'LineItemId', type: 'String' }],
  charset: 'UTF-8',
  compression: 'GZIP',
  contentType: 'text/csv',
  reportName: 'costs',
  billingPeriod: { start: '20261001T000000.000Z', end: '20261101T000000.000Z' },
  bucket: 'bills',
  reportKeys: ['cur/costs/20261001-20261101/20261103T010203Z/costs-00001.csv.gz'],
};
const reasonOf = (value: unknown) => {
  const result = parseCurManifest(typeof value === 'string' ? value : JSON.stringify(value));
  return result.type === 'ok' ? '' : result.reason;
};

test('a manifest yields the report, month, delivery and parts', () => {
  const result = parseCurManifest(JSON.stringify(MANIFEST));
  assert.deepEqual(result, {
    type: 'ok',
    value: {
      assemblyId: '20261103T010203Z',
      report: '999988887777/costs',
      month: '2026-10',
      partKeys: ['cur/costs/20261001-20261101/20261103T010203Z/costs-00001.csv.gz'],
    },
  });
});

test('a format that is not supported, and a file that is no manifest, are refused by name', () => {
  assert.match(reasonOf({ ...MANIFEST, compression: 'ZIP' }), /text\/csv with ZIP; text\/csv with GZIP is what is read/);
  assert.match(
    reasonOf({ ...MANIFEST, compression: 'Parquet', contentType: 'Parquet' }),
    /as Parquet with Parquet; text\/csv with GZIP/,
  );
  assert.match(reasonOf('{"assemblyId":'), /not JSON/);
  assert.match(reasonOf({ ...MANIFEST, reportName: undefined }), /no manifest of a Cost & Usage Report: .*reportName/);
  assert.match(reasonOf({ ...MANIFEST, billingPeriod: { start: 'October', end: 'November' } }), /billingPeriod/);
});
