import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { Instance, NetworkInterface, Reservation, SecurityGroup, Snapshot, Volume } from '@aws-sdk/client-ec2';
import { HOUR_MS } from '../calendar.ts';
import { PARTITION, type SampleAccount } from '../organisation.ts';
import { type Random, seeded } from '../random.ts';
import { makeAlarm } from './alarm.ts';
import type { Images } from './images.ts';
import { instanceType } from './instance-types.ts';
import { DESKTOP, type MachineRole, machineRoles, WORKER } from './machine-roles.ts';
import { makeNetworkInterface } from './network-interface.ts';
import type { Dated, RegionScope } from './region-scope.ts';
import type { SecurityGroups } from './security-groups.ts';
import { makeSnapshot } from './snapshots.ts';

/** One EC2 instance and what comes with it. */
export interface MadeInstance {
  readonly reservation: Dated<Reservation>;
  readonly volume: Dated<Volume>;
  readonly networkInterface: Dated<NetworkInterface>;
  readonly snapshots: readonly Dated<Snapshot>[];
  readonly alarms: readonly Dated<MetricAlarm>[];
}

/** The EC2 instances of one account in one region. */
export function makeInstances(scope: RegionScope, images: Images, groups: SecurityGroups): MadeInstance[] {
  const { account, home, instanceCount, stream } = scope;
  const roles = machineRoles(account);
  const instances: MadeInstance[] = [];
  for (let number = 0; number < instanceCount; number += 1) {
    const role = stream('role', number).weighted(roles);
    instances.push(makeInstance(drawMachine(scope, groups, number, role), images));
  }
  if (home && account.name === 'orders-staging') {
    const planted = { name: 'orders-loadtest-2025', stoppedDays: 62 };
    instances.push(makeInstance(drawMachine(scope, groups, 900, WORKER, planted), images));
  }
  return instances;
}

/** What is decided about a machine before its resources are written down. */
interface Machine {
  readonly scope: RegionScope;
  readonly random: Random;
  readonly number: number;
  readonly role: MachineRole;
  readonly type: ReturnType<typeof instanceType>;
  readonly name: string;
  readonly id: string;
  readonly volume: string;
  readonly time: number;
  readonly zone: number;
  readonly ip: string;
  readonly publicIp: string | undefined;
  readonly spot: boolean;
  readonly groups: readonly SecurityGroup[];
  readonly running: boolean;
  /** EC2's `StateTransitionReason`; empty while the instance runs. */
  readonly reason: string;
}

/** The draws from a machine's random stream stay in this order: another order would make another sample. */
function drawMachine(
  scope: RegionScope,
  securityGroups: SecurityGroups,
  number: number,
  role: MachineRole,
  planted?: { readonly name: string; readonly stoppedDays: number },
): Machine {
  const { account, calendar, home, production, stream } = scope;
  const random = stream('instance', number);
  // All machines of a fleet come from one launch template.
  const template = role.fleet ? stream('fleet', role.name) : random;
  const type = instanceType(template.pick(role.types));
  const created = scope.creationTime(random, role.fleet ? 34 : 900);
  const zone = random.int(0, 2);
  const nightly = account.environment === 'dev' && random.chance(0.25);
  const spot = role.fleet && template.chance(0.2);
  const id = `i-0${random.hex(16)}`;
  const volume = `vol-0${random.hex(16)}`;
  const hasPublicIp = role.group === 'admin' || (role.group === 'web' && !production);
  const publicIp = hasPublicIp ? `198.51.100.${random.int(1, 254)}` : undefined;
  const groups = [securityGroups.ofRole[role.group]];
  if (account.name === 'mobile-dev' && home && number < 2) groups.push(securityGroups.openSsh);

  const stopped = nightly || random.chance(0.06);
  let stoppedTime: number | undefined;
  if (planted !== undefined) stoppedTime = calendar.daysBefore(planted.stoppedDays) + 16 * HOUR_MS;
  else if (stopped) {
    const evening = calendar.daysBefore(random.int(1, 30)) + 19 * HOUR_MS;
    stoppedTime = Math.min(Math.max(created + 6 * HOUR_MS, evening), calendar.now);
  }
  return {
    scope,
    random,
    number,
    role,
    type,
    name: planted?.name ?? `${fleetName(account, role.name)}-${String(number).padStart(2, '0')}`,
    id,
    volume,
    time: planted === undefined ? created : calendar.daysBefore(400),
    zone,
    ip: scope.address(zone, number >> 7, (number & 127) + 10),
    publicIp,
    spot,
    groups,
    running: stoppedTime === undefined,
    reason:
      stoppedTime === undefined
        ? ''
        : `User initiated (${new Date(stoppedTime).toISOString().replace('T', ' ').slice(0, 19)} GMT)`,
  };
}

