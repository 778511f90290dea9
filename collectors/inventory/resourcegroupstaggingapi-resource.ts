import { declareKind } from './declare-kind.ts';

/** Every resource of any service that has or had tags, by its ARN. */
export const resourcegroupstaggingapiResource = declareKind({
  name: 'resourcegroupstaggingapi-resource',
  summary: 'Tags of every resource that has or had some, by ARN of the resource.',
  service: 'resourcegroupstaggingapi',
  sdk: () => import('@aws-sdk/client-resource-groups-tagging-api'),
  client: (sdk) => sdk.ResourceGroupsTaggingAPIClient,
  call: 'GetResources',
  scope: 'regional',
  iam: 'tag',
  pageSize: 100,
  items: (output) => output.ResourceTagMappingList ?? [],
  id: (resource) => resource.ResourceARN,
  arn: (resource) => resource.ResourceARN,
  sharesArn: true,
  tags: (resource) => resource.Tags,
  fields: [
    {
      name: 'resource.tagged_service',
      type: 'keyword',
      description: 'Service of the resource, as its ARN names it.',
      value: (resource) => resource.ResourceARN?.split(':')[2],
    },
  ],
  example: {
    ResourceTagMappingList: [
      {
        ResourceARN: 'arn:aws-cn:ec2:cn-north-1:111111111111:instance/i-0a1b2c3d4e5f60718',
        Tags: [{ Key: 'Name', Value: 'web-1' }],
      },
      { ResourceARN: 'arn:aws-cn:sqs:cn-north-1:111111111111:orders', Tags: [{ Key: 'team', Value: 'orders' }] },
    ],
  },
});
