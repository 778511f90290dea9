import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { DAY_MS } from '../../core/day-ms.ts';
import { HOUR_MS } from '../calendar.ts';
import type { Estate } from '../estate/estate.ts';
import { seeded } from '../random.ts';
import { type StoredObject, storedContent } from '../storage/stored-object.ts';
import { billRows } from './bill-rows.ts';
import type { BillPeriod } from './bill-sheet.ts';
import { COLUMNS } from './columns.ts';

const REPORT = 'examplecorp-cur';
const PART_ROWS = 4_000;
const MONTHS = 4;

/**
 * The objects of the cost and usage report (CUR 1, gzip, older deliveries are kept): four months. The current month has two
 * deliveries, and the newer one restates the older one.
 */
export async function billObjects(estate: Estate, bucket: string): Promise<StoredObject[]> {
  const { calendar } = estate;
  const now = new Date(calendar.now);
  const objects: StoredObject[] = [];
  for (let back = 0; back < MONTHS; back += 1) {
    const start = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1);
    const end = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back + 1, 1);
    // AWS makes the last delivery of a month some days after the month has ended.
    const newest =
      back > 0 && end + 3 * DAY_MS < calendar.now ? end + 3 * DAY_MS : Math.floor(calendar.now / (6 * HOUR_MS)) * 6 * HOUR_MS;
    const times = back > 0 ? [newest] : [newest - DAY_MS, newest];
    const deliveries = times.filter((time) => time > start).map((until): BillPeriod => ({ start, end, until }));
    for (const [at, delivered] of deliveries.entries()) {
      // Yields to the event loop between deliveries: making one takes long.
      await setImmediate();
      objects.push(...delivery(estate, bucket, delivered, at === deliveries.length - 1));
    }
  }
  return objects;
}

/** The files of one delivery: the parts and their manifest. The last delivery of a month also writes the month's own manifest. */
function delivery(estate: Estate, bucket: string, delivered: BillPeriod, last: boolean): StoredObject[] {
  const { organisation } = estate;
  const compact = (time: number): string => new Date(time).toISOString().replace(/[-:]/g, '');
  const period = `${compact(delivered.start).slice(0, 8)}-${compact(delivered.end).slice(0, 8)}`;
  const assembly = `${compact(delivered.until).slice(0, 15)}Z`;
  const folder = `cur/${REPORT}/${period}`;
  const header = COLUMNS.join(',');
  // The manifest lists the parts, so all rows are made now; only their compressed bytes are kept.
  const parts = chunk(billRows(estate, delivered)).map((rows) =>
    Buffer.from(gzipSync(`${[header, ...rows].join('\n')}\n`, { level: 1 })),
  );
  const keys = parts.map((_, at) => `${folder}/${assembly}/${REPORT}-${String(at + 1).padStart(5, '0')}.csv.gz`);
  const files = parts.map((bytes, at) => storedContent(keys[at] ?? '', delivered.until, () => bytes));
  const manifest = (): Buffer =>
    Buffer.from(
      JSON.stringify({
        assemblyId: assembly,
        account: organisation.managementId,
        columns: COLUMNS.map((column) => {
          const [category, field] = column.split('/');
          return { category, name: field, type: TYPES[column] ?? 'String' };
        }),
        charset: 'UTF-8',
        compression: 'GZIP',
        contentType: 'text/csv',
        reportId: seeded(organisation.seed, 'report').hex(64),
        reportName: REPORT,
        billingPeriod: {
          start: `${compact(delivered.start).slice(0, 15)}.000Z`,
          end: `${compact(delivered.end).slice(0, 15)}.000Z`,
        },
        bucket,
        reportKeys: keys,
        additionalArtifactKeys: [],
      }),
    );
  const file = `${REPORT}-Manifest.json`;
  return [
    ...files,
    storedContent(`${folder}/${assembly}/${file}`, delivered.until, manifest),
    ...(last ? [storedContent(`${folder}/${file}`, delivered.until, manifest)] : []),
  ];
}

const TYPES: Readonly<Record<string, string>> = {
  'bill/BillingPeriodStartDate': 'DateTime',
  'bill/BillingPeriodEndDate': 'DateTime',
  'lineItem/UsageStartDate': 'DateTime',
  'lineItem/UsageEndDate': 'DateTime',
  'lineItem/UsageAmount': 'BigDecimal',
  'lineItem/UnblendedRate': 'BigDecimal',
  'lineItem/UnblendedCost': 'BigDecimal',
  'lineItem/BlendedRate': 'BigDecimal',
  'lineItem/BlendedCost': 'BigDecimal',
  'pricing/publicOnDemandCost': 'BigDecimal',
};

function chunk(rows: readonly string[]): string[][] {
  const parts: string[][] = [];
  for (let at = 0; at < rows.length; at += PART_ROWS) parts.push(rows.slice(at, at + PART_ROWS));
  return parts.length > 0 ? parts : [[]];
}
