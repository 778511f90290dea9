import { type Document, documentId, monthlyIndex } from '../core/document.ts';
import { deadLetter, ok, type Result } from '../core/result.ts';
import { amountDefect } from './check-amount.ts';
import { parseInstant } from './parse-instant.ts';
import { regionOfUsage } from './region-of-usage.ts';

/** The source of the rows. Part and row number identify a line item, since AWS's LineItemId is unique only within a partition. */
export interface LineItemContext {
  readonly report: string;
  readonly delivery: string;
  readonly month: string;
  /** Ordinal of the part within the delivery, from 1. */
  readonly part: number;
  /** The names of accounts by id. */
  readonly accountNames?: ReadonlyMap<string, string> | undefined;
}

export type LineItemEncoder = (row: readonly string[], rowNumber: number) => Result<Document>;

/** The columns that become fields under `aws.billing`, in this order. */
const BILLING_FIELDS: Readonly<Record<string, string>> = {
  'identity/LineItemId': 'line_item_id',
  'bill/PayerAccountId': 'payer_account_id',
  'bill/InvoiceId': 'invoice_id',
  'bill/BillType': 'bill_type',
  'bill/BillingEntity': 'entity',
  'lineItem/LineItemType': 'type',
  'lineItem/ProductCode': 'product_code',
  'product/productFamily': 'product_family',
  'product/instanceType': 'instance_type',
  'lineItem/UsageType': 'usage_type',
  'lineItem/Operation': 'operation',
  'lineItem/LineItemDescription': 'description',
  'pricing/unit': 'unit',
  'pricing/term': 'term',
  'lineItem/CurrencyCode': 'currency',
};
const AMOUNTS: Readonly<Record<string, string>> = {
  'lineItem/UsageAmount': 'usage_amount',
  'lineItem/UnblendedCost': 'unblended_cost',
  'lineItem/BlendedCost': 'blended_cost',
  'pricing/publicOnDemandCost': 'public_on_demand_cost',
};
const TAG = 'resourceTags/';

/** The required column: without it there are no totals, so a file that lacks it is not a report. */
const REQUIRED = 'lineItem/UnblendedCost';

/** The largest number of columns, each of which becomes a key of every document. Reports have some hundreds, and one for each of up to 500 tags. */
const MAX_COLUMNS = 10_000;

/** Characters that JSON must escape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must be escaped
const NEEDS_ESCAPE = /["\\\u0000-\u001f]/;

const quote = (text: string): string => (NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`);

/**
 * Yields the encoder for the rows of a CUR 1 report with this header. Work that depends only on the header is done once, so that a row
 * costs only its values. An amount that can't be stored exactly becomes a dead letter, since a rounded amount would make totals wrong.
 */
