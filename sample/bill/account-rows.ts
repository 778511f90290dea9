import type { NatGateway } from '@aws-sdk/client-ec2';
import { DAY_MS } from '../../core/day-ms.ts';
import type { Estate } from '../estate/estate.ts';
import { PARTITION, type SampleAccount } from '../organisation.ts';
import { seeded } from '../random.ts';
import type { BillSheet } from './bill-sheet.ts';
import { storedGigabytes } from './growth.ts';
import { dollars, priced, usagePrefix } from './price.ts';

const TRANSFER_MICROS = 90_000;
/** The price of a gigabyte for a month. */
const STORAGE_MICROS = 23_000;
const METRIC_MICROS = 10_000;
const NAT_MICROS = 52_000;

/** Adds the rows of a day that an account as a whole has: data transfer, storage, metrics and NAT gateways; `hours` of the day are known. */
export function addAccountRows(sheet: BillSheet, estate: Estate, account: SampleAccount, day: number, hours: number): void {
  const random = seeded(estate.organisation.seed, account.id, day, 'bill');
  const share = hours / 24;
  if (account.size > 8) addTransfer(sheet, account, day, Math.round(account.size * (8 + random.int(0, 6)) * share));
  if (account.size > 0 && random.chance(account.size > 20 ? 1 : 0.25)) {
    addStorage(sheet, account, day, share);
    addMetrics(sheet, account, day);
  }
  for (const gateway of estate.region(account, account.home).natGateways) {
    if (gateway.CreateTime === undefined || gateway.CreateTime.getTime() <= day)
      addNatGateway(sheet, account, gateway, day, hours);
  }
}

function addTransfer(sheet: BillSheet, account: SampleAccount, day: number, gigabytes: number): void {
  const usage = `${usagePrefix(account.home)}DataTransfer-Out-Bytes`;
  const cost = dollars(gigabytes * TRANSFER_MICROS);
  sheet.add(account, day, day + DAY_MS, {
    ...priced('Usage', 'AWSDataTransfer', usage, String(gigabytes), TRANSFER_MICROS, cost),
    'product/region': account.home,
    'pricing/unit': 'GB',
    'lineItem/Operation': 'RunInstances',
    'product/productFamily': 'Data Transfer',
  });
}

function addStorage(sheet: BillSheet, account: SampleAccount, day: number, share: number): void {
  const gigabytes = storedGigabytes(account, day);
  const usage = `${usagePrefix(account.home)}TimedStorage-ByteHrs`;
  const cost = dollars(Math.floor((gigabytes * STORAGE_MICROS * share) / 30));
  sheet.add(account, day, day + DAY_MS, {
    ...priced('Usage', 'AmazonS3', usage, (gigabytes / 30).toFixed(6), STORAGE_MICROS, cost),
    'product/region': account.home,
    'pricing/unit': 'GB',
    'lineItem/Operation': 'StandardStorage',
    'product/productFamily': 'Storage',
  });
}

function addMetrics(sheet: BillSheet, account: SampleAccount, day: number): void {
  const usage = `${usagePrefix(account.home)}CW:MetricMonitorUsage`;
  const cost = dollars(account.size * METRIC_MICROS);
  sheet.add(account, day, day + DAY_MS, {
    ...priced('Usage', 'AmazonCloudWatch', usage, String(account.size), METRIC_MICROS, cost),
    'product/region': account.home,
    'pricing/unit': 'Metrics',
  });
}

function addNatGateway(sheet: BillSheet, account: SampleAccount, nat: NatGateway, day: number, hours: number): void {
  const prefix = usagePrefix(account.home);
  const gateway = {
    'lineItem/ResourceId': `arn:${PARTITION}:ec2:${account.home}:${account.id}:natgateway/${nat.NatGatewayId}`,
    'lineItem/Operation': 'NatGateway',
    'product/productFamily': 'NAT Gateway',
    'product/region': account.home,
  };
  const cost = dollars(hours * NAT_MICROS);
  sheet.add(account, day, day + DAY_MS, {
    ...priced('Usage', 'AmazonEC2', `${prefix}NatGateway-Hours`, String(hours), NAT_MICROS, cost),
    ...gateway,
    'pricing/unit': 'Hrs',
  });
  const unused = nat.Tags?.some(({ Value }) => Value === 'search-nat-unused') ?? false;
  if (unused || account.environment !== 'prod') return;
  const gigabytes = Math.round(account.size * 3 * (hours / 24));
  const bytesCost = dollars(gigabytes * NAT_MICROS);
  sheet.add(account, day, day + DAY_MS, {
    ...priced('Usage', 'AmazonEC2', `${prefix}NatGateway-Bytes`, String(gigabytes), NAT_MICROS, bytesCost),
    ...gateway,
    'pricing/unit': 'GB',
  });
}
