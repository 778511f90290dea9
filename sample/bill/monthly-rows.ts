import { DAY_MS } from '../../core/day-ms.ts';
import type { Organisation } from '../organisation.ts';
import type { BillPeriod, BillSheet } from './bill-sheet.ts';
import { reservationArn } from './discounts.ts';
import { dollars, priced } from './price.ts';

/** Adds the rows that a month has once: fees, credits and refunds of a closed month, and taxes. */
export function addMonthlyRows(sheet: BillSheet, organisation: Organisation, { start, end, until }: BillPeriod): void {
  const payer = organisation.account('examplecorp-management');
  const days = (Math.min(end, until) - start) / DAY_MS;
  sheet.add(organisation.account('orders-prod'), start, end, {
    ...priced('RIFee', 'AmazonRDS', 'EUC1-HeavyUsage:db.r6g.large', '720', 130_000, dollars(720 * 130_000)),
    'reservation/ReservationARN': reservationArn(organisation),
    'lineItem/LineItemDescription': 'Reserved DB instance, 1 year, no upfront',
  });
  sheet.add(payer, start, end, {
    ...priced('Fee', 'AWSSupportBusiness', 'Dollar', '1', 0, dollars(Math.floor(days * 61_340_000))),
    'lineItem/LineItemDescription': 'AWS Support (Business)',
  });
  if (until > end) {
    sheet.add(payer, start, end, {
      ...priced('Credit', 'AmazonEC2', 'EUC1-BoxUsage:m6i.large', '0', 0, `-${dollars(750_000_000)}`),
      'lineItem/LineItemDescription': 'AWS Activate credit',
    });
    sheet.add(organisation.account('storefront-prod'), start, end, {
      ...priced('Refund', 'AmazonS3', 'EU-Requests-Tier1', '0', 0, `-${dollars(38_120_000)}`),
      'lineItem/LineItemDescription': 'Refund for a service event',
    });
  }
  for (const account of organisation.accounts) {
    if (account.suspended || account.size === 0) continue;
    sheet.add(account, start, end, {
      ...priced('Tax', 'AmazonEC2', '', '1', 0, dollars(Math.floor(account.size * days * 210_000))),
      'lineItem/TaxType': 'VAT',
      'lineItem/LineItemDescription': 'Tax for product code AmazonEC2',
      'pricing/term': '',
    });
  }
}
