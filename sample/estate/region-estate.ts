import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type {
  Image,
  Instance,
  InternetGateway,
  NatGateway,
  NetworkInterface,
  Reservation,
  SecurityGroup,
  Snapshot,
  Subnet,
  Tag,
  TransitGateway,
  TransitGatewayAttachment,
  Volume,
  Vpc,
} from '@aws-sdk/client-ec2';
import type { DBInstance } from '@aws-sdk/client-rds';
import { type Calendar, HOUR_MS } from '../calendar.ts';
import { arnOf, type Organisation, PARTITION, type SampleAccount } from '../organisation.ts';
import { type Random, seeded } from '../random.ts';
import { instanceType } from './instance-types.ts';

/** Everything that one account has in one region. */
export interface RegionEstate {
  readonly account: SampleAccount;
  readonly region: string;
  readonly reservations: readonly Reservation[];
  readonly securityGroups: readonly SecurityGroup[];
  readonly networkInterfaces: readonly NetworkInterface[];
  readonly snapshots: readonly Snapshot[];
  readonly images: readonly Image[];
  readonly internetGateways: readonly InternetGateway[];
  readonly natGateways: readonly NatGateway[];
  readonly transitGateways: readonly TransitGateway[];
  readonly transitGatewayAttachments: readonly TransitGatewayAttachment[];
  readonly volumes: readonly Volume[];
  readonly vpcs: readonly Vpc[];
  readonly subnets: readonly Subnet[];
  readonly databases: readonly DBInstance[];
  readonly alarms: readonly MetricAlarm[];
}

interface Role {
  readonly name: string;
  readonly types: readonly string[];
  readonly gib: number;
  readonly group: 'web' | 'app' | 'admin';
  /** Replaced all the time by an Auto Scaling group. */
  readonly fleet: boolean;
}

const WEB: Role = { name: 'web', types: ['m6i.large', 'm7g.large'], gib: 30, group: 'web', fleet: true };
const API: Role = { name: 'api', types: ['m6i.large', 'm6i.xlarge', 'm7g.xlarge'], gib: 50, group: 'app', fleet: true };
const NODE: Role = { name: 'eks-node', types: ['m7g.xlarge', 'c7g.2xlarge', 'm6i.xlarge'], gib: 100, group: 'app', fleet: true };
const WORKER: Role = { name: 'worker', types: ['c6i.xlarge', 'm6i.large'], gib: 50, group: 'app', fleet: false };
const CACHE: Role = { name: 'cache', types: ['r6i.xlarge', 'r6g.large'], gib: 40, group: 'app', fleet: false };
const BASTION: Role = { name: 'bastion', types: ['t3.micro', 't3.small'], gib: 10, group: 'admin', fleet: false };
const SMALL: Role = { name: 'test', types: ['t3.small', 't3.medium', 't4g.medium'], gib: 20, group: 'app', fleet: false };
const SPARK: Role = { name: 'spark', types: ['r6i.2xlarge', 'r6i.xlarge'], gib: 500, group: 'app', fleet: true };
const TRAINER: Role = { name: 'trainer', types: ['g5.2xlarge', 'r6i.xlarge'], gib: 500, group: 'app', fleet: false };
const DESKTOP: Role = { name: 'desktop', types: ['m5.large', 't3.medium'], gib: 80, group: 'app', fleet: false };

