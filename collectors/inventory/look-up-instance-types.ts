import { askAws, type ReadScope } from './ask-aws.ts';

/** What an instance type gives by default. */
export interface InstanceTypeSize {
  readonly vcpus: number;
  readonly memoryMib: number;
}

/** Sizes by type name; a type that EC2 does not know in this region is not in it. */
export type InstanceTypeLookup = (scope: ReadScope, types: Iterable<string>) => Promise<ReadonlyMap<string, InstanceTypeSize>>;

/** DescribeInstanceTypes shows at most 100 types a page. */
const BATCH = 100;

/**
 * A lookup that asks for each type once per partition and region: types are the same for all accounts. It asks by filter, not by
 * name, because one unknown name fails the whole call.
 */
export function instanceTypeLookup(): InstanceTypeLookup {
  const known = new Map<string, Promise<InstanceTypeSize | undefined>>();

  return async (scope, types) => {
    const keyOf = (type: string) => `${scope.account.identity.partition}/${scope.region}/${type}`;
    const wanted = [...new Set(types)];
    const unasked = wanted.filter((type) => !known.has(keyOf(type)));
    for (let start = 0; start < unasked.length; start += BATCH) {
      const batch = unasked.slice(start, start + BATCH);
      const asked = describe(scope, batch);
      for (const type of batch) {
        known.set(
          keyOf(type),
          asked.then((sizes) => sizes.get(type)),
        );
      }
      // A failure is not remembered: the next account may be allowed to ask.
      asked.catch(() => {
        for (const type of batch) known.delete(keyOf(type));
      });
    }
    const sizes = new Map<string, InstanceTypeSize>();
    const answers = await Promise.all(wanted.map((type) => known.get(keyOf(type))));
    answers.forEach((size, index) => {
      if (size !== undefined) sizes.set(wanted[index] as string, size);
    });
    return sizes;
  };
}

async function describe(scope: ReadScope, types: string[]): Promise<Map<string, InstanceTypeSize>> {
  const sdk = await import('@aws-sdk/client-ec2');
  const ask = askAws('ec2', sdk, sdk.EC2Client, scope);
  const sizes = new Map<string, InstanceTypeSize>();
  for await (const page of ask('DescribeInstanceTypes', { Filters: [{ Name: 'instance-type', Values: types }] })) {
    for (const { InstanceType, VCpuInfo, MemoryInfo } of page.InstanceTypes ?? []) {
      const vcpus = VCpuInfo?.DefaultVCpus;
      const memoryMib = MemoryInfo?.SizeInMiB;
      if (InstanceType !== undefined && vcpus !== undefined && memoryMib !== undefined)
        sizes.set(InstanceType, { vcpus, memoryMib });
    }
  }
  return sizes;
}
