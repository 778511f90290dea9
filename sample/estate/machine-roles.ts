import type { SampleAccount } from '../organisation.ts';

/** What a machine of the sample is for; its type, disk and security group follow from it. */
export interface MachineRole {
  readonly name: string;
  readonly types: readonly string[];
  readonly gib: number;
  readonly group: 'web' | 'app' | 'admin';
  /** Whether an Auto Scaling group launches it: such machines are replaced all the time. */
  readonly fleet: boolean;
}

const WEB: MachineRole = { name: 'web', types: ['m6i.large', 'm7g.large'], gib: 30, group: 'web', fleet: true };
const API: MachineRole = { name: 'api', types: ['m6i.large', 'm6i.xlarge', 'm7g.xlarge'], gib: 50, group: 'app', fleet: true };
const NODE: MachineRole = {
  name: 'eks-node',
  types: ['m7g.xlarge', 'c7g.2xlarge', 'm6i.xlarge'],
  gib: 100,
  group: 'app',
  fleet: true,
};
export const WORKER: MachineRole = { name: 'worker', types: ['c6i.xlarge', 'm6i.large'], gib: 50, group: 'app', fleet: false };
const CACHE: MachineRole = { name: 'cache', types: ['r6i.xlarge', 'r6g.large'], gib: 40, group: 'app', fleet: false };
const BASTION: MachineRole = { name: 'bastion', types: ['t3.micro', 't3.small'], gib: 10, group: 'admin', fleet: false };
const SMALL: MachineRole = { name: 'test', types: ['t3.small', 't3.medium', 't4g.medium'], gib: 20, group: 'app', fleet: false };
const SPARK: MachineRole = { name: 'spark', types: ['r6i.2xlarge', 'r6i.xlarge'], gib: 500, group: 'app', fleet: true };
const TRAINER: MachineRole = { name: 'trainer', types: ['g5.2xlarge', 'r6i.xlarge'], gib: 500, group: 'app', fleet: false };
export const DESKTOP: MachineRole = { name: 'desktop', types: ['m5.large', 't3.medium'], gib: 80, group: 'app', fleet: false };

/** The roles that an account's machines have, each with its weight. */
export function machineRoles({ team, environment, name }: SampleAccount): readonly (readonly [MachineRole, number])[] {
  if (team === 'data')
    return name.startsWith('ml')
      ? [
          [TRAINER, 5],
          [NODE, 4],
          [SMALL, 2],
        ]
      : [
          [SPARK, 6],
          [NODE, 3],
          [WORKER, 2],
          [BASTION, 1],
        ];
  if (team === 'corporate')
    return [
      [DESKTOP, 6],
      [WEB, 2],
      [WORKER, 1],
    ];
  if (environment === 'prod')
    return [
      [NODE, 6],
      [WEB, 5],
      [API, 5],
      [WORKER, 4],
      [CACHE, 3],
      [BASTION, 1],
    ];
  if (environment === 'staging')
    return [
      [NODE, 3],
      [WEB, 2],
      [API, 3],
      [WORKER, 2],
    ];
  if (environment === 'dev' || environment === 'sandbox')
    return [
      [SMALL, 6],
      [API, 2],
      [NODE, 1],
    ];
  return [
    [WORKER, 4],
    [NODE, 3],
    [BASTION, 1],
  ];
}
