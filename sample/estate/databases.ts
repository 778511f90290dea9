import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { NetworkInterface } from '@aws-sdk/client-ec2';
import type { DBInstance } from '@aws-sdk/client-rds';
import { arnOf } from '../organisation.ts';
import type { Random } from '../random.ts';
import { makeAlarm } from './alarm.ts';
import { makeNetworkInterface } from './network-interface.ts';
import type { Dated, RegionScope } from './region-scope.ts';
import type { SecurityGroups } from './security-groups.ts';

/** One RDS database and what comes with it. */
export interface MadeDatabase {
  readonly database: Dated<DBInstance>;
  readonly networkInterface: Dated<NetworkInterface>;
  readonly alarms: readonly Dated<MetricAlarm>[];
}

const NAMES = ['main', 'read-1', 'sessions', 'reporting'];

/** The RDS databases of one account in one region. */
export function makeDatabases(scope: RegionScope, groups: SecurityGroups): MadeDatabase[] {
  const { account, home, production, instanceCount } = scope;
  const databases: MadeDatabase[] = [];
  if (account.size > 5 && account.environment !== 'sandbox') {
    const inHome = production ? 4 : account.environment === 'staging' ? 2 : 1;
    const replicas = production && instanceCount > 3 ? 1 : 0;
    for (let number = 0; number < (home ? inHome : replicas); number += 1) {
      const name = `${account.team}-${account.environment}-${NAMES[number]}${home ? '' : '-replica'}`;
      databases.push(makeDatabase(scope, groups, number, name, {}));
    }
  }
  if (home && account.name === 'marketing-web') {
    const legacy: DBInstance = {
      PubliclyAccessible: true,
      StorageEncrypted: false,
      EngineVersion: '5.7.44',
      InstanceCreateTime: new Date(Date.UTC(2020, 8, 2, 10, 12)),
      Engine: 'mysql',
      DeletionProtection: false,
    };
    databases.push(makeDatabase(scope, groups, 9, 'newsletter-legacy', legacy));
  }
  return databases;
}

function makeDatabase(
  scope: RegionScope,
  { database: group }: SecurityGroups,
  number: number,
  name: string,
  more: DBInstance,
): MadeDatabase {
  const random = scope.stream('database', name);
  const time = scope.creationTime(random, 1_000);
  const zone = random.int(0, 2);
  const database = { ...databaseOf(scope, random, name, time, zone, group.GroupId ?? ''), ...more };
  const networkInterface = makeNetworkInterface(scope, random, scope.address(zone, 8, number + 20), zone, [group], {
    Description: 'RDSNetworkInterface',
    RequesterId: 'amazon-rds',
    RequesterManaged: true,
  });
  return {
    database: [time, database],
    networkInterface: [time, networkInterface],
    alarms: scope.production ? [[time, storageAlarm(scope, random, name)]] : [],
  };
}

function databaseOf(scope: RegionScope, random: Random, name: string, time: number, zone: number, groupId: string): DBInstance {
  const { account, calendar, region, production } = scope;
  const engine = account.team === 'storefront' || account.team === 'mobile' ? 'mysql' : 'postgres';
  const gib = random.pick([50, 100, 200, 500]);
  return {
    DBInstanceIdentifier: name,
    DBInstanceArn: arnOf('rds', region, account.id, `db:${name}`),
    DbiResourceId: `db-${random.id(26)}`,
    DBInstanceClass: production
      ? random.pick(['db.r6g.large', 'db.r6g.xlarge', 'db.r6g.2xlarge'])
      : random.pick(['db.t4g.micro', 'db.r6g.large']),
    Engine: engine,
    EngineVersion: engine === 'mysql' ? '8.0.39' : random.pick(['15.8', '16.4']),
    DBInstanceStatus: 'available',
    MasterUsername: 'dbadmin',
    DBName: account.team,
    Endpoint: {
      Address: `${name}.c${scope.stream().id(11).toLowerCase()}.${region}.rds.amazonaws.com`,
      Port: engine === 'mysql' ? 3306 : 5432,
    },
    AllocatedStorage: gib,
    StorageType: 'gp3',
    StorageEncrypted: true,
    InstanceCreateTime: new Date(time),
    PreferredBackupWindow: '02:00-02:30',
    BackupRetentionPeriod: production ? 14 : 3,
    PreferredMaintenanceWindow: 'sun:04:00-sun:04:30',
    LatestRestorableTime: new Date(calendar.now - 5 * 60_000),
    AvailabilityZone: scope.zoneName(zone),
    MultiAZ: production && random.chance(0.7),
    AutoMinorVersionUpgrade: true,
    PubliclyAccessible: false,
    DeletionProtection: production,
    PerformanceInsightsEnabled: production,
    VpcSecurityGroups: [{ VpcSecurityGroupId: groupId, Status: 'active' }],
    DBSubnetGroup: { DBSubnetGroupName: `${account.team}-private`, VpcId: scope.vpcId, SubnetGroupStatus: 'Complete' },
    CACertificateIdentifier: 'rds-ca-rsa2048-g1',
    TagList: scope.tags(name),
  };
}

const storageAlarm = (scope: RegionScope, random: Random, name: string): MetricAlarm =>
  makeAlarm(scope, random, {
    name: `${name}-storage-low`,
    namespace: 'AWS/RDS',
    metric: 'FreeStorageSpace',
    dimensions: [{ Name: 'DBInstanceIdentifier', Value: name }],
    threshold: 10_737_418_240,
    firing: random.chance(0.05),
  });
