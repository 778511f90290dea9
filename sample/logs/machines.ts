import type { Instance, NetworkInterface } from '@aws-sdk/client-ec2';
import type { Estate } from '../estate/estate.ts';
import type { RegionEstate } from '../estate/region-estate.ts';
import type { SampleAccount } from '../organisation.ts';

/** A running machine of an account in its home region. */
export interface Machine {
  readonly id: string;
  readonly name: string;
  readonly ip: string;
  readonly publicIp: string | undefined;
  readonly launched: number;
  readonly zone: string;
  readonly networkInterface: NetworkInterface;
}

/** What logs of an account name: its machines by what they do, its load balancers and its interfaces. */
export interface Scene {
  readonly account: SampleAccount;
  readonly region: string;
  readonly estate: RegionEstate;
  readonly machines: readonly Machine[];
  /** The machines whose names have this part, such as `web`; those that were there at the time, and never none. */
  of(part: string, time: number): readonly Machine[];
}

export function sceneOf(estate: Estate, name: string): Scene {
  const account = estate.organisation.account(name);
  const region = estate.region(account, account.home);
  const interfaces = new Map(region.networkInterfaces.map((one) => [one.Attachment?.InstanceId, one]));
  const machines = region.reservations
    .flatMap(({ Instances }) => Instances ?? [])
    .filter(({ State }) => State?.Name === 'running')
    .flatMap((instance) => machineOf(instance, interfaces.get(instance.InstanceId)));
  return {
    account,
    region: account.home,
    estate: region,
    machines,
    of(part, time) {
      const there = machines.filter(({ launched }) => launched <= time);
      const found = there.filter((machine) => machine.name.includes(`-${part}-`));
      return found.length > 0 ? found : there;
    },
  };
}

function machineOf(instance: Instance, networkInterface: NetworkInterface | undefined): Machine[] {
  const { InstanceId: id, PrivateIpAddress: ip, PublicIpAddress: publicIp, Placement, LaunchTime, Tags } = instance;
  if (id === undefined || ip === undefined || networkInterface === undefined) return [];
  const name = Tags?.find(({ Key }) => Key === 'Name')?.Value ?? id;
  const zone = Placement?.AvailabilityZone ?? '';
  return [{ id, name, ip, publicIp, launched: LaunchTime?.getTime() ?? 0, zone, networkInterface }];
}

/** The machines that anybody can reach by SSH (`open-ssh`). */
export const openMachines = ({ machines }: Scene): readonly Machine[] =>
  machines.filter(({ networkInterface }) =>
    networkInterface.Groups?.some(({ GroupName }) => GroupName === 'dev-ssh-from-anywhere'),
  );
