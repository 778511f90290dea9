import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface CurOptions {
  readonly report?: string;
  readonly payer?: string;
  /** `YYYYMM`; its first and the next month's first day are the billing period. */
  readonly month?: string;
  readonly assemblyId: string;
  /** When AWS wrote it. */
  readonly modified: Date;
  /** Rows of each part: cost as the report's text. */
  readonly parts: readonly (readonly string[])[];
}

const HEADER = [
  'identity/LineItemId',
  'bill/PayerAccountId',
  'bill/BillingPeriodStartDate',
  'lineItem/UsageAccountId',
  'lineItem/LineItemType',
  'lineItem/UsageStartDate',
  'lineItem/UsageEndDate',
  'lineItem/ProductCode',
  'lineItem/UsageAmount',
  'lineItem/CurrencyCode',
  'lineItem/UnblendedCost',
  'lineItem/LineItemDescription',
  'resourceTags/user:team',
];

/** Writes a delivery of a CUR 1 report as AWS lays it out (create-new-version), and yields the paths of its manifest and parts. */
export function makeCur(folder: string, options: CurOptions): { manifest: string; parts: string[] } {
  const { report = 'costs', payer = '999988887777', month = '202610', assemblyId, modified } = options;
  const [year, number] = [Number(month.slice(0, 4)), Number(month.slice(4))];
  const start = new Date(Date.UTC(year, number - 1, 1));
  const end = new Date(Date.UTC(year, number, 1));
  const day = (date: Date) => date.toISOString().slice(0, 10).replaceAll('-', '');
  const base = `cur/${report}/${day(start)}-${day(end)}`;
  const write = (path: string, content: string | Buffer): string => {
    const full = join(folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
    utimesSync(full, modified, modified);
    return full;
  };
  const keys = options.parts.map((_, index) => `${base}/${assemblyId}/${report}-${String(index + 1).padStart(5, '0')}.csv.gz`);
  const parts = options.parts.map((costs, part) => {
    const time = start.toISOString();
    const rows = costs.map((cost, row) =>
      [
        `item-${row}`,
        payer,
        time,
        '111122223333',
        'Usage',
        time,
        time,
        'AmazonEC2',
        '1',
        'USD',
        cost,
        '"a, ""quoted"" line\nof two"',
        'red',
      ].join(','),
    );
    return write(keys[part] as string, gzipSync(`${[HEADER.join(','), ...rows].join('\n')}\n`));
  });
  const compact = (date: Date) => `${day(date)}T000000.000Z`;
  const manifest = JSON.stringify({
    assemblyId,
    account: payer,
    compression: 'GZIP',
    contentType: 'text/csv',
    reportName: report,
    billingPeriod: { start: compact(start), end: compact(end) },
    bucket: 'bills',
    reportKeys: keys,
  });
  const path = write(`${base}/${assemblyId}/${report}-Manifest.json`, manifest);
  write(`${base}/${report}-Manifest.json`, manifest);
  return { manifest: path, parts };
}
