import type { Column } from './columns.ts';

/** Millionths of a dollar as dollars, exactly. */
export function dollars(micros: number): string {
  const whole = Math.floor(micros / 1_000_000);
  return `${whole}.${String(micros - whole * 1_000_000).padStart(6, '0')}`;
}

/** The values of a row that follow from its price: `micros` is the rate of one unit in millionths of a dollar. */
export const priced = (
  type: string,
  product: string,
  usage: string,
  amount: string,
  micros: number,
  cost: string,
): Partial<Record<Column, string>> => ({
  'lineItem/LineItemType': type,
  'lineItem/ProductCode': product,
  'lineItem/UsageType': usage,
  'lineItem/UsageAmount': amount,
  'lineItem/UnblendedRate': dollars(micros),
  'lineItem/UnblendedCost': cost,
  'lineItem/BlendedRate': dollars(micros),
  'lineItem/BlendedCost': cost,
  'pricing/publicOnDemandCost': cost.startsWith('-') ? '' : cost,
  'pricing/publicOnDemandRate': dollars(micros),
  'pricing/term': 'OnDemand',
});

/** The prefix of a usage type in a region: https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur1.html */
export const usagePrefix = (region: string): string => PREFIXES[region] ?? '';

const PREFIXES: Readonly<Record<string, string>> = {
  'us-east-1': '',
  'us-west-2': 'USW2-',
  'eu-west-1': 'EU-',
  'eu-central-1': 'EUC1-',
  'ap-southeast-2': 'APS2-',
};
