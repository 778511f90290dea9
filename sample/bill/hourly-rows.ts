import { HOUR_MS } from '../calendar.ts';
import type { Organisation } from '../organisation.ts';
import type { BillSheet } from './bill-sheet.ts';
import type { BilledResource } from './billed-resources.ts';
import type { Column } from './columns.ts';
import { reservationArn, savingsPlanArn } from './discounts.ts';
import { fleetScale } from './growth.ts';
import { dollars, priced, usagePrefix } from './price.ts';

/** Adds the rows of a day for one machine or database that is billed by the hour; `from` to `until` is the part of the day that is known. */
export function addHourlyRows(
  sheet: BillSheet,
  organisation: Organisation,
  resource: BilledResource,
  { from: day, until, to }: { readonly from: number; readonly until: number; readonly to: number },
): void {
  const { account, product, region, micros } = resource;
  const from = Math.max(day, resource.since);
  const till = Math.min(until, resource.until);
  if (till <= from) return;
  const scale = resource.resource === '' ? fleetScale(account, day) : 1;
  const amount = Math.round(((till - from) / HOUR_MS) * resource.count * scale);
  if (amount === 0) return;
  const cost = dollars(amount * micros);
  const reserved = product === 'AmazonRDS' && account.name === 'orders-prod';
  const covered = product === 'AmazonEC2' && resource.usage.startsWith('BoxUsage:m6i') && account.environment === 'prod';
  const values: Partial<Record<Column, string>> = {
    ...priced(
      reserved ? 'DiscountedUsage' : covered ? 'SavingsPlanCoveredUsage' : 'Usage',
      product,
      `${usagePrefix(region)}${resource.usage}`,
      String(amount),
      micros,
      reserved ? '0.0' : cost,
    ),
    'lineItem/Operation': resource.operation,
    'lineItem/AvailabilityZone': resource.zone,
    'lineItem/ResourceId': resource.resource,
    'lineItem/LineItemDescription': `$${dollars(micros)} per ${resource.type} instance hour`,
    'product/instanceType': resource.type,
    'product/productFamily': product === 'AmazonRDS' ? 'Database Instance' : 'Compute Instance',
    'product/region': region,
    'pricing/unit': 'Hrs',
  };
  if (reserved) {
    sheet.add(account, day, to, {
      ...values,
      'pricing/term': 'Reserved',
      'reservation/ReservationARN': reservationArn(organisation),
      'reservation/EffectiveCost': dollars(Math.floor(amount * micros * 0.6)),
    });
  } else if (covered) {
    const plan = {
      'savingsPlan/SavingsPlanARN': savingsPlanArn(organisation),
      'savingsPlan/SavingsPlanRate': dollars(Math.floor(micros * 0.7)),
    };
    sheet.add(account, day, to, {
      ...values,
      ...plan,
      'savingsPlan/SavingsPlanEffectiveCost': dollars(Math.floor(amount * micros * 0.7)),
    });
    // A negation takes back the covered usage's cost, which the plan's fee has paid.
    sheet.add(account, day, to, {
      ...values,
      ...plan,
      'lineItem/LineItemType': 'SavingsPlanNegation',
      'lineItem/UnblendedCost': `-${cost}`,
      'lineItem/BlendedCost': `-${cost}`,
      'lineItem/LineItemDescription': 'SavingsPlanNegation used by the Compute Savings Plan',
      'pricing/publicOnDemandCost': '',
    });
  } else sheet.add(account, day, to, values);
}