export function lineItemEncoder(header: readonly string[], context: LineItemContext): Result<LineItemEncoder> {
  if (!header.includes(REQUIRED)) return deadLetter(`its first line names no column ${REQUIRED}`);
  if (header.length > MAX_COLUMNS) {
    return deadLetter(`its first line names ${header.length.toLocaleString('en-US')} columns, and no report has so many`);
  }
  // If a name occurs twice, the first column counts.
  const columns = new Map(header.map((name, index) => [name, index] as const).reverse());
  const at = (name: string): number => columns.get(name) ?? -1;
  const usageStart = at('lineItem/UsageStartDate');
  const usageEnd = at('lineItem/UsageEndDate');
  const account = at('lineItem/UsageAccountId');
  const zone = at('lineItem/AvailabilityZone');
  const resource = at('lineItem/ResourceId');
  const productName = at('product/ProductName');
  const productCode = at('lineItem/ProductCode');
  const usageType = at('lineItem/UsageType');
  // A report has both, and many rows fill only the second.
  const regionCode = at('product/regionCode');
  const regionName = at('product/region');
  const periodStart = at('bill/BillingPeriodStartDate');
  const reservation = { arn: at('reservation/ReservationARN'), effective_cost: at('reservation/EffectiveCost') };
  const savingsPlan = { arn: at('savingsPlan/SavingsPlanARN'), effective_cost: at('savingsPlan/SavingsPlanEffectiveCost') };
  const fieldsOf = (names: Readonly<Record<string, string>>) =>
    Object.entries(names).flatMap(([column, field]) =>
      at(column) < 0 ? [] : [{ index: at(column), column, key: `,"${field}":` }],
    );
  const texts = fieldsOf(BILLING_FIELDS);
  const amounts = fieldsOf(AMOUNTS);
  const groups = [
    { name: 'reservation', ...reservation },
    { name: 'savings_plan', ...savingsPlan },
  ].filter(({ arn, effective_cost }) => arn >= 0 || effective_cost >= 0);
  const tags = header.flatMap((name, index) =>
    name.startsWith(TAG) ? [{ index, key: name.slice(TAG.length).replace(/^user:/, '') }] : [],
  );
  const own = new Set([
    ...texts.map(({ index }) => index),
    ...amounts.map(({ index }) => index),
    ...tags.map(({ index }) => index),
    ...[usageStart, usageEnd, account, zone, resource, productName, regionCode < 0 ? regionName : regionCode, periodStart],
    ...Object.values(reservation),
    ...Object.values(savingsPlan),
  ]);
  // Engines refuse a document with duplicate keys, so only the first column of a name is kept.
  const others = header.flatMap((name, index) =>
    own.has(index) || at(name) !== index ? [] : [{ index, key: `${JSON.stringify(name)}:` }],
  );

  const { report, delivery, month, part, accountNames } = context;
  const index = monthlyIndex('awsbilling-', month);
  const head = '","event":{"kind":"metric","module":"orgscope","dataset":"orgscope.billing"';
  const names = `"report":${quote(report)},"delivery":${quote(delivery)},"month":${quote(month)}`;
  const cell = (row: readonly string[], column: number): string => (column < 0 ? '' : (row[column] ?? ''));

  // Most rows have the same times as the previous row.
  const instant = rememberLast(parseInstant);
  const instantOfEnd = rememberLast(parseInstant);
  const accounts = new Map<string, string>();
  const accountOf = (id: string): string => {
    let member = accounts.get(id);
    if (member === undefined) {
      const name = accountNames?.get(id);
      member = `,"account":{"id":${quote(id)}${name === undefined ? '' : `,"name":${quote(name)}`}}`;
      accounts.set(id, member);
    }
    return member;
  };

  const encode: LineItemEncoder = (row, rowNumber) => {
    if (row.length !== header.length) {
      return deadLetter(`row ${rowNumber} has ${row.length} values where the first line names ${header.length} columns`);
    }
    const start = cell(row, usageStart) || cell(row, periodStart);
    const time = instant(start);
    if (time === '') {
      const form = 'such as 2026-10-29T00:00:00Z';
      return deadLetter(`row ${rowNumber}: the usage's start ${JSON.stringify(start)} is no time with its date, ${form}`);
    }
    let body = `{"@timestamp":"${time}${head}`;
    const end = instantOfEnd(cell(row, usageEnd));
    if (end !== '') body += `,"end":"${end}"`;
    body += '},"cloud":{"provider":"aws"';
    const accountId = cell(row, account);
    if (accountId !== '') body += accountOf(accountId);
    const zoneName = cell(row, zone);
    const region =
      cell(row, regionCode) ||
      cell(row, regionName) ||
      regionOfUsage({ zone: zoneName, usageType: cell(row, usageType), productCode: cell(row, productCode) });
    if (region !== '') body += `,"region":${quote(region)}`;
    if (zoneName !== '') body += `,"availability_zone":${quote(zoneName)}`;
    const resourceId = cell(row, resource);
    body += resourceId === '' ? '}' : `},"resource":{"id":${quote(resourceId)}}`;
    body += `,"aws":{"billing":{${names}`;
    const service = cell(row, productName) || cell(row, productCode);
    if (service !== '') body += `,"service":${quote(service)}`;
    for (const { index: column, key } of texts) {
      const text = row[column];
      if (text !== undefined && text !== '') body += key + quote(text);
    }
    for (const { index: column, column: name, key } of amounts) {
      const text = row[column];
      if (text === undefined || text === '') continue;
      const defect = amountDefect(text);
      if (defect !== undefined) return deadLetter(`row ${rowNumber}: ${name} ${JSON.stringify(text)} ${defect}`);
      body += `${key}"${text}"`;
    }
    for (const { name, arn, effective_cost } of groups) {
      const arnText = cell(row, arn);
      const cost = cell(row, effective_cost);
      const defect = cost === '' ? undefined : amountDefect(cost);
      if (defect !== undefined) return deadLetter(`row ${rowNumber}: the effective cost ${JSON.stringify(cost)} ${defect}`);
      if (arnText === '' && cost === '') continue;
      const members = [arnText === '' ? '' : `"arn":${quote(arnText)}`, cost === '' ? '' : `"effective_cost":"${cost}"`];
      body += `,"${name}":{${members.filter((member) => member !== '').join(',')}}`;
    }
    let pairs = '';
    for (const { index: column, key } of tags) {
      const value = row[column];
      if (value !== undefined && value !== '') pairs += `${pairs === '' ? '' : ','}${quote(`${key}=${value}`)}`;
    }
    if (pairs !== '') body += `,"tag_pairs":[${pairs}]`;
    body += '}';
    // An end that is no valid time is kept unchanged.
    let rest = end === '' && cell(row, usageEnd) !== '' ? `"lineItem/UsageEndDate":${quote(cell(row, usageEnd))}` : '';
    for (const { index: column, key } of others) {
      const text = row[column];
      if (text !== undefined && text !== '') rest += `${rest === '' ? '' : ','}${key}${quote(text)}`;
    }
    body += rest === '' ? '}}' : `,"cur":{${rest}}}}`;
    const id = documentId(`${report}/${month}/${delivery}/${part}/${rowNumber}`);
    return ok({ index, id, operation: 'create', body: Buffer.from(body) });
  };
  return ok(encode);
}

function rememberLast(convert: (text: string) => string): (text: string) => string {
  let last = '';
  let converted = convert('');
  return (text) => {
    if (text === last) return converted;
    converted = convert(text);
    last = text;
    return converted;
  };
}
