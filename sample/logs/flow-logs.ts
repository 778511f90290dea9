import type { NetworkInterface } from '@aws-sdk/client-ec2';
import type { Random } from '../random.ts';
import { type LogFile, type LogHour, SCANNER, visitor } from './log-hour.ts';
import { type Machine, openMachines, type Scene } from './machines.ts';

/** The order of the fields, which is not the default one. */
const HEADER =
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status ' +
  'vpc-id subnet-id instance-id tcp-flags type region az-id flow-direction traffic-path';

/** One end of a flow that has an interface of its own in the account. */
interface End {
  readonly ip: string;
  readonly networkInterface: NetworkInterface;
}

/** What goes from one end to the other in a connection, and back. */
interface Flow {
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly bytes: number;
  readonly time: number;
  readonly refused?: boolean;
}

/** The VPC flow log of one account's home region in one hour. */
export function flowLog(scene: Scene, hour: LogHour): LogFile {
  const { account, region } = scene;
  const random = hour.stream('flow', account.id);
  const lines = [HEADER];
  const ends = new Map<string, End>();
  for (const networkInterface of scene.estate.networkInterfaces) {
    const ip = networkInterface.PrivateIpAddress ?? '';
    ends.set(ip, { ip, networkInterface });
  }
  const note = (flow: Flow): void => {
    const [own, other] = [ends.get(flow.from), ends.get(flow.to)];
    const back = { from: flow.to, to: flow.from, fromPort: flow.toPort, toPort: flow.fromPort };
    if (own !== undefined) lines.push(record(scene, own, flow, 'egress'));
    if (other !== undefined) lines.push(record(scene, other, flow, 'ingress'));
    if (flow.refused === true) return;
    const answer = { ...flow, ...back, bytes: Math.round(flow.bytes * 3.5) };
    if (other !== undefined) lines.push(record(scene, other, answer, 'egress'));
    if (own !== undefined) lines.push(record(scene, own, answer, 'ingress'));
  };
  for (const flow of [...everyday(scene, hour, random), ...planted(scene, hour, random)]) note(flow);
  lines.push(...withoutData(scene, hour, [...ends.values()]));
  const name = `${account.id}_vpcflowlogs_${region}_fl-0${hour.source('flow log', account.id).hex(16)}_${hour.stamp}_${random.hex(8)}.log.gz`;
  return { key: `AWSLogs/${account.id}/vpcflowlogs/${region}/${hour.day}/${name}`, lines, as: 'gzip' };
}

const ephemeral = (random: Random): number => random.int(32_768, 60_999);

/** Visitors, the way of their requests through the machines, and strangers that are refused. */
function everyday(scene: Scene, hour: LogHour, random: Random): Flow[] {
  const flows: Flow[] = [];
  const between = (from: string, to: string, toPort: number, bytes: number): void => {
    flows.push({ from, to, fromPort: ephemeral(random), toPort, bytes, time: hour.moment(random) });
  };
  const balancers = scene.estate.networkInterfaces.filter(({ Description }) => Description?.startsWith('ELB ') === true);
  const machines = (part: string) => scene.of(part, hour.start);
  for (let count = hour.busy(9); count > 0; count -= 1) {
    const balancer = balancers.length === 0 ? undefined : random.pick(balancers).PrivateIpAddress;
    if (balancer !== undefined) {
      between(visitor(random), balancer, 443, random.int(900, 40_000));
      between(balancer, random.pick(machines('web')).ip, 8080, random.int(900, 30_000));
    }
    between(random.pick(machines('web')).ip, random.pick(machines('api')).ip, 8080, random.int(2_000, 200_000));
    between(random.pick(machines('api')).ip, random.pick(machines('cache')).ip, 6379, random.int(500, 60_000));
  }
  const databases = scene.estate.networkInterfaces.filter(({ Description }) => Description === 'RDSNetworkInterface');
  for (const database of databases.slice(0, 2))
    between(random.pick(machines('api')).ip, database.PrivateIpAddress ?? '', 5432, random.int(100_000, 4_000_000));
  // Machines fetch packages: answers come from the internet to high ports.
  for (let count = 2; count > 0; count -= 1)
    between(random.pick(scene.machines).ip, visitor(random), 443, random.int(4_000, 90_000));
  const reachable = [
    ...balancers.map(({ PrivateIpAddress = '' }) => PrivateIpAddress),
    ...scene.machines.slice(0, 3).map(({ ip }) => ip),
  ];
  for (let count = random.int(2, 5); count > 0; count -= 1) {
    const port = random.pick([23, 445, 3389, 5060, 8088, 2375]);
    flows.push({
      from: visitor(random),
      to: random.pick(reachable),
      fromPort: ephemeral(random),
      toPort: port,
      bytes: 60,
      time: hour.moment(random),
      refused: true,
    });
  }
  return flows;
}

