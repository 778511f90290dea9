import { askAws, type ReadScope } from './ask-aws.ts';

/** The default size of an instance type. */
interface InstanceTypeSize {
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
    const sizes = new Map<string, InstanceTypeSize>();
    const unanswered: string[] = [];
    for (const type of new Set(types)) {
      try {
        const answer = known.get(keyOf(type));
        const size = await answer;
        if (answer === undefined) unanswered.push(type);
        else if (size !== undefined) sizes.set(type, size);
      } catch {
        // The failed call was made by another account: this account may be allowed to make it.
        unanswered.push(type);
      }
    }
    for (let start = 0; start < unanswered.length; start += BATCH) {
      const batch = unanswered.slice(start, start + BATCH);
      const asked = describe(scope, batch);
      for (const type of batch) {
        const answer = asked.then((found) => found.get(type));
        known.set(keyOf(type), answer);
        // A failure is not cached.
        answer.catch(() => known.get(keyOf(type)) === answer && known.delete(keyOf(type)));
      }
      for (const [type, size] of await asked) sizes.set(type, size);
    }
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
