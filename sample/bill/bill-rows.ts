import { DAY_MS, weekday } from '../calendar.ts';
import type { Estate } from '../estate/estate.ts';
import { instanceType } from '../estate/instance-types.ts';
import { PARTITION, type SampleAccount } from '../organisation.ts';
import { seeded } from '../random.ts';

/** Columns of the report, in its order; the rest of CUR's are left out as a report without usage of them leaves them out. */
export const COLUMNS = [
  'identity/LineItemId',
  'identity/TimeInterval',
  'bill/InvoiceId',
  'bill/InvoicingEntity',
  'bill/BillingEntity',
  'bill/BillType',
  'bill/PayerAccountId',
  'bill/BillingPeriodStartDate',
  'bill/BillingPeriodEndDate',
  'lineItem/UsageAccountId',
  'lineItem/LineItemType',
  'lineItem/UsageStartDate',
  'lineItem/UsageEndDate',
  'lineItem/ProductCode',
  'lineItem/UsageType',
  'lineItem/Operation',
  'lineItem/AvailabilityZone',
  'lineItem/ResourceId',
  'lineItem/UsageAmount',
  'lineItem/CurrencyCode',
  'lineItem/UnblendedRate',
  'lineItem/UnblendedCost',
  'lineItem/BlendedRate',
  'lineItem/BlendedCost',
  'lineItem/LineItemDescription',
  'lineItem/TaxType',
  'lineItem/LegalEntity',
  'product/ProductName',
  'product/instanceType',
  'product/productFamily',
  'product/region',
  'product/servicecode',
  'pricing/publicOnDemandCost',
  'pricing/publicOnDemandRate',
  'pricing/term',
  'pricing/unit',
  'reservation/EffectiveCost',
  'reservation/ReservationARN',
  'savingsPlan/SavingsPlanARN',
  'savingsPlan/SavingsPlanEffectiveCost',
  'savingsPlan/SavingsPlanRate',
  'resourceTags/user:cost-center',
  'resourceTags/user:env',
  'resourceTags/user:team',
] as const;

type Column = (typeof COLUMNS)[number];

const COLUMN_AT: ReadonlyMap<string, number> = new Map(COLUMNS.map((column, at) => [column, at]));

/** Usage type's first letters per region: https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur1.html */
const SHORT: Readonly<Record<string, string>> = {
  'us-east-1': '',
  'us-west-2': 'USW2-',
  'eu-west-1': 'EU-',
  'eu-central-1': 'EUC1-',
  'ap-southeast-2': 'APS2-',
};

/** The account, service and day of the cost spike. */
export const spikeDay = (estate: Estate): number => estate.calendar.daysBefore(4);
/** Machines with graphics cards, all day. */
export const SPIKE_MACHINES = 240;
const SPIKE_HOURS = SPIKE_MACHINES * 24;

const NAT_MICROS = 52_000;

interface Thing {
  readonly account: SampleAccount;
  readonly region: string;
  readonly product: 'AmazonEC2' | 'AmazonRDS';
  readonly resource: string;
  readonly type: string;
  readonly usage: string;
  readonly operation: string;
  readonly zone: string;
  readonly since: number;
  readonly until: number;
  /** How many run at once. */
  readonly count: number;
  /** Millionths of a dollar per hour. */
  readonly micros: number;
}

const NAMES: Readonly<Record<string, string>> = {
  AmazonEC2: 'Amazon Elastic Compute Cloud',
  AmazonRDS: 'Amazon Relational Database Service',
  AmazonS3: 'Amazon Simple Storage Service',
  AWSDataTransfer: 'AWS Data Transfer',
  AmazonCloudWatch: 'AmazonCloudWatch',
  awskms: 'AWS Key Management Service',
  AWSSupportBusiness: 'AWS Support (Business)',
  ComputeSavingsPlans: 'Savings Plans for AWS Compute usage',
};