const fleetName = (account: SampleAccount, role: string): string => `${account.team}-${role}-${account.environment}`;

/** The draws come in this order: network interface, instance, reservation, alarm. */
function makeInstance(machine: Machine, images: Images): MadeInstance {
  const { scope, random, role, time } = machine;
  const networkInterface = interfaceOf(machine);
  const instance = instanceOf(machine, images, networkInterface);
  const reservation: Reservation = {
    ReservationId: `r-0${random.hex(16)}`,
    OwnerId: scope.account.id,
    Groups: [],
    Instances: [instance],
    ...(role.fleet ? { RequesterId: '940372691376' } : {}),
  };
  return {
    reservation: [time, reservation],
    volume: [time, volumeOf(machine)],
    networkInterface: [time, networkInterface],
    snapshots: weeklyBackups(machine),
    alarms: cpuAlarm(machine),
  };
}

function interfaceOf({ scope, random, id, ip, zone, groups, time, publicIp, running }: Machine): NetworkInterface {
  return makeNetworkInterface(scope, random, ip, zone, groups, {
    Attachment: {
      AttachmentId: `eni-attach-0${random.hex(16)}`,
      InstanceId: id,
      InstanceOwnerId: scope.account.id,
      DeviceIndex: 0,
      Status: 'attached',
      AttachTime: new Date(time),
      DeleteOnTermination: true,
    },
    Description: '',
    RequesterManaged: false,
    ...(publicIp === undefined || !running ? {} : { Association: { PublicIp: publicIp, IpOwnerId: 'amazon' } }),
  });
}

function instanceOf(machine: Machine, images: Images, attached: NetworkInterface): Instance {
  const { scope, random, role, type, ip, zone, running, reason } = machine;
  const { account, region, production, vpcId, subnets } = scope;
  const publicIp = running ? machine.publicIp : undefined;
  const windows = role === DESKTOP;
  const launched = new Date(machine.time);
  return {
    InstanceId: machine.id,
    ImageId: images.launchedFrom(type.arm, random.int(0, 1)),
    InstanceType: type.name as NonNullable<Instance['InstanceType']>,
    State: running ? { Code: 16, Name: 'running' } : { Code: 80, Name: 'stopped' },
    StateTransitionReason: reason,
    ...(running
      ? {}
      : {
          StateReason: {
            Code: 'Client.UserInitiatedShutdown',
            Message: 'Client.UserInitiatedShutdown: User initiated shutdown',
          },
        }),
    LaunchTime: launched,
    Placement: { AvailabilityZone: scope.zoneName(zone), GroupName: '', Tenancy: 'default' },
    PrivateIpAddress: ip,
    PrivateDnsName: `ip-${ip.replaceAll('.', '-')}.${region}.compute.internal`,
    ...(publicIp === undefined
      ? { PublicDnsName: '' }
      : { PublicIpAddress: publicIp, PublicDnsName: `ec2-${publicIp.replaceAll('.', '-')}.${region}.compute.amazonaws.com` }),
    VpcId: vpcId,
    SubnetId: subnets[zone] ?? '',
    Architecture: type.arm ? 'arm64' : 'x86_64',
    AmiLaunchIndex: 0,
    ClientToken: '',
    EbsOptimized: true,
    EnaSupport: true,
    Hypervisor: 'xen',
    VirtualizationType: 'hvm',
    PlatformDetails: windows ? 'Windows' : 'Linux/UNIX',
    ...(windows ? { Platform: 'windows' as NonNullable<Instance['Platform']> } : {}),
    UsageOperation: windows ? 'RunInstances:0002' : 'RunInstances',
    RootDeviceName: '/dev/xvda',
    RootDeviceType: 'ebs',
    SourceDestCheck: true,
    Monitoring: { State: production ? 'enabled' : 'disabled' },
    CpuOptions: { CoreCount: Math.max(1, type.vcpus / 2), ThreadsPerCore: type.arm ? 1 : 2 },
    MetadataOptions: {
      State: 'applied',
      HttpTokens: random.chance(0.85) ? 'required' : 'optional',
      HttpPutResponseHopLimit: 2,
      HttpEndpoint: 'enabled',
    },
    IamInstanceProfile: {
      Arn: `arn:${PARTITION}:iam::${account.id}:instance-profile/${account.team}-${role.name}`,
      Id: `AIPA${random.id(17)}`,
    },
    ...(machine.spot ? { InstanceLifecycle: 'spot' as const, SpotInstanceRequestId: `sir-${random.hex(8)}` } : {}),
    BlockDeviceMappings: [
      {
        DeviceName: '/dev/xvda',
        Ebs: { VolumeId: machine.volume, Status: 'attached', AttachTime: launched, DeleteOnTermination: true },
      },
    ],
    NetworkInterfaces: [
      {
        NetworkInterfaceId: attached.NetworkInterfaceId ?? '',
        OwnerId: account.id,
        VpcId: vpcId,
        SubnetId: subnets[zone] ?? '',
        PrivateIpAddress: ip,
        MacAddress: attached.MacAddress ?? '',
        Status: 'in-use',
        SourceDestCheck: true,
        InterfaceType: 'interface',
        Groups: attached.Groups ?? [],
      },
    ],
    SecurityGroups: attached.Groups ?? [],
    Tags: scope.tags(machine.name, [
      { Key: 'service', Value: `${account.team}-${role.name}` },
      ...(role.fleet ? [{ Key: 'aws:autoscaling:groupName', Value: fleetName(account, role.name) }] : []),
    ]),
  };
}

