import type { Instance } from '@aws-sdk/client-ec2';
import type { DBInstance } from '@aws-sdk/client-rds';
import type { Estate } from '../estate/estate.ts';
import { instanceType } from '../estate/instance-types.ts';
import type { SampleAccount } from '../organisation.ts';

/** A machine or database that is billed by the hour, or several of one type that share their rows. */
export interface BilledResource {
  readonly account: SampleAccount;
  readonly region: string;
  readonly product: 'AmazonEC2' | 'AmazonRDS';
  /** The id or ARN; empty where several resources share the rows. */
  readonly resource: string;
  readonly type: string;
  readonly usage: string;
  readonly operation: string;
  readonly zone: string;
  readonly since: number;
  readonly until: number;
  /** How many run at the same time. */
  readonly count: number;
  /** The price of an hour in millionths of a dollar. */
  readonly micros: number;
}

/**
 * What is billed by the hour. In production each long-lived machine and each database has rows of its own, as in the inventory. The
 * machines of fleets and those outside production share one row per account, region and type, which keeps the report small.
 */
export function billedResources({ organisation, calendar, region: regionEstate }: Estate): BilledResource[] {
  const resources = new Map<string, BilledResource>();
  const add = (key: string, resource: BilledResource): void => {
    const known = resources.get(key);
    resources.set(key, known === undefined ? resource : { ...known, count: known.count + resource.count });
  };
  for (const account of organisation.accounts) {
    if (account.suspended) continue;
    for (const region of account.regions) {
      const { reservations, databases } = regionEstate(account, region);
      for (const instance of reservations.flatMap(({ Instances }) => Instances ?? [])) {
        const billed = billedInstance(account, region, instance);
        if (billed === undefined) continue;
        const shared = `${account.id}/${region}/${billed.type}/${instance.InstanceLifecycle === 'spot'}`;
        add(billed.resource === '' ? shared : billed.resource, billed);
      }
      for (const database of databases) {
        const billed = billedDatabase(account, region, database, calendar.now);
        add(billed.resource, billed);
      }
    }
  }
  return [...resources.values()];
}

/** Undefined for a stopped machine outside production: its type's shared rows do not count it. */
function billedInstance(account: SampleAccount, region: string, instance: Instance): BilledResource | undefined {
  const type = instanceType(instance.InstanceType ?? '');
  const group = instance.Tags?.find(({ Key }) => Key === 'aws:autoscaling:groupName')?.Value;
  const spot = instance.InstanceLifecycle === 'spot';
  const ownRows = group === undefined && account.environment === 'prod';
  const stopped = /\((.*) GMT\)/.exec(instance.StateTransitionReason ?? '')?.[1];
  if (stopped !== undefined && !ownRows) return undefined;
  const windows = instance.Platform !== undefined;
  return {
    account,
    region,
    product: 'AmazonEC2',
    resource: ownRows ? (instance.InstanceId ?? '') : '',
    type: type.name,
    usage: `${spot ? 'SpotUsage' : 'BoxUsage'}:${type.name}`,
    operation: windows ? 'RunInstances:0002' : 'RunInstances',
    zone: ownRows ? (instance.Placement?.AvailabilityZone ?? '') : '',
    since: ownRows ? (instance.LaunchTime?.getTime() ?? 0) : 0,
    until: stopped === undefined ? Number.POSITIVE_INFINITY : Date.parse(`${stopped.replace(' ', 'T')}Z`),
    count: 1,
    micros: Math.floor(type.hourlyMicros * (spot ? 0.35 : windows ? 1.9 : 1)),
  };
}

function billedDatabase(account: SampleAccount, region: string, database: DBInstance, now: number): BilledResource {
  const type = instanceType((database.DBInstanceClass ?? '').replace(/^db\./, ''));
  return {
    account,
    region,
    product: 'AmazonRDS',
    resource: database.DBInstanceArn ?? '',
    type: database.DBInstanceClass ?? '',
    usage: `${database.MultiAZ ? 'Multi-AZUsage' : 'InstanceUsage'}:${database.DBInstanceClass}`,
    operation: database.Engine === 'mysql' ? 'CreateDBInstance:0002' : 'CreateDBInstance:0014',
    zone: '',
    since: database.InstanceCreateTime?.getTime() ?? now,
    until: Number.POSITIVE_INFINITY,
    count: 1,
    micros: Math.floor(type.hourlyMicros * (database.MultiAZ ? 3.4 : 1.7)),
  };
}