function roles({ team, environment, name }: SampleAccount): readonly (readonly [Role, number])[] {
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

// What EC2 really answers differs from what the SDK's types know.
const ATTACHED = 'available' as 'attached';
const NAT_INTERFACE = 'nat_gateway' as 'natGateway';

const ZONES = ['a', 'b', 'c'];

/** What this account has in this region, as of the calendar's time. */
export function makeRegionEstate(
  organisation: Organisation,
  calendar: Calendar,
  account: SampleAccount,
  region: string,
): RegionEstate {
  const { seed } = organisation;
  const random = seeded(seed, account.id, region, 'network');
  const home = account.home === region;
  // Small accounts keep to one region.
  const share = account.size <= 12 ? Number(home) : home ? 0.62 : 0.38 / (account.regions.length - 1);
  const count = Math.round(account.size * share * 1.2);
  const used = count > 0 || home;
  const prod = account.environment === 'prod';

  const vpc = `vpc-0${random.hex(16)}`;
  const subnets = ZONES.map(() => `subnet-0${random.hex(16)}`);
  const octet = random.int(16, 220);
  const tags = (name: string, more: readonly Tag[] = []): Tag[] => [
    { Key: 'Name', Value: name },
    { Key: 'team', Value: account.team },
    { Key: 'env', Value: account.environment },
    { Key: 'cost-center', Value: account.costCenter },
    ...more,
  ];
  const born = (from: Random, oldest: number, youngest = -14): number =>
    calendar.daysBefore(0) - Math.floor((from.next() ** 1.6 * (oldest - youngest) + youngest) * 24) * HOUR_MS;
  const existing = <Thing>(things: readonly (readonly [time: number, Thing])[]): Thing[] =>
    things.filter(([time]) => time <= calendar.now).map(([, thing]) => thing);

  // Security groups
  const group = (
    name: string,
    description: string,
    rules: SecurityGroup['IpPermissions'],
    more: readonly Tag[] = [],
  ): SecurityGroup => {
    const id = `sg-0${seeded(seed, account.id, region, 'group', name).hex(16)}`;
    return {
      GroupId: id,
      GroupName: name,
      Description: description,
      OwnerId: account.id,
      VpcId: vpc,
      SecurityGroupArn: arnOf('ec2', region, account.id, `security-group/${id}`),
      IpPermissions: rules,
      IpPermissionsEgress: [
        { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }], Ipv6Ranges: [], PrefixListIds: [], UserIdGroupPairs: [] },
      ],
      ...(name === 'default' ? {} : { Tags: tags(name, more) }),
    };
  };
  const tcp = (port: number, cidr: string, description?: string): NonNullable<SecurityGroup['IpPermissions']>[number] => ({
    IpProtocol: 'tcp',
    FromPort: port,
    ToPort: port,
    IpRanges: [{ CidrIp: cidr, ...(description === undefined ? {} : { Description: description }) }],
    Ipv6Ranges: [],
    PrefixListIds: [],
    UserIdGroupPairs: [],
  });
  const inside = `10.${octet}.0.0/16`;
  const standard = group('default', 'default VPC security group', []);
  const web = group(`${account.team}-web`, 'public web traffic', [
    tcp(443, '0.0.0.0/0', 'https'),
    tcp(80, '0.0.0.0/0', 'redirect to https'),
  ]);
  const app = group(`${account.team}-app`, 'services behind the load balancer', [tcp(8080, inside)]);
  const admin = group(`${account.team}-bastion`, 'administration through the office network', [
    tcp(22, '203.0.113.0/24', 'office'),
  ]);
  const data = group(`${account.team}-db`, 'databases', [tcp(5432, inside), tcp(3306, inside)]);
  const securityGroups = [standard];
  if (used) securityGroups.push(web, app, data);
  if (home) securityGroups.push(admin, group(`${account.team}-endpoints`, 'VPC endpoints', [tcp(443, inside)]));
  if (home && account.name === 'payments-prod') {
    securityGroups.push(group('payments-migration-2023', 'temporary, for the database migration', [tcp(5432, '10.0.0.0/8')]));
  }
  const open = group('dev-ssh-from-anywhere', 'ssh while working from home', [tcp(22, '0.0.0.0/0', 'remove after sprint')]);
  if (home && account.name === 'mobile-dev') securityGroups.push(open);
  const grouped = { web, app, admin };

  // Images
  const images: [number, Image][] = [];
  const snapshots: [number, Snapshot][] = [];
  const snapshot = (
    from: Random,
    time: number,
    volume: string,
    gib: number,
    description: string,
    name: string,
    encrypted: boolean,
  ): string => {
    const id = `snap-0${from.hex(16)}`;
    snapshots.push([
      time,
      {
        SnapshotId: id,
        OwnerId: account.id,
        VolumeId: volume,
        VolumeSize: gib,
        Encrypted: encrypted,
        ...(encrypted ? { KmsKeyId: arnOf('kms', region, account.id, 'key/5f2d8a10-93b4-4b6f-8f51-6a2c70d1e9b3') } : {}),
        State: 'completed',
        Progress: '100%',
        StorageTier: 'standard',
        StartTime: new Date(time),
        Description: description,
        Tags: tags(name),
      },
    ]);
    return id;
  };
  const image = (name: string, time: number, arm: boolean, isPublic = false): string => {
    const from = seeded(seed, account.id, region, 'image', name);
    const id = `ami-0${from.hex(16)}`;
    const device = snapshot(from, time, `vol-ffffffff`, 20, `Created by CreateImage for ${id}`, name, !isPublic);
    images.push([
      time,
      {
        ImageId: id,
        Name: name,
        Description: `golden image of ${account.team}`,
        OwnerId: account.id,
        ImageLocation: `${account.id}/${name}`,
        ImageType: 'machine',
        State: 'available',
        Public: isPublic,
        Architecture: arm ? 'arm64' : 'x86_64',
        PlatformDetails: 'Linux/UNIX',
        UsageOperation: 'RunInstances',
        Hypervisor: 'xen',
        VirtualizationType: 'hvm',
        RootDeviceType: 'ebs',
        RootDeviceName: '/dev/xvda',
        EnaSupport: true,
        SriovNetSupport: 'simple',
        ImdsSupport: 'v2.0',
        CreationDate: new Date(time).toISOString(),
        BlockDeviceMappings: [
          {
            DeviceName: '/dev/xvda',
            Ebs: { SnapshotId: device, VolumeSize: 20, VolumeType: 'gp3', DeleteOnTermination: true, Encrypted: !isPublic },
          },
        ],
        Tags: tags(name, [
          { Key: 'CreatedBy', Value: isPublic ? 'o.jansen' : from.pick(['image-builder', 'image-builder', 'k.osei']) },
        ]),
      },
    ]);
    return id;
  };
  const images86: string[] = [];
  const imagesArm: string[] = [];
  if (used && account.size > 0) {
    const generations = home ? (prod || account.environment === 'shared' ? 3 : 1) : 1;
    for (let generation = 0; generation < generations; generation += 1) {
      const time = calendar.daysBefore(20 + generation * 91) + 5 * HOUR_MS;
      const stamp = new Date(time).toISOString().slice(0, 10).replaceAll('-', '.');
      images86.push(image(`${account.team}-base-al2023-x86-${stamp}`, time, false));
      if (prod && home) imagesArm.push(image(`${account.team}-base-al2023-arm-${stamp}`, time, true));
    }
  }
  if (home && account.name === 'marketing-web') image('campaign-site-2019', Date.UTC(2019, 5, 11, 9), false, true);

  // Instances, each with its interface
  const reservations: [number, Reservation][] = [];
  const volumes: [number, Volume][] = [];
  let instances = 0;
  const networkInterfaces: [number, NetworkInterface][] = [];
  const alarms: [number, MetricAlarm][] = [];
  const networkInterface = (
    from: Random,
    ip: string,
    zone: number,
    groups: readonly SecurityGroup[],
    more: NetworkInterface,
  ): NetworkInterface => ({
    NetworkInterfaceId: `eni-0${from.hex(16)}`,
    OwnerId: account.id,
    VpcId: vpc,
    SubnetId: subnets[zone] ?? '',
    AvailabilityZone: `${region}${ZONES[zone]}`,
    PrivateIpAddress: ip,
    MacAddress: `02:${[1, 2, 3, 4, 5].map(() => from.hex(2)).join(':')}`,
    Groups: groups.map(({ GroupId, GroupName }) => ({ GroupId: GroupId ?? '', GroupName: GroupName ?? '' })),
    SourceDestCheck: true,
    Status: 'in-use',
    InterfaceType: 'interface',
    TagSet: [],
    ...more,
  });

  const instance = (number: number, role: Role, planted?: { readonly name: string; readonly stoppedDays: number }): void => {
    const from = seeded(seed, account.id, region, 'instance', number);
    // All of a fleet come from one launch template.
    const template = role.fleet ? seeded(seed, account.id, region, 'fleet', role.name) : from;
    const type = instanceType(template.pick(role.types));
    const oldest = role.fleet ? 34 : 900;
    let time = born(from, oldest);
    const zone = from.int(0, 2);
    const nightly = account.environment === 'dev' && from.chance(0.25);
    const spot = role.fleet && template.chance(0.2);
    const name = planted?.name ?? `${account.team}-${role.name}-${account.environment}-${String(number).padStart(2, '0')}`;
    const id = `i-0${from.hex(16)}`;
    const volume = `vol-0${from.hex(16)}`;
    const ip = `10.${octet}.${zone * 16 + (number >> 7)}.${(number & 127) + 10}`;
    const shown = role.group === 'admin' || (role.group === 'web' && !prod);
    const publicIp = shown ? `198.51.100.${from.int(1, 254)}` : undefined;
    const groups = [grouped[role.group]];
    if (account.name === 'mobile-dev' && home && number < 2) groups.push(open);
    let state = nightly || from.chance(0.06) ? 'stopped' : 'running';
    let reason = '';
    if (planted !== undefined) {
      state = 'stopped';
      time = calendar.daysBefore(400);
      reason = `User initiated (${new Date(calendar.daysBefore(planted.stoppedDays) + 16 * HOUR_MS).toISOString().replace('T', ' ').slice(0, 19)} GMT)`;
    } else if (state === 'stopped') {
      const stop = Math.min(Math.max(time + 6 * HOUR_MS, calendar.daysBefore(from.int(1, 30)) + 19 * HOUR_MS), calendar.now);
      reason = `User initiated (${new Date(stop).toISOString().replace('T', ' ').slice(0, 19)} GMT)`;
    }
    const running = state === 'running';
    const launched = new Date(time);
    const attached = networkInterface(from, ip, zone, groups, {
      Attachment: {
        AttachmentId: `eni-attach-0${from.hex(16)}`,
        InstanceId: id,
        InstanceOwnerId: account.id,
        DeviceIndex: 0,
        Status: 'attached',
        AttachTime: launched,
        DeleteOnTermination: true,
      },
      Description: '',
      RequesterManaged: false,
      ...(publicIp === undefined || !running ? {} : { Association: { PublicIp: publicIp, IpOwnerId: 'amazon' } }),
    });
    networkInterfaces.push([time, attached]);
    const image =
      (type.arm ? imagesArm : images86)[from.int(0, 1)] ??
      (type.arm ? imagesArm : images86)[0] ??
      `ami-0${seeded(seed, 'amazon', region, String(type.arm)).hex(16)}`;
    const code = running ? 16 : 80;
    const made: Instance = {
      InstanceId: id,
      ImageId: image,
      InstanceType: type.name as NonNullable<Instance['InstanceType']>,
      State: { Code: code, Name: running ? 'running' : 'stopped' },
      StateTransitionReason: reason,
      ...(reason === ''
        ? {}
        : {
            StateReason: {
              Code: 'Client.UserInitiatedShutdown',
              Message: 'Client.UserInitiatedShutdown: User initiated shutdown',
            },
          }),
      LaunchTime: launched,
      Placement: { AvailabilityZone: `${region}${ZONES[zone]}`, GroupName: '', Tenancy: 'default' },
      PrivateIpAddress: ip,
      PrivateDnsName: `ip-${ip.replaceAll('.', '-')}.${region}.compute.internal`,
      ...(publicIp === undefined || !running
        ? { PublicDnsName: '' }
        : { PublicIpAddress: publicIp, PublicDnsName: `ec2-${publicIp.replaceAll('.', '-')}.${region}.compute.amazonaws.com` }),
      VpcId: vpc,
      SubnetId: subnets[zone] ?? '',
      Architecture: type.arm ? 'arm64' : 'x86_64',
      AmiLaunchIndex: 0,
      ClientToken: '',
      EbsOptimized: true,
      EnaSupport: true,
      Hypervisor: 'xen',
      VirtualizationType: 'hvm',
      PlatformDetails: role === DESKTOP ? 'Windows' : 'Linux/UNIX',
      ...(role === DESKTOP ? { Platform: 'windows' as NonNullable<Instance['Platform']> } : {}),
      UsageOperation: role === DESKTOP ? 'RunInstances:0002' : 'RunInstances',
      RootDeviceName: '/dev/xvda',
      RootDeviceType: 'ebs',
      SourceDestCheck: true,
      Monitoring: { State: prod ? 'enabled' : 'disabled' },
      CpuOptions: { CoreCount: Math.max(1, type.vcpus / 2), ThreadsPerCore: type.arm ? 1 : 2 },
      MetadataOptions: {
        State: 'applied',
        HttpTokens: from.chance(0.85) ? 'required' : 'optional',
        HttpPutResponseHopLimit: 2,
        HttpEndpoint: 'enabled',
      },
      IamInstanceProfile: {
        Arn: `arn:${PARTITION}:iam::${account.id}:instance-profile/${account.team}-${role.name}`,
        Id: `AIPA${from.id(17)}`,
      },
      ...(spot ? { InstanceLifecycle: 'spot' as const, SpotInstanceRequestId: `sir-${from.hex(8)}` } : {}),
      BlockDeviceMappings: [
        {
          DeviceName: '/dev/xvda',
          Ebs: { VolumeId: volume, Status: 'attached', AttachTime: launched, DeleteOnTermination: true },
        },
      ],
      NetworkInterfaces: [
        {
          NetworkInterfaceId: attached.NetworkInterfaceId ?? '',
          OwnerId: account.id,
          VpcId: vpc,
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
      Tags: tags(name, role.fleet ? [{ Key: 'aws:autoscaling:groupName', Value: fleetName(account, role.name) }] : []),
    };
    instances += 1;
    volumes.push([
      time,
      {
        VolumeId: volume,
        Size: role.gib,
        VolumeType: 'gp3',
        Iops: 3_000,
        Throughput: 125,
        Encrypted: true,
        State: 'in-use',
        CreateTime: launched,
        AvailabilityZone: `${region}${ZONES[zone]}`,
        Attachments: [
          {
            VolumeId: volume,
            InstanceId: made.InstanceId ?? '',
            Device: '/dev/xvda',
            State: 'attached',
            AttachTime: launched,
            DeleteOnTermination: true,
          },
        ],
        Tags: tags(name),
      },
    ]);
    reservations.push([
      time,
      {
        ReservationId: `r-0${from.hex(16)}`,
        OwnerId: account.id,
        Groups: [],
        Instances: [made],
        ...(role.fleet ? { RequesterId: '940372691376' } : {}),
      },
    ]);

    if (!role.fleet && account.environment !== 'sandbox') {
      // Weekly backups of what is not replaced all the time, kept for as long as the environment asks.
      const kept = prod ? 5 : account.environment === 'dev' ? 1 : 3;
      for (let week = 0; week < kept; week += 1) {
        const taken = calendar.daysBefore(week * 7 + 1) + 3 * HOUR_MS + number * 60_000;
        if (taken > time)
          snapshot(seeded(seed, id, taken), taken, volume, role.gib, `weekly backup of ${name}`, `backup-${name}`, true);
      }
    }
    if (prod && (!role.fleet || number % 6 === 0) && from.chance(0.6)) {
      const firing = from.chance(0.07);
      alarms.push([
        time,
        alarm(from, `${name}-cpu-high`, 'AWS/EC2', 'CPUUtilization', [{ Name: 'InstanceId', Value: id }], 85, firing),
      ]);
    }
  };
  const alarm = (
    from: Random,
    name: string,
    namespace: string,
    metric: string,
    dimensions: MetricAlarm['Dimensions'],
    threshold: number,
    firing: boolean,
  ): MetricAlarm => {
    const low = metric.startsWith('Free');
    const updated = new Date(calendar.daysBefore(from.int(1, 60)) + from.int(0, 23) * HOUR_MS);
    return {
      AlarmName: name,
      AlarmArn: arnOf('cloudwatch', region, account.id, `alarm:${name}`),
      AlarmDescription: `${metric} of ${name}`,
      ActionsEnabled: true,
      OKActions: [],
      AlarmActions: [arnOf('sns', region, account.id, `${account.team}-oncall`)],
      InsufficientDataActions: [],
      StateValue: firing ? 'ALARM' : from.chance(0.05) ? 'INSUFFICIENT_DATA' : 'OK',
      StateReason: firing
        ? `Threshold Crossed: 3 datapoints were ${low ? 'less' : 'greater'} than the threshold (${threshold}).`
        : 'Threshold not crossed.',
      StateUpdatedTimestamp: updated,
      StateTransitionedTimestamp: updated,
      AlarmConfigurationUpdatedTimestamp: new Date(calendar.daysBefore(from.int(61, 500))),
      Namespace: namespace,
      MetricName: metric,
      Dimensions: dimensions,
      Statistic: 'Average',
      Period: 300,
      EvaluationPeriods: 3,
      Threshold: threshold,
      ComparisonOperator: low ? 'LessThanThreshold' : 'GreaterThanThreshold',
      TreatMissingData: 'missing',
    };
  };
  const kinds = roles(account);
  for (let number = 0; number < count; number += 1) {
    instance(number, seeded(seed, account.id, region, 'role', number).weighted(kinds));
  }
  if (home && account.name === 'orders-staging') instance(900, WORKER, { name: 'orders-loadtest-2025', stoppedDays: 62 });
  if (home && account.name === 'corp-it') {
    const time = calendar.daysBefore(210) + 9 * HOUR_MS;
    snapshot(
      seeded(seed, 'unencrypted'),
      time,
      `vol-0${seeded(seed, 'unencrypted', 'volume').hex(16)}`,
      250,
      'before the move of the HR file server',
      'hr-fileserver-manual',
      false,
    );
  }

  // Databases
  const databases: [number, DBInstance][] = [];
  const database = (number: number, name: string, more: DBInstance): void => {
    const from = seeded(seed, account.id, region, 'database', name);
    const time = born(from, 1_000);
    const zone = from.int(0, 2);
    const engine = account.team === 'storefront' || account.team === 'mobile' ? 'mysql' : 'postgres';
    const gib = from.pick([50, 100, 200, 500]);
    const entry: DBInstance = {
      DBInstanceIdentifier: name,
      DBInstanceArn: arnOf('rds', region, account.id, `db:${name}`),
      DbiResourceId: `db-${from.id(26)}`,
      DBInstanceClass: prod
        ? from.pick(['db.r6g.large', 'db.r6g.xlarge', 'db.r6g.2xlarge'])
        : from.pick(['db.t4g.micro', 'db.r6g.large']),
      Engine: engine,
      EngineVersion: engine === 'mysql' ? '8.0.39' : from.pick(['15.8', '16.4']),
      DBInstanceStatus: 'available',
      MasterUsername: 'dbadmin',
      DBName: account.team,
      Endpoint: {
        Address: `${name}.c${seeded(seed, account.id, region).id(11).toLowerCase()}.${region}.rds.amazonaws.com`,
        Port: engine === 'mysql' ? 3306 : 5432,
      },
      AllocatedStorage: gib,
      StorageType: 'gp3',
      StorageEncrypted: true,
      InstanceCreateTime: new Date(time),
      PreferredBackupWindow: '02:00-02:30',
      BackupRetentionPeriod: prod ? 14 : 3,
      PreferredMaintenanceWindow: 'sun:04:00-sun:04:30',
      LatestRestorableTime: new Date(calendar.now - 5 * 60_000),
      AvailabilityZone: `${region}${ZONES[zone]}`,
      MultiAZ: prod && from.chance(0.7),
      AutoMinorVersionUpgrade: true,
      PubliclyAccessible: false,
      DeletionProtection: prod,
      PerformanceInsightsEnabled: prod,
      VpcSecurityGroups: [{ VpcSecurityGroupId: data.GroupId ?? '', Status: 'active' }],
      DBSubnetGroup: { DBSubnetGroupName: `${account.team}-private`, VpcId: vpc, SubnetGroupStatus: 'Complete' },
      CACertificateIdentifier: 'rds-ca-rsa2048-g1',
      TagList: tags(name),
      ...more,
    };
    databases.push([time, entry]);
    networkInterfaces.push([
      time,
      networkInterface(from, `10.${octet}.${zone * 16 + 8}.${number + 20}`, zone, [data], {
        Description: 'RDSNetworkInterface',
        RequesterId: 'amazon-rds',
        RequesterManaged: true,
      }),
    ]);
    if (prod)
      alarms.push([
        time,
        alarm(
          from,
          `${name}-storage-low`,
          'AWS/RDS',
          'FreeStorageSpace',
          [{ Name: 'DBInstanceIdentifier', Value: name }],
          10_737_418_240,
          from.chance(0.05),
        ),
      ]);
  };
  if (account.size > 5 && account.environment !== 'sandbox') {
    const inHome = prod ? 4 : account.environment === 'staging' ? 2 : 1;
    const names = ['main', 'read-1', 'sessions', 'reporting'];
    for (let number = 0; number < (home ? inHome : prod && count > 3 ? 1 : 0); number += 1) {
      database(number, `${account.team}-${account.environment}-${names[number]}${home ? '' : '-replica'}`, {});
    }
  }
  if (home && account.name === 'marketing-web') {
    database(9, 'newsletter-legacy', {
      PubliclyAccessible: true,
      StorageEncrypted: false,
      EngineVersion: '5.7.44',
      InstanceCreateTime: new Date(Date.UTC(2020, 8, 2, 10, 12)),
      Engine: 'mysql',
      DeletionProtection: false,
    });
  }

  // Gateways
  const internetGateways: InternetGateway[] = [];
  const natGateways: NatGateway[] = [];
  const transitGateways: TransitGateway[] = [];
  const transitGatewayAttachments: TransitGatewayAttachment[] = [];
  if (used) {
    internetGateways.push({
      InternetGatewayId: `igw-0${random.hex(16)}`,
      OwnerId: account.id,
      Attachments: [{ State: ATTACHED, VpcId: vpc }],
      Tags: tags(`${account.team}-igw`),
    });
  }
  const nat = (name: string, zone: number, days: number): void => {
    const from = seeded(seed, account.id, region, 'nat', name);
    const time = calendar.daysBefore(days);
    const ip = `10.${octet}.${zone * 16 + 9}.${from.int(10, 200)}`;
    const id = `nat-0${from.hex(16)}`;
    const attached = networkInterface(from, ip, zone, [], {
      Description: `Interface for NAT Gateway ${id}`,
      InterfaceType: NAT_INTERFACE,
      RequesterManaged: true,
      SourceDestCheck: false,
    });
    networkInterfaces.push([time, attached]);
    natGateways.push({
      NatGatewayId: id,
      State: 'available',
      ConnectivityType: 'public',
      CreateTime: new Date(time),
      VpcId: vpc,
      SubnetId: subnets[zone] ?? '',
      NatGatewayAddresses: [
        {
          AllocationId: `eipalloc-0${from.hex(16)}`,
          NetworkInterfaceId: attached.NetworkInterfaceId ?? '',
          PrivateIp: ip,
          PublicIp: `192.0.2.${from.int(1, 254)}`,
          IsPrimary: true,
          Status: 'succeeded',
        },
      ],
      Tags: tags(name),
    });
  };
  if (home && account.size > 5)
    for (let zone = 0; zone < (prod ? 2 : 1); zone += 1) nat(`${account.team}-nat-${ZONES[zone]}`, zone, 500 + zone);
  if (home && account.name === 'search-staging') nat('search-nat-unused', 2, 320);
  const hub = organisation.account('network-hub');
  if (hub.regions.includes(region) && (account === hub || (account.environment === 'prod' && home))) {
    // The hub shares its gateway: in other accounts the call shows it too, owned by the hub.
    const from = seeded(seed, hub.id, region, 'transit gateway');
    const id = `tgw-0${from.hex(16)}`;
    transitGateways.push({
      TransitGatewayId: id,
      TransitGatewayArn: arnOf('ec2', region, hub.id, `transit-gateway/${id}`),
      OwnerId: hub.id,
      State: 'available',
      Description: 'hub',
      CreationTime: new Date(Date.UTC(2021, 3, 12, 8)),
      Options: { AmazonSideAsn: 64_512, AutoAcceptSharedAttachments: 'enable', DnsSupport: 'enable', VpnEcmpSupport: 'enable' },
      Tags:
        account === hub
          ? [
              { Key: 'Name', Value: `hub-${region}` },
              { Key: 'team', Value: hub.team },
            ]
          : [],
    });
  }
  for (const { TransitGatewayId = '' } of used ? transitGateways : []) {
    const id = `tgw-attach-0${seeded(seed, account.id, region, 'attachment').hex(16)}`;
    transitGatewayAttachments.push({
      TransitGatewayAttachmentId: id,
      TransitGatewayId,
      TransitGatewayOwnerId: hub.id,
      ResourceOwnerId: account.id,
      ResourceType: 'vpc',
      ResourceId: vpc,
      // One account's request was never accepted.
      State: account.name === 'mobile-prod' ? 'pendingAcceptance' : 'available',
      CreationTime: new Date(account.joined),
      Tags: tags(`${account.name} to hub`),
    });
  }
  if (home && account.size > 0) {
    const from = seeded(seed, account.id, 'billing alarm');
    alarms.push([
      calendar.daysBefore(400),
      alarm(from, `${account.name}-nat-errors`, 'AWS/NATGateway', 'ErrorPortAllocation', [], 0, from.chance(0.04)),
    ]);
  }

  return {
    account,
    region,
    reservations: existing(reservations),
    securityGroups,
    networkInterfaces: existing(networkInterfaces),
    snapshots: existing(snapshots),
    images: existing(images),
    internetGateways,
    natGateways,
    transitGateways,
    transitGatewayAttachments,
    volumes: existing(volumes),
    vpcs: [
      {
        VpcId: vpc,
        OwnerId: account.id,
        State: 'available',
        CidrBlock: `10.${octet}.0.0/16`,
        CidrBlockAssociationSet: [{ AssociationId: `vpc-cidr-assoc-${vpc.slice(4)}`, CidrBlock: `10.${octet}.0.0/16` }],
        IsDefault: false,
        InstanceTenancy: 'default',
        Tags: tags(`${account.name}-${region}`),
      },
    ],
    subnets: subnets.map((id, zone) => ({
      SubnetId: id,
      SubnetArn: arnOf('ec2', region, account.id, `subnet/${id}`),
      OwnerId: account.id,
      VpcId: vpc,
      State: 'available',
      CidrBlock: `10.${octet}.${zone * 16}.0/20`,
      AvailabilityZone: `${region}${ZONES[zone]}`,
      AvailableIpAddressCount: 4_091 - instances,
      MapPublicIpOnLaunch: false,
      DefaultForAz: false,
      Tags: tags(`${account.name}-${ZONES[zone]}`),
    })),
    databases: existing(databases),
    alarms: existing(alarms),
  };
}

const fleetName = (account: SampleAccount, role: string): string => `${account.team}-${role}-${account.environment}`;