function volumeOf({ scope, role, id, volume, name, time, zone }: Machine): Volume {
  const attached = new Date(time);
  return {
    VolumeId: volume,
    Size: role.gib,
    VolumeType: 'gp3',
    Iops: 3_000,
    Throughput: 125,
    Encrypted: true,
    State: 'in-use',
    CreateTime: attached,
    AvailabilityZone: scope.zoneName(zone),
    Attachments: [
      {
        VolumeId: volume,
        InstanceId: id,
        Device: '/dev/xvda',
        State: 'attached',
        AttachTime: attached,
        DeleteOnTermination: true,
      },
    ],
    Tags: scope.tags(name),
  };
}

/** Snapshots of the machines that are not replaced all the time; the environment decides how many are kept. */
function weeklyBackups({ scope, role, id, volume, name, number, time }: Machine): Dated<Snapshot>[] {
  const { account, calendar, organisation, production } = scope;
  if (role.fleet || account.environment === 'sandbox') return [];
  const kept = production ? 5 : account.environment === 'dev' ? 1 : 3;
  const snapshots: Dated<Snapshot>[] = [];
  for (let week = 0; week < kept; week += 1) {
    const taken = calendar.daysBefore(week * 7 + 1) + 3 * HOUR_MS + number * 60_000;
    if (taken <= time) continue;
    const snapshot = makeSnapshot(scope, seeded(organisation.seed, id, taken), taken, {
      volume,
      gib: role.gib,
      description: `weekly backup of ${name}`,
      name: `backup-${name}`,
      encrypted: true,
    });
    snapshots.push([taken, snapshot]);
  }
  return snapshots;
}

function cpuAlarm({ scope, random, role, number, name, id, time }: Machine): Dated<MetricAlarm>[] {
  const watched = scope.production && (!role.fleet || number % 6 === 0) && random.chance(0.6);
  if (!watched) return [];
  const alarm = makeAlarm(scope, random, {
    name: `${name}-cpu-high`,
    namespace: 'AWS/EC2',
    metric: 'CPUUtilization',
    dimensions: [{ Name: 'InstanceId', Value: id }],
    threshold: 85,
    firing: random.chance(0.07),
  });
  return [[time, alarm]];
}
