import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { seeded } from './seeded.ts';

interface DeliveryOptions {
  readonly report?: string;
  readonly payer?: string;
  /** `YYYYMM`; its first and the next month's first day are the billing period. */
  readonly month?: string;
  readonly assemblyId: string;
  /** The time at which AWS wrote the delivery. */
  readonly modified: Date;
  /** AWS's setting "overwrite existing report": no folder per delivery, one manifest. */
  readonly overwrite?: boolean;
}

interface CurOptions extends DeliveryOptions {
  /** The rows of each part; a cost is the report's text. */
  readonly parts: readonly (readonly string[])[];
}

interface CurFiles {
  readonly manifest: string;
  readonly parts: string[];
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

/** Writes a small delivery of a CUR 1 report as AWS lays it out, and yields the paths of its manifest and parts. */
export function makeCur(folder: string, options: CurOptions): CurFiles {
  const { payer = PAYER } = options;
  const time = period(options).start.toISOString();
  const parts = options.parts.map((costs) => {
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
    return `${[HEADER.join(','), ...rows].join('\n')}\n`;
  });
  return writeDelivery(folder, options, parts);
}

interface LargeCurOptions extends DeliveryOptions {
  readonly rows: number;
  readonly parts: number;
  readonly seed: number;
}

/**
 * Writes a delivery of any size with the columns, empty cells and number formats of a real report, about 0.75 KB a row, and yields the
 * totals that reading it must give. The same seed gives the same bytes on every machine.
 */
export function makeLargeCur(
  folder: string,
  options: LargeCurOptions,
): CurFiles & { unblendedCost: string; accounts: number; csvBytes: number } {
  const next = seeded(options.seed);
  const { payer = PAYER } = options;
  const { start, end } = period(options);
  const hours = Math.round((end.getTime() - start.getTime()) / HOUR_MS);
  const [from, to] = [start.toISOString(), end.toISOString()];
  const accounts = Array.from({ length: 40 }, () => String(100_000_000_000 + next(900_000_000)));
  const resources = Array.from(
    { length: 2_000 },
    () =>
      `i-0${next(2 ** 32)
        .toString(16)
        .padStart(16, '0')}`,
  );
  const used = new Set<string>();
  const columns = LARGE_HEADER.length;
  let total = 0n;
  let csvBytes = 0;

  function row(number: number): string {
    const usage = USAGES[next(USAGES.length)] as (typeof USAGES)[number];
    const account = accounts[next(accounts.length)] as string;
    used.add(account);
    const hour = start.getTime() + next(hours) * HOUR_MS;
    const [began, ended] = [new Date(hour).toISOString(), new Date(hour + HOUR_MS).toISOString()];
    // In units of 1e-10, as real reports have them: most amounts are tiny, a few are not.
    const cost = BigInt(next(10 ** (2 + next(12))));
    total += cost;
    const amount = String(next(1_000_000) / 10_000);
    const text = asReported(cost);
    const cells: Record<string, string> = {
      'identity/LineItemId': `${number.toString(36).padStart(10, 'a')}abcdabcdabcdabcdabcdabcdabcdabcdabcd3a`,
      'identity/TimeInterval': `${began}/${ended}`,
      'bill/InvoicingEntity': '"Amazon Web Services, Inc."',
      'bill/BillingEntity': 'AWS',
      'bill/BillType': 'Anniversary',
      'bill/PayerAccountId': payer,
      'bill/BillingPeriodStartDate': from,
      'bill/BillingPeriodEndDate': to,
      'lineItem/UsageAccountId': account,
      'lineItem/LineItemType': 'Usage',
      'lineItem/UsageStartDate': began,
      'lineItem/UsageEndDate': ended,
      'lineItem/ProductCode': usage.code,
      'lineItem/UsageType': usage.type,
      'lineItem/Operation': usage.operation,
      'lineItem/ResourceId': usage.code === 'AmazonEC2' ? (resources[next(resources.length)] as string) : '',
      'lineItem/UsageAmount': amount,
      'lineItem/CurrencyCode': 'USD',
      'lineItem/UnblendedRate': '0.0036',
      'lineItem/UnblendedCost': text,
      'lineItem/BlendedRate': '0.0036',
      'lineItem/BlendedCost': text,
      'lineItem/LineItemDescription': usage.description,
      'lineItem/LegalEntity': '"Amazon Web Services, Inc."',
      'product/ProductName': usage.name,
      'product/location': 'EU (Ireland)',
      'product/locationType': 'AWS Region',
      'product/productFamily': usage.family,
      'product/region': 'eu-west-1',
      'product/regionCode': 'eu-west-1',
      'product/servicecode': usage.code,
      'product/servicename': usage.name,
      'product/sku': '8X3QU4DYXVJA2XZK3',
      'product/usagetype': usage.type,
      'pricing/RateCode': '8X3QU4DYXVJA2XZK3.JRTCKXETXF.6YS6EN2CT7',
      'pricing/RateId': '12345678931',
      'pricing/currency': 'USD',
      'pricing/publicOnDemandCost': text,
      'pricing/publicOnDemandRate': '0.0036',
      'pricing/term': 'OnDemand',
      'pricing/unit': usage.unit,
      'reservation/SubscriptionId': '123444517',
      'resourceTags/user:team': next(3) === 0 ? '' : (TEAMS[next(TEAMS.length)] as string),
    };
    const line = new Array<string>(columns);
    for (let column = 0; column < columns; column++) line[column] = cells[LARGE_HEADER[column] as string] ?? '';
    return line.join(',');
  }

  let number = 0;
  const parts = Array.from({ length: options.parts }, (_, part) => {
    const last = Math.round((options.rows * (part + 1)) / options.parts);
    const lines = [LARGE_HEADER.join(',')];
    while (number < last) lines.push(row(number++));
    const text = `${lines.join('\n')}\n`;
    csvBytes += Buffer.byteLength(text);
    return text;
  });
  const digits = String(total).padStart(11, '0');
  const unblendedCost = `${digits.slice(0, -10)}.${digits.slice(-10)}`;
  return { ...writeDelivery(folder, options, parts), unblendedCost, accounts: used.size, csvBytes };
}

/** As AWS prints numbers: `0.0416707357`, `8.941E-7`, `1.0`. */
function asReported(cost: bigint): string {
  const digits = String(cost).padStart(11, '0');
  const plain = `${digits.slice(0, -10)}.${digits.slice(-10)}`.replace(/(\.\d+?)0+$/, '$1');
  if (cost === 0n || cost >= 10_000_000n) return plain;
  const significant = String(cost).replace(/0+$/, '');
  return `${significant[0]}.${significant.slice(1) || '0'}E-${11 - String(cost).length}`;
}

function writeDelivery(folder: string, options: DeliveryOptions, texts: readonly string[]): CurFiles {
  const { report = 'costs', payer = PAYER, assemblyId, modified, overwrite = false } = options;
  const { start, end } = period(options);
  const day = (date: Date) => date.toISOString().slice(0, 10).replaceAll('-', '');
  const base = `cur/${report}/${day(start)}-${day(end)}`;
  const assembly = overwrite ? base : `${base}/${assemblyId}`;
  const write = (path: string, content: string | Buffer): string => {
    const full = join(folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
    utimesSync(full, modified, modified);
    return full;
  };
  const keys = texts.map((_, index) => `${assembly}/${report}-${String(index + 1).padStart(5, '0')}.csv.gz`);
  const parts = texts.map((text, part) => write(keys[part] as string, gzipSync(text)));
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
  // Every delivery overwrites the manifest in the folder of the month.
  write(`${base}/${report}-Manifest.json`, manifest);
  return { manifest: write(`${assembly}/${report}-Manifest.json`, manifest), parts };
}

function period({ month = '202610' }: DeliveryOptions): { start: Date; end: Date } {
  const [year, number] = [Number(month.slice(0, 4)), Number(month.slice(4))];
  return { start: new Date(Date.UTC(year, number - 1, 1)), end: new Date(Date.UTC(year, number, 1)) };
}

const PAYER = '999988887777';
const HOUR_MS = 3_600_000;
const TEAMS = ['checkout', 'search', 'data platform', 'identity', 'Käse & Wein'];
const usage = (
  code: string,
  name: string,
  family: string,
  type: string,
  operation: string,
  unit: string,
  description: string,
) => ({
  code,
  name,
  family,
  type,
  operation,
  unit,
  description,
});
const USAGES = [
  usage(
    'AmazonEC2',
    'Amazon Elastic Compute Cloud',
    'Compute Instance',
    'EU-BoxUsage:m5.large',
    'RunInstances',
    'Hrs',
    '"$0.107 per On Demand Linux m5.large, ""shared"" Instance Hour"',
  ),
  usage(
    'AmazonEC2',
    'Amazon Elastic Compute Cloud',
    'Storage',
    'EU-EBS:VolumeUsage.gp3',
    'CreateVolume-Gp3',
    'GB-Mo',
    '$0.088 per GB-month of General Purpose (gp3) provisioned storage - EU (Ireland)',
  ),
  usage(
    'AmazonS3',
    'Amazon Simple Storage Service',
    'API Request',
    'EU-Requests-Tier1',
    'PutObject',
    'Requests',
    '"$0.005 per 1,000 PUT, COPY, POST, or LIST requests"',
  ),
  usage(
    'AmazonCloudWatch',
    'AmazonCloudWatch',
    'Metric',
    'EU-CW:MetricMonitorUsage',
    'MetricStorage:AWS/EC2',
    'Metrics',
    'First 10000 metrics',
  ),
] as const;

const prefixed = (category: string, names: string): string[] => names.split(' ').map((name) => `${category}/${name}`);
const LARGE_HEADER = [
  ...prefixed('identity', 'LineItemId TimeInterval'),
  ...prefixed(
    'bill',
    'InvoiceId InvoicingEntity BillingEntity BillType PayerAccountId BillingPeriodStartDate BillingPeriodEndDate',
  ),
  ...prefixed('lineItem', 'UsageAccountId LineItemType UsageStartDate UsageEndDate ProductCode UsageType Operation'),
  ...prefixed('lineItem', 'AvailabilityZone ResourceId UsageAmount NormalizationFactor NormalizedUsageAmount CurrencyCode'),
  ...prefixed('lineItem', 'UnblendedRate UnblendedCost BlendedRate BlendedCost LineItemDescription TaxType LegalEntity'),
  ...prefixed('product', 'ProductName availability durability eventType feeCode feeDescription fromLocation fromLocationType'),
  ...prefixed('product', 'fromRegionCode group groupDescription instanceType location locationType messageDeliveryFrequency'),
  ...prefixed('product', 'messageDeliveryOrder operation overhead productFamily productType queueType region regionCode'),
  ...prefixed('product', 'servicecode servicename sku storageClass storageMedia toLocation toLocationType toRegionCode'),
  ...prefixed('product', 'transferType usagetype version volumeType'),
  ...prefixed('pricing', 'RateCode RateId currency publicOnDemandCost publicOnDemandRate term unit'),
  ...prefixed('reservation', 'AmortizedUpfrontCostForUsage AmortizedUpfrontFeeForBillingPeriod EffectiveCost EndTime'),
  ...prefixed('reservation', 'ModificationStatus NormalizedUnitsPerReservation NumberOfReservations RecurringFeeForUsage'),
  ...prefixed('reservation', 'ReservationARN StartTime SubscriptionId TotalReservedNormalizedUnits TotalReservedUnits'),
  ...prefixed('reservation', 'UnitsPerReservation UnusedQuantity UnusedRecurringFee UpfrontValue'),
  ...prefixed('savingsPlan', 'TotalCommitmentToDate SavingsPlanARN SavingsPlanRate UsedCommitment SavingsPlanEffectiveCost'),
  ...prefixed('resourceTags', 'aws:createdBy user:Name user:team'),
];
