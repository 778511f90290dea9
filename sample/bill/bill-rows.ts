import { DAY_MS } from '../../core/day-ms.ts';
import { HOUR_MS } from '../calendar.ts';
import type { Estate } from '../estate/estate.ts';
import type { Organisation } from '../organisation.ts';
import { addAccountRows } from './account-rows.ts';
import { type BillPeriod, type BillSheet, openBillSheet } from './bill-sheet.ts';
import { billedResources } from './billed-resources.ts';
import { addCostSpike, spikeDay } from './cost-spike.ts';
import { savingsPlanArn } from './discounts.ts';
import { addHourlyRows } from './hourly-rows.ts';
import { addMonthlyRows } from './monthly-rows.ts';
import { dollars, priced } from './price.ts';

/** The rows of one delivery of the report, as lines of CSV. */
export function billRows(estate: Estate, period: BillPeriod): readonly string[] {
  const { organisation } = estate;
  const { start, end, until } = period;
  const sheet = openBillSheet(organisation, period);
  const resources = billedResources(estate);
  for (let day = start; day < Math.min(end, until); day += DAY_MS) {
    const hours = Math.min(24, Math.floor((until - day) / HOUR_MS));
    const known = { from: day, until: day + hours * HOUR_MS, to: day + DAY_MS };
    for (const resource of resources) addHourlyRows(sheet, organisation, resource, known);
    for (const account of organisation.accounts) if (!account.suspended) addAccountRows(sheet, estate, account, day, hours);
    if (day === spikeDay(estate)) addCostSpike(sheet, estate);
    addSavingsPlanFee(sheet, organisation, day, hours);
  }
  addMonthlyRows(sheet, organisation, period);
  return sheet.rows;
}

function addSavingsPlanFee(sheet: BillSheet, organisation: Organisation, day: number, hours: number): void {
  const cost = dollars(hours * 3_500_000);
  sheet.add(organisation.account('examplecorp-management'), day, day + DAY_MS, {
    ...priced('SavingsPlanRecurringFee', 'ComputeSavingsPlans', 'ComputeSP:1yrNoUpfront', String(hours), 3_500_000, cost),
    'savingsPlan/SavingsPlanARN': savingsPlanArn(organisation),
    'lineItem/LineItemDescription': '1 year No Upfront Compute Savings Plan',
  });
}
