import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { DAY_MS, HOUR_MS } from '../calendar.ts';
import type { Estate } from '../estate/estate.ts';
import { seeded } from '../random.ts';
import { type StoredObject, storedContent } from '../storage/stored-object.ts';
import { billRows, COLUMNS } from './bill-rows.ts';

const REPORT = 'examplecorp-cur';
const PART_ROWS = 4_000;
const MONTHS = 4;

/** One delivery of the report: what AWS wrote at one time about one month. */
interface Delivered {
  /** First instant of the month and of the next. */
  readonly start: number;
  readonly end: number;
  readonly time: number;
}

/**
 * The bucket of the cost and usage report (CUR 1, gzip, every delivery kept beside the older ones): four months, the current
 * one in two deliveries of which the newer restates the older.
 */
export async function billObjects(estate: Estate, bucket: string): Promise<StoredObject[]> {
  const { calendar, organisation } = estate;
  const now = new Date(calendar.now);
  const objects: StoredObject[] = [];
  for (let back = 0; back < MONTHS; back += 1) {
    const start = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1);
    const end = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back + 1, 1);
    // A closed month's last delivery comes some days after its end.
    const newest =
      back > 0 && end + 3 * DAY_MS < calendar.now ? end + 3 * DAY_MS : Math.floor(calendar.now / (6 * HOUR_MS)) * 6 * HOUR_MS;
    const times = back > 0 ? [newest] : [newest - DAY_MS, newest];
    const deliveries = times.filter((time) => time > start).map((time): Delivered => ({ start, end, time }));
    for (const [at, delivered] of deliveries.entries()) {
      // Each takes a while; others get their turn in between.
      await setImmediate();
      objects.push(...delivery(estate, bucket, delivered, at === deliveries.length - 1));
    }
  }
  return objects;

  function delivery(of: Estate, name: string, delivered: Delivered, last: boolean): StoredObject[] {
    const compact = (time: number): string => new Date(time).toISOString().replace(/[-:]/g, '');
    const period = `${compact(delivered.start).slice(0, 8)}-${compact(delivered.end).slice(0, 8)}`;
    const assembly = `${compact(delivered.time).slice(0, 15)}Z`;
    const folder = `cur/${REPORT}/${period}`;
    const header = COLUMNS.join(',');
    // How many parts there are is known once the rows are; what is kept is compressed.
    const parts = chunk(billRows(of, delivered.start, delivered.end, delivered.time)).map((rows) =>
      Buffer.from(gzipSync(`${[header, ...rows].join('\n')}\n`, { level: 1 })),
    );
    const keys = parts.map((_, at) => `${folder}/${assembly}/${REPORT}-${String(at + 1).padStart(5, '0')}.csv.gz`);
    const files = parts.map((bytes, at) => storedContent(keys[at] ?? '', delivered.time, () => bytes));
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
          bucket: name,
          reportKeys: keys,
          additionalArtifactKeys: [],
        }),
      );
    const file = `${REPORT}-Manifest.json`;
    return [
      ...files,
      storedContent(`${folder}/${assembly}/${file}`, delivered.time, manifest),
      ...(last ? [storedContent(`${folder}/${file}`, delivered.time, manifest)] : []),
    ];
  }
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
