import { DAY_MS } from '../../core/day-ms.ts';
import type { Estate } from '../estate/estate.ts';
import { instanceType } from '../estate/instance-types.ts';
import type { BillSheet } from './bill-sheet.ts';
import { dollars, priced } from './price.ts';

/** The day of the planted cost spike. */
export const spikeDay = (estate: Estate): number => estate.calendar.daysBefore(4);
/** How many machines with graphics cards ran on that day, for all of it. */
export const SPIKE_MACHINES = 240;
const SPIKE_HOURS = SPIKE_MACHINES * 24;

/** Adds the planted row of machines that ran for one day only. */
export function addCostSpike(sheet: BillSheet, estate: Estate): void {
  const day = spikeDay(estate);
  const { hourlyMicros } = instanceType('g5.2xlarge');
  const cost = dollars(SPIKE_HOURS * hourlyMicros);
  sheet.add(estate.organisation.account('ml-research'), day, day + DAY_MS, {
    ...priced('Usage', 'AmazonEC2', 'BoxUsage:g5.2xlarge', String(SPIKE_HOURS), hourlyMicros, cost),
    'lineItem/Operation': 'RunInstances',
    'lineItem/LineItemDescription': `$${dollars(hourlyMicros)} per On Demand Linux g5.2xlarge Instance Hour`,
    'product/instanceType': 'g5.2xlarge',
    'product/productFamily': 'Compute Instance',
    'product/region': 'us-east-1',
    'pricing/unit': 'Hrs',
  });
}
