/** An EC2 instance type: its size and its on-demand price per hour (us-east-1, Linux). */
export interface SampleInstanceType {
  readonly name: string;
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly arm: boolean;
  /** Millionths of a US dollar per hour. */
  readonly hourlyMicros: number;
}

const TYPES: readonly SampleInstanceType[] = [
  { name: 't3.micro', vcpus: 2, memoryMib: 1_024, arm: false, hourlyMicros: 10_400 },
  { name: 't3.small', vcpus: 2, memoryMib: 2_048, arm: false, hourlyMicros: 20_800 },
  { name: 't3.medium', vcpus: 2, memoryMib: 4_096, arm: false, hourlyMicros: 41_600 },
  { name: 't4g.medium', vcpus: 2, memoryMib: 4_096, arm: true, hourlyMicros: 33_600 },
  { name: 'm5.large', vcpus: 2, memoryMib: 8_192, arm: false, hourlyMicros: 96_000 },
  { name: 'm6i.large', vcpus: 2, memoryMib: 8_192, arm: false, hourlyMicros: 96_000 },
  { name: 'm6i.xlarge', vcpus: 4, memoryMib: 16_384, arm: false, hourlyMicros: 192_000 },
  { name: 'm7g.large', vcpus: 2, memoryMib: 8_192, arm: true, hourlyMicros: 81_600 },
  { name: 'm7g.xlarge', vcpus: 4, memoryMib: 16_384, arm: true, hourlyMicros: 163_200 },
  { name: 'c6i.xlarge', vcpus: 4, memoryMib: 8_192, arm: false, hourlyMicros: 170_000 },
  { name: 'c7g.2xlarge', vcpus: 8, memoryMib: 16_384, arm: true, hourlyMicros: 290_000 },
  { name: 'r6i.xlarge', vcpus: 4, memoryMib: 32_768, arm: false, hourlyMicros: 252_000 },
  { name: 'r6i.2xlarge', vcpus: 8, memoryMib: 65_536, arm: false, hourlyMicros: 504_000 },
  { name: 'r6g.large', vcpus: 2, memoryMib: 16_384, arm: true, hourlyMicros: 100_800 },
  { name: 'r6g.xlarge', vcpus: 4, memoryMib: 32_768, arm: true, hourlyMicros: 201_600 },
  { name: 'r6g.2xlarge', vcpus: 8, memoryMib: 65_536, arm: true, hourlyMicros: 403_200 },
  { name: 't4g.micro', vcpus: 2, memoryMib: 1_024, arm: true, hourlyMicros: 8_400 },
  { name: 'g5.2xlarge', vcpus: 8, memoryMib: 32_768, arm: false, hourlyMicros: 1_212_000 },
];

export const instanceTypes: ReadonlyMap<string, SampleInstanceType> = new Map(TYPES.map((type) => [type.name, type]));

export function instanceType(name: string): SampleInstanceType {
  const type = instanceTypes.get(name);
  if (type === undefined) throw new Error(`the sample has no instance type ${name}`);
  return type;
}
