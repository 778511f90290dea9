import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** RDS database instances, Aurora's included. Neptune and DocumentDB answer to the same call and are shown too. */
export const rdsInstance = declareKind({
  name: 'rds-instance',
  summary: 'RDS database instances with engine, storage, vCPUs and memory.',
  service: 'rds',
  sdk: () => import('@aws-sdk/client-rds'),
  client: (sdk) => sdk.RDSClient,
  call: 'DescribeDBInstances',
  scope: 'regional',
  pageSize: 100,
  items: (output) => output.DBInstances ?? [],
  id: (database) => database.DBInstanceIdentifier,
  arn: (database) => database.DBInstanceArn,
  title: (database) => database.DBInstanceIdentifier,
  state: (database) => database.DBInstanceStatus,
  created: (database) => database.InstanceCreateTime,
  zone: (database) => database.AvailabilityZone,
  tags: (database) => database.TagList,
  fields: [
    { ...sharedFields.instanceType, value: (database) => database.DBInstanceClass },
    sharedFields.vcpus,
    sharedFields.memoryMib,
    sharedFields.memoryGib,
    { ...sharedFields.sizeGib, value: (database) => database.AllocatedStorage },
    { ...sharedFields.encrypted, value: (database) => database.StorageEncrypted },
    { ...sharedFields.public, value: (database) => database.PubliclyAccessible },
    { ...sharedFields.vpcId, value: (database) => database.DBSubnetGroup?.VpcId },
    { name: 'resource.engine', type: 'keyword', description: 'Database engine.', value: (database) => database.Engine },
    {
      name: 'resource.engine_version',
      type: 'keyword',
      description: 'Version of the engine.',
      value: (database) => database.EngineVersion,
    },
    {
      name: 'resource.multi_az',
      type: 'boolean',
      description: 'Whether a standby runs in another zone.',
      value: (database) => database.MultiAZ,
    },
    {
      name: 'resource.cluster_id',
      type: 'keyword',
      description: 'Aurora or Multi-AZ cluster that it belongs to.',
      value: (database) => database.DBClusterIdentifier,
    },
  ],
  // Moves on by itself every five minutes.
  volatile: ['LatestRestorableTime'],
  lookups: ['ec2:DescribeInstanceTypes'],
  example: {
    DBInstances: [
      {
        DBInstanceIdentifier: 'orders',
        DBInstanceArn: 'arn:aws-cn:rds:cn-north-1:111111111111:db:orders',
        DBInstanceClass: 'db.m5.large',
        Engine: 'postgres',
        DBInstanceStatus: 'available',
        InstanceCreateTime: '2026-01-02T03:04:05.000Z',
        AllocatedStorage: 100,
        StorageEncrypted: true,
        TagList: [{ Key: 'team', Value: 'orders' }],
      },
    ],
  },
});
