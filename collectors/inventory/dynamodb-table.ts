import { arn, declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** DynamoDB tables. */
export const dynamodbTable = declareKind({
  name: 'dynamodb-table',
  summary: 'DynamoDB tables with size, items and billing mode.',
  service: 'dynamodb',
  sdk: () => import('@aws-sdk/client-dynamodb'),
  client: (sdk) => sdk.DynamoDBClient,
  call: 'DescribeTable',
  calls: ['ListTables'],
  scope: 'regional',
  inputs: async function* (ask) {
    for await (const { TableNames } of ask('ListTables', {}, { pageSize: 100 }))
      for (const TableName of TableNames ?? []) yield { TableName };
  },
  about: ({ TableName }) => TableName,
  listed: ({ TableName }, place) => ({ TableName, TableArn: arn(place, 'dynamodb', `table/${TableName}`) }),
  items: (output) => (output.Table === undefined ? [] : [output.Table]),
  id: (table) => table.TableName,
  arn: (table) => table.TableArn,
  title: (table) => table.TableName,
  state: (table) => table.TableStatus,
  created: (table) => table.CreationDateTime,
  fields: [
    { name: 'resource.items', type: 'long', description: 'Items, as of up to six hours ago.', value: (table) => table.ItemCount },
    { ...sharedFields.sizeBytes, value: (table) => table.TableSizeBytes },
    {
      name: 'resource.billing_mode',
      type: 'keyword',
      description: '`PAY_PER_REQUEST` or `PROVISIONED`.',
      value: (table) => table.BillingModeSummary?.BillingMode ?? 'PROVISIONED',
    },
    {
      name: 'resource.deletion_protection',
      type: 'boolean',
      description: 'Whether it is protected from deletion.',
      value: (table) => table.DeletionProtectionEnabled,
    },
  ],
  volatile: ['ItemCount', 'TableSizeBytes', 'ProvisionedThroughput.NumberOfDecreasesToday'],
  example: {
    Table: {
      TableName: 'orders',
      TableArn: 'arn:aws-cn:dynamodb:cn-north-1:111111111111:table/orders',
      TableStatus: 'ACTIVE',
      CreationDateTime: '2026-01-02T03:04:05.000Z',
      ItemCount: 1000,
      TableSizeBytes: 123456,
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      DeletionProtectionEnabled: true,
    },
  },
  examples: { ListTables: { TableNames: ['orders', 'parcels'] } },
});