/** SSH from anywhere in mobile-dev, a scan of many ports, and a nightly copy between availability zones. */
function planted(scene: Scene, hour: LogHour, random: Random): Flow[] {
  const flows: Flow[] = [];
  const open = openMachines(scene);
  for (const { ip } of open) {
    for (let count = random.int(1, 3); count > 0; count -= 1) {
      const from = random.chance(0.5) ? SCANNER : visitor(random);
      flows.push({
        from,
        to: ip,
        fromPort: ephemeral(random),
        toPort: 22,
        bytes: random.int(1_800, 6_000),
        time: hour.moment(random),
      });
    }
  }
  if (scene.account.name !== 'payments-prod') return flows;
  if (hour.hour === SCAN_HOUR) {
    const target = scene.of('bastion', hour.start)[0] as Machine;
    for (let port = 1; port <= SCANNED_PORTS; port += 1)
      flows.push({
        from: SCANNER,
        to: target.ip,
        fromPort: 40_000 + port,
        toPort: port * 7,
        bytes: 44,
        time: hour.start + 600_000 + port * 1_000,
        refused: true,
      });
  }
  if (hour.hour === COPY_HOUR) {
    const [first, ...others] = scene.of('worker', hour.start) as [Machine, ...Machine[]];
    const far = others.find(({ zone }) => zone !== first.zone) ?? first;
    for (let part = 0; part < 12; part += 1)
      flows.push({
        from: first.ip,
        to: far.ip,
        fromPort: ephemeral(random),
        toPort: 873,
        bytes: 3_400_000_000,
        time: hour.start + part * 240_000,
      });
  }
  return flows;
}

const SCAN_HOUR = 3;
const SCANNED_PORTS = 120;
const COPY_HOUR = 2;

/** An interface without traffic, and for half an hour each afternoon one of which AWS lost records. */
function withoutData(scene: Scene, hour: LogHour, ends: readonly End[]): string[] {
  const [quiet, lossy] = [ends.at(-1), ends[0]];
  const lines = quiet === undefined ? [] : [empty(scene, quiet, hour.start + 60_000, 'NODATA')];
  if (lossy === undefined || hour.hour !== LOSS_HOUR || scene.account.name !== 'storefront-prod') return lines;
  for (let minute = 0; minute < 30; minute += 5) lines.push(empty(scene, lossy, hour.start + minute * 60_000, 'SKIPDATA'));
  return lines;
}

const LOSS_HOUR = 14;

function record(scene: Scene, end: End, flow: Flow, direction: 'ingress' | 'egress'): string {
  const { from, to, fromPort, toPort, bytes, time, refused = false } = flow;
  const packets = Math.max(1, Math.round(bytes / 900));
  const start = Math.floor(time / 1_000);
  const flags = refused ? 2 : direction === 'ingress' ? 3 : 19;
  return [
    ...beginning(scene, end),
    ...[from, to, fromPort, toPort, 6, packets, bytes, start, start + 59, refused ? 'REJECT' : 'ACCEPT', 'OK'],
    ...ending(scene, end, flags, direction),
    direction === 'egress' && !to.startsWith('10.') ? 8 : direction === 'egress' ? 1 : '-',
  ].join(' ');
}

function empty(scene: Scene, end: End, time: number, status: 'NODATA' | 'SKIPDATA'): string {
  const start = Math.floor(time / 1_000);
  return [
    ...beginning(scene, end),
    ...Array(7).fill('-'),
    start,
    start + 59,
    '-',
    status,
    ...ending(scene, end, '-', '-'),
    '-',
  ].join(' ');
}

const beginning = ({ account }: Scene, { networkInterface }: End) => [5, account.id, networkInterface.NetworkInterfaceId];

const ending = ({ region }: Scene, { networkInterface }: End, flags: number | '-', direction: string) => [
  networkInterface.VpcId,
  networkInterface.SubnetId,
  networkInterface.Attachment?.InstanceId ?? '-',
  flags,
  flags === '-' ? '-' : 'IPv4',
  region,
  zoneId(region, networkInterface.AvailabilityZone ?? ''),
  direction,
];

/** `euc1-az2` for `eu-central-1b`. In real accounts letters and numbers are shuffled. */
function zoneId(region: string, zone: string): string {
  const [area = '', place = '', number = ''] = region.split('-');
  return `${area}${place[0]}${number}-az${'abc'.indexOf(zone.at(-1) ?? 'a') + 1}`;
}