/** The rows of one month as known at `until`, as lines of CSV. */
export function billRows(estate: Estate, start: number, end: number, until: number): string[] {
  const { organisation } = estate;
  const rows: string[] = [];
  const ids = seeded(organisation.seed, start, until).id(44).toLowerCase();
  const iso = isoSeconds();
  const closed = until > end;
  const monthIso = [new Date(start).toISOString(), new Date(end).toISOString()] as const;
  const things = billedThings(estate);
  const accounts = organisation.accounts.filter(({ suspended }) => !suspended);
  const plan = `arn:${PARTITION}:savingsplans::${organisation.managementId}:savingsplan/7d1f0c55-2f4b-4d5f-9a3e-0b6c9c4f8e21`;
  const reservation = `arn:${PARTITION}:rds:eu-central-1:${organisation.account('orders-prod').id}:ri:orders-2026`;

  const row = (account: SampleAccount, from: number, to: number, values: Partial<Record<Column, string>>): void => {
    const cells = new Array<string>(COLUMNS.length).fill('');
    const set = (column: string, value: string): void => {
      const at = COLUMN_AT.get(column);
      if (at !== undefined) cells[at] = value;
    };
    const fromIso = iso(from);
    const toIso = iso(to);
    set('identity/TimeInterval', `${fromIso}/${toIso}`);
    set('bill/InvoiceId', closed ? String(1_000_000_000 + Math.floor(start / DAY_MS)) : '');
    set('bill/InvoicingEntity', 'Amazon Web Services EMEA SARL');
    set('bill/BillingEntity', 'AWS');
    set('bill/BillType', 'Anniversary');
    set('bill/PayerAccountId', organisation.managementId);
    set('bill/BillingPeriodStartDate', monthIso[0]);
    set('bill/BillingPeriodEndDate', monthIso[1]);
    set('lineItem/UsageAccountId', account.id);
    set('lineItem/UsageStartDate', fromIso);
    set('lineItem/UsageEndDate', toIso);
    set('lineItem/CurrencyCode', 'USD');
    set('lineItem/LegalEntity', 'Amazon Web Services EMEA SARL');
    set('resourceTags/user:team', account.team);
    set('resourceTags/user:env', account.environment);
    set('resourceTags/user:cost-center', account.costCenter);
    for (const [column, value] of Object.entries(values)) set(column, value);
    const product = values['lineItem/ProductCode'] ?? '';
    set('product/ProductName', NAMES[product] ?? product);
    set('product/servicecode', product);
    set('identity/LineItemId', `${ids}${rows.length.toString(36).padStart(8, '0')}`);
    rows.push(cells.map((cell) => (cell.includes(',') ? `"${cell}"` : cell)).join(','));
  };
  const priced = (
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

  for (let day = start; day < Math.min(end, until); day += DAY_MS) {
    const to = day + DAY_MS;
    const hours = Math.min(24, Math.floor((until - day) / 3_600_000));
    for (const thing of things) {
      const { account } = thing;
      const from = Math.max(day, thing.since);
      const till = Math.min(day + hours * 3_600_000, thing.until);
      if (till <= from) continue;
      const scale = thing.resource === '' ? fleetScale(account, day) : 1;
      const amount = Math.round(((till - from) / 3_600_000) * thing.count * scale);
      if (amount === 0) continue;
      const { product, region } = thing;
      const cost = dollars(amount * thing.micros);
      const reserved = product === 'AmazonRDS' && account.name === 'orders-prod';
      const covered = product === 'AmazonEC2' && thing.usage.startsWith('BoxUsage:m6i') && account.environment === 'prod';
      const values: Partial<Record<Column, string>> = {
        ...priced(
          reserved ? 'DiscountedUsage' : covered ? 'SavingsPlanCoveredUsage' : 'Usage',
          product,
          `${SHORT[region]}${thing.usage}`,
          String(amount),
          thing.micros,
          reserved ? '0.0' : cost,
        ),
        'lineItem/Operation': thing.operation,
        'lineItem/AvailabilityZone': thing.zone,
        'lineItem/ResourceId': thing.resource,
        'lineItem/LineItemDescription': `$${dollars(thing.micros)} per ${thing.type} instance hour`,
        'product/instanceType': thing.type,
        'product/productFamily': product === 'AmazonRDS' ? 'Database Instance' : 'Compute Instance',
        'product/region': region,
        'pricing/unit': 'Hrs',
      };
      if (reserved) {
        row(account, day, to, {
          ...values,
          'pricing/term': 'Reserved',
          'reservation/ReservationARN': reservation,
          'reservation/EffectiveCost': dollars(Math.floor(amount * thing.micros * 0.6)),
        });
      } else if (covered) {
        const plans = {
          'savingsPlan/SavingsPlanARN': plan,
          'savingsPlan/SavingsPlanRate': dollars(Math.floor(thing.micros * 0.7)),
        };
        row(account, day, to, {
          ...values,
          ...plans,
          'savingsPlan/SavingsPlanEffectiveCost': dollars(Math.floor(amount * thing.micros * 0.7)),
        });
        row(account, day, to, {
          ...values,
          ...plans,
          'lineItem/LineItemType': 'SavingsPlanNegation',
          'lineItem/UnblendedCost': `-${cost}`,
          'lineItem/BlendedCost': `-${cost}`,
          'lineItem/LineItemDescription': 'SavingsPlanNegation used by the Compute Savings Plan',
          'pricing/publicOnDemandCost': '',
        });
      } else row(account, day, to, values);
    }
    for (const account of accounts) {
      const random = seeded(organisation.seed, account.id, day, 'bill');
      const place = { 'product/region': account.home, 'pricing/unit': 'GB' };
      const short = SHORT[account.home] ?? '';
      const share = hours / 24;
      if (account.size > 8) {
        const gigabytes = Math.round(account.size * (8 + random.int(0, 6)) * share);
        row(account, day, to, {
          ...priced(
            'Usage',
            'AWSDataTransfer',
            `${short}DataTransfer-Out-Bytes`,
            String(gigabytes),
            90_000,
            dollars(gigabytes * 90_000),
          ),
          ...place,
          'lineItem/Operation': 'RunInstances',
          'product/productFamily': 'Data Transfer',
        });
      }
      if (account.size > 0 && random.chance(account.size > 20 ? 1 : 0.25)) {
        const gigabytes = storedGigabytes(account.name, account.size, (day - STORAGE_EPOCH) / DAY_MS);
        // A day's share of the monthly price of 0.023 per GB.
        const micros = Math.floor((gigabytes * 23_000 * share) / 30);
        row(account, day, to, {
          ...priced('Usage', 'AmazonS3', `${short}TimedStorage-ByteHrs`, (gigabytes / 30).toFixed(6), 23_000, dollars(micros)),
          ...place,
          'lineItem/Operation': 'StandardStorage',
          'product/productFamily': 'Storage',
        });
        row(account, day, to, {
          ...priced(
            'Usage',
            'AmazonCloudWatch',
            `${short}CW:MetricMonitorUsage`,
            String(account.size),
            10_000,
            dollars(account.size * 10_000),
          ),
          'product/region': account.home,
          'pricing/unit': 'Metrics',
        });
      }
      for (const nat of estate.region(account, account.home).natGateways) {
        if (nat.CreateTime !== undefined && nat.CreateTime.getTime() > day) continue;
        const unused = nat.Tags?.some(({ Value }) => Value === 'search-nat-unused') ?? false;
        const gateway = {
          'lineItem/ResourceId': `arn:${PARTITION}:ec2:${account.home}:${account.id}:natgateway/${nat.NatGatewayId}`,
          'lineItem/Operation': 'NatGateway',
          'product/productFamily': 'NAT Gateway',
          'product/region': account.home,
        };
        row(account, day, to, {
          ...priced('Usage', 'AmazonEC2', `${short}NatGateway-Hours`, String(hours), NAT_MICROS, dollars(hours * NAT_MICROS)),
          ...gateway,
          'pricing/unit': 'Hrs',
        });
        if (!unused && account.environment === 'prod') {
          const gigabytes = Math.round(account.size * 3 * share);
          row(account, day, to, {
            ...priced(
              'Usage',
              'AmazonEC2',
              `${short}NatGateway-Bytes`,
              String(gigabytes),
              NAT_MICROS,
              dollars(gigabytes * NAT_MICROS),
            ),
            ...gateway,
            'pricing/unit': 'GB',
          });
        }
      }
    }
    if (day === spikeDay(estate)) {
      const account = organisation.account('ml-research');
      const { hourlyMicros } = instanceType('g5.2xlarge');
      row(account, day, to, {
        ...priced(
          'Usage',
          'AmazonEC2',
          'BoxUsage:g5.2xlarge',
          String(SPIKE_HOURS),
          hourlyMicros,
          dollars(SPIKE_HOURS * hourlyMicros),
        ),
        'lineItem/Operation': 'RunInstances',
        'lineItem/LineItemDescription': `$${dollars(hourlyMicros)} per On Demand Linux g5.2xlarge Instance Hour`,
        'product/instanceType': 'g5.2xlarge',
        'product/productFamily': 'Compute Instance',
        'product/region': 'us-east-1',
        'pricing/unit': 'Hrs',
      });
    }
    const payer = organisation.account('examplecorp-management');
    row(payer, day, to, {
      ...priced(
        'SavingsPlanRecurringFee',
        'ComputeSavingsPlans',
        'ComputeSP:1yrNoUpfront',
        String(hours),
        3_500_000,
        dollars(hours * 3_500_000),
      ),
      'savingsPlan/SavingsPlanARN': plan,
      'lineItem/LineItemDescription': '1 year No Upfront Compute Savings Plan',
    });
  }

  // What comes once a month.
  const orders = organisation.account('orders-prod');
  row(orders, start, end, {
    ...priced('RIFee', 'AmazonRDS', 'EUC1-HeavyUsage:db.r6g.large', '720', 130_000, dollars(720 * 130_000)),
    'reservation/ReservationARN': reservation,
    'lineItem/LineItemDescription': 'Reserved DB instance, 1 year, no upfront',
  });
  const days = Math.min(end, until) - start;
  row(organisation.account('examplecorp-management'), start, end, {
    ...priced('Fee', 'AWSSupportBusiness', 'Dollar', '1', 0, dollars(Math.floor((days / DAY_MS) * 61_340_000))),
    'lineItem/LineItemDescription': 'AWS Support (Business)',
  });
  if (closed) {
    const payer = organisation.account('examplecorp-management');
    row(payer, start, end, {
      ...priced('Credit', 'AmazonEC2', 'EUC1-BoxUsage:m6i.large', '0', 0, `-${dollars(750_000_000)}`),
      'lineItem/LineItemDescription': 'AWS Activate credit',
    });
    row(organisation.account('storefront-prod'), start, end, {
      ...priced('Refund', 'AmazonS3', 'EU-Requests-Tier1', '0', 0, `-${dollars(38_120_000)}`),
      'lineItem/LineItemDescription': 'Refund for a service event',
    });
  }
  for (const account of accounts) {
    if (account.size === 0) continue;
    row(account, start, end, {
      ...priced('Tax', 'AmazonEC2', '', '1', 0, dollars(Math.floor(account.size * (days / DAY_MS) * 210_000))),
      'lineItem/TaxType': 'VAT',
      'lineItem/LineItemDescription': 'Tax for product code AmazonEC2',
      'pricing/term': '',
    });
  }
  return rows;
}

/** Few times are in many rows. */
function isoSeconds(): (time: number) => string {
  const known = new Map<number, string>();
  return (time) => {
    const text = known.get(time) ?? `${new Date(time).toISOString().slice(0, 19)}Z`;
    known.set(time, text);
    return text;
  };
}

/** Fleets grow with the business, breathe from day to day, and outside production mostly sleep at weekends. */
function fleetScale(account: SampleAccount, day: number): number {
  // Below 1 in all, for no machine runs 25 hours a day.
  const growth = 0.64 + (0.3 * (day - STORAGE_EPOCH)) / (730 * DAY_MS);
  const weekend = weekday(day) >= 5 && account.environment !== 'shared' ? (account.environment === 'prod' ? 0.88 : 0.45) : 1;
  return Math.min(1, growth * weekend) * (0.92 + seeded(account.id, day, 'fleet').next() * 0.08);
}

const STORAGE_EPOCH = Date.UTC(2025, 0, 1);

/** Storage grows by a little every day. */
const storedGigabytes = (name: string, size: number, days: number): number =>
  Math.round((name.startsWith('data-lake') ? 1_400 : 90) * size * (1 + days * 0.0006));

/**
 * What is billed by the hour. In production each long-lived machine and database has its own lines, as in the inventory; what is
 * replaced all the time, and what is not production, shares one line per account, region and type, to keep the report small.
 */
function billedThings({ organisation, calendar, region: regionEstate }: Estate): Thing[] {
  const things = new Map<string, Thing>();
  const add = (key: string, thing: Thing): void => {
    const known = things.get(key);
    things.set(key, known === undefined ? thing : { ...known, count: known.count + thing.count });
  };
  for (const account of organisation.accounts) {
    if (account.suspended) continue;
    for (const region of account.regions) {
      const { reservations, databases } = regionEstate(account, region);
      const fleetSince = 0;
      for (const instance of reservations.flatMap(({ Instances }) => Instances ?? [])) {
        const type = instanceType(instance.InstanceType ?? '');
        const group = instance.Tags?.find(({ Key }) => Key === 'aws:autoscaling:groupName')?.Value;
        const spot = instance.InstanceLifecycle === 'spot';
        const own = group === undefined && account.environment === 'prod';
        const stopped = /\((.*) GMT\)/.exec(instance.StateTransitionReason ?? '')?.[1];
        if (stopped !== undefined && !own) continue;
        const windows = instance.Platform !== undefined;
        add(own ? (instance.InstanceId ?? '') : `${account.id}/${region}/${type.name}/${spot}`, {
          account,
          region,
          product: 'AmazonEC2',
          resource: own ? (instance.InstanceId ?? '') : '',
          type: type.name,
          usage: `${spot ? 'SpotUsage' : 'BoxUsage'}:${type.name}`,
          operation: windows ? 'RunInstances:0002' : 'RunInstances',
          zone: own ? (instance.Placement?.AvailabilityZone ?? '') : '',
          since: own ? (instance.LaunchTime?.getTime() ?? 0) : fleetSince,
          until: stopped === undefined ? Number.POSITIVE_INFINITY : Date.parse(`${stopped.replace(' ', 'T')}Z`),
          count: 1,
          micros: Math.floor(type.hourlyMicros * (spot ? 0.35 : windows ? 1.9 : 1)),
        });
      }
      for (const database of databases) {
        const type = instanceType((database.DBInstanceClass ?? '').replace(/^db\./, ''));
        add(database.DBInstanceArn ?? '', {
          account,
          region,
          product: 'AmazonRDS',
          resource: database.DBInstanceArn ?? '',
          type: database.DBInstanceClass ?? '',
          usage: `${database.MultiAZ ? 'Multi-AZUsage' : 'InstanceUsage'}:${database.DBInstanceClass}`,
          operation: database.Engine === 'mysql' ? 'CreateDBInstance:0002' : 'CreateDBInstance:0014',
          zone: '',
          since: database.InstanceCreateTime?.getTime() ?? calendar.now,
          until: Number.POSITIVE_INFINITY,
          count: 1,
          micros: Math.floor(type.hourlyMicros * (database.MultiAZ ? 3.4 : 1.7)),
        });
      }
    }
  }
  return [...things.values()];
}

/** Millionths as dollars, exactly. */
function dollars(micros: number): string {
  const whole = Math.floor(micros / 1_000_000);
  return `${whole}.${String(micros - whole * 1_000_000).padStart(6, '0')}`;
}
