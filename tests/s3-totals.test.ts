import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AggregateAnswer } from '../core/query.ts';
import { s3ObjectEncoder } from '../processors/encode-s3-object.ts';
import { openTestStore } from './support/open-test-store.ts';

const MODIFIED = new Date('2026-11-01T12:00:00Z');

function swept(time: string, sizes: readonly number[]) {
  const encode = s3ObjectEncoder({
    sweep: { account: '111111111111', region: 'eu-west-1', kind: 's3-object', scope: 'logs/', time: Date.parse(time) },
    partition: 'aws',
    bucket: 'logs',
    accountName: 'log-archive',
  });
  const objects = sizes.map((Size, index) =>
    encode.object({ Key: `a/${index}.gz`, Size, LastModified: MODIFIED, StorageClass: 'STANDARD' }),
  );
  return { objects, totals: encode.totals() };
}

test('the totals of a day count once however often it was swept: history has those of the last sweep, in any order of writing', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'orgscope-totals-'));
  const store = await openTestStore(join(folder, 'store.duckdb'));
  t.after(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  for (const [time, sizes] of [
    ['2026-11-20T01:00:00Z', [1, 2]],
    ['2026-11-20T23:00:00Z', [1, 2, 4]],
    // A stalled sweep that writes late.
    ['2026-11-20T12:00:00Z', [100]],
    ['2026-11-21T01:00:00Z', [8]],
  ] as const)
    await store.write({ documents: swept(time, sizes).totals, sources: [], bytes: 0 });
  const { rows } = (await store.answer({
    type: 'aggregate',
    view: 'awscli',
    filter: { type: 'term', field: 'resource.type', value: 's3-total' },
    groups: [{ name: 'day', by: 'time', field: '@timestamp', interval: 'day' }],
    metrics: [
      { name: 'bytes', op: 'sum', field: 'resource.size_bytes' },
      { name: 'objects', op: 'sum', field: 'resource.objects' },
    ],
  })) as AggregateAnswer;
  assert.deepEqual(
    rows.map((row) => ({ ...row })),
    [
      { day: '2026-11-20T00:00:00.000Z', bytes: 7, objects: 3 },
      { day: '2026-11-21T00:00:00.000Z', bytes: 8, objects: 1 },
    ],
  );
});

test('an object has its age in whole days at the time of the sweep', () => {
  const age = (time: string) => {
    const body = swept(time, [1]).objects[0]?.[1].body ?? new Uint8Array();
    return (JSON.parse(Buffer.from(body).toString()) as { resource: { age_days: number } }).resource.age_days;
  };
  assert.equal(age('2026-11-02T11:59:59Z'), 0);
  assert.equal(age('2026-11-21T12:00:00Z'), 20);
});
