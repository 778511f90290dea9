import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';

/** Instance types that a region offers, alike for every account. */
export const ec2InstanceType = declareKind({
  name: 'ec2-instance-type',
  summary: 'Instance types of a region with vCPUs and memory.',
  service: 'ec2',
  sdk: () => import('@aws-sdk/client-ec2'),
  client: (sdk) => sdk.EC2Client,
  call: 'DescribeInstanceTypes',
  scope: 'regional',
  alike: true,
  pageSize: 100,
  items: (output) => output.InstanceTypes ?? [],
  id: (type) => type.InstanceType,
  arn: () => undefined,
  title: (type) => type.InstanceType,
  fields: [
    { ...sharedFields.instanceType, value: (type) => type.InstanceType },
    { ...sharedFields.vcpus, value: (type) => type.VCpuInfo?.DefaultVCpus },
    { ...sharedFields.memoryMib, value: (type) => type.MemoryInfo?.SizeInMiB },
    {
      ...sharedFields.memoryGib,
      value: (type) => (type.MemoryInfo?.SizeInMiB === undefined ? undefined : type.MemoryInfo.SizeInMiB / 1024),
    },
    {
      name: 'resource.current_generation',
      type: 'boolean',
      description: 'Whether AWS counts it as current generation.',
      value: (type) => type.CurrentGeneration,
    },
  ],
  example: {
    InstanceTypes: [
      {
        InstanceType: 'm5.large',
        CurrentGeneration: true,
        VCpuInfo: { DefaultVCpus: 2, DefaultCores: 1, DefaultThreadsPerCore: 2 },
        MemoryInfo: { SizeInMiB: 8192 },
      },
      { InstanceType: 't3.micro', CurrentGeneration: true, VCpuInfo: { DefaultVCpus: 2 }, MemoryInfo: { SizeInMiB: 1024 } },
    ],
  },
});
