import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { JsonObject } from '../core/json.ts';
import { createTrailReader } from '../processors/parse-cloudtrail.ts';
import { binaryOf } from '../processors/record-memory.ts';
import { keyNumber, RECORD_KEYS, scanned, scanRecord } from '../processors/scan-record.ts';
import { conformance, missingConformance } from './support/needs.ts';
import { seeded } from './support/seeded.ts';

const REAL = 'cloudtrail-real/invictus-ir/CloudTrail';
const MUTATIONS = 10_000;
/** Pieces that a mutation inserts into a record: signs and values of JSON, and characters that JSON does not allow. */
const PIECES = [
  '"',
  '\\',
  '\\u00e9',
  '\\ud800',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  ' ',
  '\n',
  '\0',
  '-',
  '0',
  '1e5',
  '.',
  'null',
  'tru',
  '{"a":[]}',
];

/** The records of all objects under a folder, as bytes. */
function recordsUnder(folder: string): Buffer[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  return files.flatMap((name) => {
    const records: Buffer[] = [];
    const reader = createTrailReader();
    reader.push(readFileSync(`${folder}/${name}`));
    reader.finish();
    while (reader.next() === 'record') records.push(Buffer.from(reader.bytes.subarray(reader.start, reader.end)));
    return records;
  });
}

function mutated(record: Buffer, next: (below: number) => number): Buffer {
  const at = next(record.length);
  const piece = Buffer.from(PIECES[next(PIECES.length)] as string);
  switch (next(5)) {
    case 0: {
      const flipped = Buffer.from(record);
      flipped[at] = next(256);
      return flipped;
    }
    case 1:
      return record.subarray(0, at);
    case 2:
      return Buffer.concat([record.subarray(0, at), piece, record.subarray(at)]);
    case 3:
      return Buffer.concat([record.subarray(0, at), record.subarray(at + next(40))]);
    default: {
      // Nests a value in up to 10 lists, or sometimes in more lists than the scanner accepts.
      const depth = 1 + next(next(20) === 0 ? 700 : 10);
      const colon = record.indexOf(':', at) + 1;
      return Buffer.concat([
        record.subarray(0, colon),
        Buffer.alloc(depth, '['),
        piece,
        Buffer.alloc(depth, ']'),
        record.subarray(colon),
      ]);
    }
  }
}

const parsed = (bytes: Buffer): JsonObject | undefined => {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
};

/** Nested more deeply than the scanner takes. */
const isDeep = (bytes: Buffer): boolean => bytes.includes('['.repeat(490));

test('ten thousand mutations of real records: exactly what JSON.parse accepts, with the same values', {
  skip: missingConformance(REAL),
}, () => {
  const records = recordsUnder(conformance(REAL));
  assert.ok(records.length > 1_000, `only ${records.length} records were read`);
  const next = seeded(42);
  let accepted = 0;
  for (let count = 0; count < MUTATIONS; count++) {
    const record = mutated(records[next(records.length)] as Buffer, next);
    const end = scanRecord(record, 0, record.length);
    const expected = record[0] === 0x7b ? parsed(record) : undefined;
    const isAccepted = end >= 0 && record.subarray(end).toString('latin1').trim() === '';
    if (expected !== undefined && isDeep(record)) continue;
    if (record[0] === 0x7b) assert.equal(isAccepted, expected !== undefined, record.toString('latin1'));
    if (!isAccepted || expected === undefined) continue;
    accepted++;
    for (const key of RECORD_KEYS) {
      const from = scanned.starts[keyNumber(key)] as number;
      const text = from < 0 ? 'null' : Buffer.from(binaryOf(from, scanned.ends[keyNumber(key)] as number), 'latin1').toString();
      assert.deepEqual(JSON.parse(text), expected[key] ?? null, key);
    }
  }
  assert.ok(accepted > MUTATIONS / 20, `only ${accepted} mutations were JSON`);
});
