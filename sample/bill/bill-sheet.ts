import { DAY_MS } from '../../core/day-ms.ts';
import type { Organisation, SampleAccount } from '../organisation.ts';
import { seeded } from '../random.ts';
import { COLUMNS, type Column } from './columns.ts';

/** The month that a delivery of the report is about, and when it was made. */
export interface BillPeriod {
  /** First instant of the month, in milliseconds. */
  readonly start: number;
  /** First instant of the next month. */
  readonly end: number;
  /** The time of the delivery: usage after it is not known yet. */
  readonly until: number;
}

/** Collects the rows of one delivery as lines of CSV. */
export interface BillSheet {
  readonly rows: readonly string[];
  /** Adds a row about an account's usage between two times; the columns that all rows have are filled in. */
  add(account: SampleAccount, from: number, to: number, values: Partial<Record<Column, string>>): void;
}

const COLUMN_AT: ReadonlyMap<string, number> = new Map(COLUMNS.map((column, at) => [column, at]));

const PRODUCT_NAMES: Readonly<Record<string, string>> = {
  AmazonEC2: 'Amazon Elastic Compute Cloud',
  AmazonRDS: 'Amazon Relational Database Service',
  AmazonS3: 'Amazon Simple Storage Service',
  AWSDataTransfer: 'AWS Data Transfer',
  AmazonCloudWatch: 'AmazonCloudWatch',
  awskms: 'AWS Key Management Service',
  AWSSupportBusiness: 'AWS Support (Business)',
  ComputeSavingsPlans: 'Savings Plans for AWS Compute usage',
};

export function openBillSheet(organisation: Organisation, { start, end, until }: BillPeriod): BillSheet {
  const rows: string[] = [];
  const ids = seeded(organisation.seed, start, until).id(44).toLowerCase();
  const iso = memoizedIsoSeconds();
  const closed = until > end;
  const common = new Array<string>(COLUMNS.length).fill('');
  setCells(common, {
    'bill/InvoiceId': closed ? String(1_000_000_000 + Math.floor(start / DAY_MS)) : '',
    'bill/InvoicingEntity': 'Amazon Web Services EMEA SARL',
    'bill/BillingEntity': 'AWS',
    'bill/BillType': 'Anniversary',
    'bill/PayerAccountId': organisation.managementId,
    'bill/BillingPeriodStartDate': new Date(start).toISOString(),
    'bill/BillingPeriodEndDate': new Date(end).toISOString(),
    'lineItem/CurrencyCode': 'USD',
    'lineItem/LegalEntity': 'Amazon Web Services EMEA SARL',
  });
  return {
    rows,
    add: (account, from, to, values) => {
      const cells = common.slice();
      const fromIso = iso(from);
      const toIso = iso(to);
      const product = values['lineItem/ProductCode'] ?? '';
      setCells(cells, {
        'identity/LineItemId': `${ids}${rows.length.toString(36).padStart(8, '0')}`,
        'identity/TimeInterval': `${fromIso}/${toIso}`,
        'lineItem/UsageAccountId': account.id,
        'lineItem/UsageStartDate': fromIso,
        'lineItem/UsageEndDate': toIso,
        'product/ProductName': PRODUCT_NAMES[product] ?? product,
        'product/servicecode': product,
        'resourceTags/user:team': account.team,
        'resourceTags/user:env': account.environment,
        'resourceTags/user:cost-center': account.costCenter,
      });
      setCells(cells, values);
      rows.push(cells.join(','));
    },
  };
}

/** Sets cells of a row, as CSV writes them. */
function setCells(cells: string[], values: Partial<Record<Column, string>>): void {
  for (const column in values) {
    const at = COLUMN_AT.get(column);
    const value = values[column as Column] ?? '';
    if (at !== undefined) cells[at] = value.includes(',') ? `"${value}"` : value;
  }
}

/** Formats a time; memoized, since a month has few different times and many rows. */
function memoizedIsoSeconds(): (time: number) => string {
  const known = new Map<number, string>();
  return (time) => {
    const text = known.get(time) ?? `${new Date(time).toISOString().slice(0, 19)}Z`;
    known.set(time, text);
    return text;
  };
}
