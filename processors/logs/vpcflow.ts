import type { Field } from '../../core/field.ts';
import { byteCache } from '../byte-cache.ts';
import { parseAwsLogsKey } from '../parse-aws-logs-key.ts';
import type { LineReader } from '../read-lines.ts';
import { binaryOf, constantPart, keptPart, NOTHING, type Part, scratchPart } from '../record-memory.ts';
import { declareDataset, type LogObject } from './declare-dataset.ts';
import { keptJson } from './json-part.ts';
import { type DeriveSlots, lineFormat } from './line-format.ts';
import type { Leaf } from './line-plan.ts';
import { endOf, fieldCount, isIpv4, isPresent, setPart, setRange, startOf } from './line-slots.ts';
import { unknownFields } from './unknown-fields.ts';

/** The order of a flow log that names no fields of its own. https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html */
export const DEFAULT_COLUMNS: readonly string[] =
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status'.split(' ');

/** Fields that only flow logs have: that of the flow log, and ours. */
const OWN: readonly {
  readonly column: string;
  readonly name: string;
  readonly type?: Field['type'];
  readonly description: string;
}[] = [
  { column: 'version', name: 'version', description: 'Version of the flow log.' },
  { column: 'account-id', name: 'account_id', description: 'Account that owns the network interface.' },
  { column: 'interface-id', name: 'interface_id', description: 'Network interface that the flow was seen at.' },
  { column: 'action', name: 'action', description: '`ACCEPT` or `REJECT`.' },
  { column: 'log-status', name: 'log_status', description: '`OK`; `NODATA` without traffic; `SKIPDATA` where AWS lost records.' },
  { column: 'vpc-id', name: 'vpc_id', description: 'VPC of the interface.' },
  { column: 'subnet-id', name: 'subnet_id', description: 'Subnet of the interface.' },
  { column: 'instance-id', name: 'instance_id', description: 'Instance that the interface is attached to.' },
  { column: 'tcp-flags', name: 'tcp_flags', description: 'Bits of the TCP flags that were seen.' },
  { column: 'type', name: 'type', description: '`IPv4`, `IPv6` or `EFA`.' },
  {
    column: 'pkt-srcaddr',
    name: 'pkt_srcaddr',
    type: 'ip',
    description: 'Original source address of the packets, before a gateway changed it.',
  },
  { column: 'pkt-dstaddr', name: 'pkt_dstaddr', type: 'ip', description: 'Original destination address of the packets.' },
  { column: 'sublocation-type', name: 'sublocation.type', description: '`wavelength`, `outpost` or `localzone`.' },
  { column: 'sublocation-id', name: 'sublocation.id', description: 'Id of that sublocation.' },
  { column: 'pkt-src-aws-service', name: 'pkt_src_service', description: 'AWS service that the source address belongs to.' },
  { column: 'pkt-dst-aws-service', name: 'pkt_dst_service', description: 'AWS service that the destination address belongs to.' },
  { column: 'traffic-path', name: 'traffic_path', description: 'Number of the way that egress traffic took.' },
  { column: 'ecs-container-id', name: 'ecs_container_id', description: 'Container of the ECS task.' },
  { column: 'ecs-second-container-id', name: 'ecs_second_container_id', description: 'Second container of the ECS task.' },
  { column: 'ecs-task-definition-arn', name: 'ecs_task_definition_arn', description: 'Task definition of the ECS task.' },
  { column: 'ecs-task-arn', name: 'ecs_task_arn', description: 'ECS task that the interface belongs to.' },
  { column: 'ecs-task-id', name: 'ecs_task_id', description: 'Id of that task.' },
  { column: 'resource-type', name: 'resource_type', description: '`TransitGateway` or `TransitGatewayAttachment`.' },
  { column: 'resource-id', name: 'resource_id', description: 'Resource that the flow was seen at.' },
  { column: 'encryption-status', name: 'encryption_status', description: 'Whether the traffic was encrypted.' },
  { column: 'tgw-id', name: 'tgw_id', description: 'Transit gateway that the traffic went through.' },
  { column: 'tgw-attachment-id', name: 'tgw_attachment_id', description: 'Attachment of the transit gateway.' },
  { column: 'tgw-src-vpc-account-id', name: 'tgw_src_vpc_account_id', description: 'Account of the source VPC.' },
  { column: 'tgw-dst-vpc-account-id', name: 'tgw_dst_vpc_account_id', description: 'Account of the destination VPC.' },
  { column: 'tgw-src-vpc-id', name: 'tgw_src_vpc_id', description: 'Source VPC.' },
  { column: 'tgw-dst-vpc-id', name: 'tgw_dst_vpc_id', description: 'Destination VPC.' },
  { column: 'tgw-src-subnet-id', name: 'tgw_src_subnet_id', description: 'Source subnet.' },
  { column: 'tgw-dst-subnet-id', name: 'tgw_dst_subnet_id', description: 'Destination subnet.' },
  { column: 'tgw-src-eni', name: 'tgw_src_eni', description: 'Source interface of the attachment.' },
  { column: 'tgw-dst-eni', name: 'tgw_dst_eni', description: 'Destination interface of the attachment.' },
  { column: 'tgw-src-az-id', name: 'tgw_src_az_id', description: 'Availability zone of the source.' },
  { column: 'tgw-dst-az-id', name: 'tgw_dst_az_id', description: 'Availability zone of the destination.' },
  { column: 'tgw-pair-attachment-id', name: 'tgw_pair_attachment_id', description: 'The attachment at the other end.' },
  { column: 'packets-lost-no-route', name: 'packets_lost_no_route', type: 'long', description: 'Packets lost without a route.' },
  {
    column: 'packets-lost-blackhole',
    name: 'packets_lost_blackhole',
    type: 'long',
    description: 'Packets lost in a black hole.',
  },
  {
    column: 'packets-lost-mtu-exceeded',
    name: 'packets_lost_mtu_exceeded',
    type: 'long',
    description: 'Packets lost by their size.',
  },
  {
    column: 'packets-lost-ttl-expired',
    name: 'packets_lost_ttl_expired',
    type: 'long',
    description: 'Packets lost by their time to live.',
  },
];

const fields: readonly Field[] = [
  ...OWN.map(({ name, type = 'keyword', description }): Field => ({ name: `aws.vpcflow.${name}`, type, description })),
  {
    name: 'aws.vpcflow.tcp_flags_array',
    type: 'keyword',
    array: true,
    description: 'Names of the TCP flags that were seen, such as `syn`.',
  },
  { name: 'aws.vpcflow.other', type: 'flattened', description: 'Fields that AWS added later, by their names in the header.' },
];

/** Fields of ECS, and the ones that are both there and in `aws.vpcflow`. */
const SHARED: Readonly<Record<string, readonly [field: string, form: 'text' | 'number' | 'ip'][]>> = {
  srcaddr: [
    ['source.address', 'text'],
    ['source.ip', 'ip'],
  ],
  dstaddr: [
    ['destination.address', 'text'],
    ['destination.ip', 'ip'],
  ],
  srcport: [['source.port', 'number']],
  dstport: [['destination.port', 'number']],
  bytes: [
    ['source.bytes', 'number'],
    ['network.bytes', 'number'],
  ],
  packets: [
    ['source.packets', 'number'],
    ['network.packets', 'number'],
  ],
  protocol: [['network.iana_number', 'text']],
  action: [['event.action', 'text']],
  'reject-reason': [['event.reason', 'text']],
  'instance-id': [['cloud.instance.id', 'text']],
  'az-id': [['cloud.availability_zone', 'text']],
  'ecs-cluster-arn': [['orchestrator.cluster.id', 'text']],
  'ecs-cluster-name': [['orchestrator.cluster.name', 'text']],
  'ecs-container-instance-arn': [['orchestrator.resource.name', 'text']],
  'ecs-container-instance-id': [['orchestrator.resource.id', 'text']],
  'ecs-service-name': [['service.name', 'text']],
};

const FORM = { ip: 'ip', long: 'number' } as const;

const leaves: readonly Leaf[] = [
  { field: 'event.category', constant: ['network'] },
  { field: 'event.type', slot: 'eventType', form: 'json' },
  { field: 'event.outcome', slot: 'outcome', form: 'json' },
  { field: 'event.start', slot: 'startTime', form: 'instant' },
  { field: 'event.end', slot: 'endTime', form: 'instant' },
  ...Object.entries(SHARED).flatMap(([slot, targets]) => targets.map(([field, form]): Leaf => ({ field, slot, form }))),
  { field: 'network.transport', slot: 'transport', form: 'json' },
  { field: 'network.type', slot: 'networkType', form: 'json' },
  { field: 'related.ip', slot: 'srcaddr', form: 'ip', list: {} },
  { field: 'related.ip', slot: 'dstaddr', form: 'ip', list: {} },
  { field: 'related.entity', slot: 'interface-id', form: 'text', list: {} },
  { field: 'related.entity', slot: 'instance-id', form: 'text', list: {} },
  ...OWN.map(
    ({ column, name, type }): Leaf => ({
      field: `aws.vpcflow.${name}`,
      slot: column,
      form: type === 'ip' || type === 'long' ? FORM[type] : 'text',
    }),
  ),
  { field: 'aws.vpcflow.tcp_flags_array', slot: 'flagNames', form: 'json' },
  { field: 'aws.vpcflow.other', slot: 'other', form: 'json' },
];

const IPV4 = constantPart('"ipv4"');
const IPV6 = constantPart('"ipv6"');

/** Every field that AWS documents, to know a header by. */
const KNOWN_COLUMNS: ReadonlySet<string> = new Set([
  ...Object.keys(SHARED),
  ...OWN.map(({ column }) => column),
  'start',
  'end',
  'region',
  'flow-direction',
]);

/** https://www.iana.org/assignments/protocol-numbers, the names that ECS uses. */
const TRANSPORTS: Readonly<Record<string, string>> = {
  0: 'hopopt',
  1: 'icmp',
  2: 'igmp',
  6: 'tcp',
  8: 'egp',
  17: 'udp',
  47: 'gre',
  50: 'esp',
  58: 'ipv6-icmp',
  112: 'vrrp',
  132: 'sctp',
};
const FLAGS = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr'];

const transports = byteCache((from, to) => {
  const name = TRANSPORTS[binaryOf(from, to)];
  return name === undefined ? NOTHING : keptJson(name);
});
const networkTypes = byteCache((from, to) => {
  const type = binaryOf(from, to).toLowerCase();
  return /^ipv[46]$/.test(type) ? keptJson(type) : NOTHING;
});
const flagNames = byteCache((from, to) => {
  const bits = Number(binaryOf(from, to));
  const names = FLAGS.filter((_, bit) => (bits >> bit) % 2 === 1);
  return names.length === 0 ? NOTHING : keptJson(names);
});
const outcomes = byteCache((from, to): { readonly type: Part; readonly outcome: Part } => {
  const action = binaryOf(from, to);
  if (action === 'ACCEPT') return { type: keptJson(['connection', 'allowed']), outcome: keptJson('success') };
  if (action === 'REJECT') return { type: keptJson(['connection', 'denied']), outcome: keptJson('failure') };
  return { type: keptJson(['connection']), outcome: NOTHING };
});
/** A time in seconds since 1970 as an instant; nothing for what is none. */
const instants = byteCache((from, to) => {
  const text = binaryOf(from, to);
  return /^\d{1,10}$/.test(text) ? keptPart(new Date(Number(text) * 1000).toISOString().slice(0, -1)) : NOTHING;
});
const CONNECTION = constantPart('["connection"]');

function prepare(slot: (name: string) => number, columns: readonly string[]): DeriveSlots {
  const [time, startTime, endTime] = [slot('@timestamp'), slot('startTime'), slot('endTime')];
  const [eventType, outcome, transport, networkType, flags] = [
    slot('eventType'),
    slot('outcome'),
    slot('transport'),
    slot('networkType'),
    slot('flagNames'),
  ];
  const [account, region, other] = [slot('account'), slot('region'), slot('other')];
  const start = slot('start');
  const end = slot('end');
  const action = slot('action');
  const protocol = slot('protocol');
  const type = slot('type');
  const tcpFlags = slot('tcp-flags');
  const accountId = slot('account-id');
  const regionName = columns.indexOf('region');
  const source = slot('srcaddr');
  const unknown = unknownFields(columns, KNOWN_COLUMNS);

  return (object) => {
    if (fieldCount() !== columns.length) return `has ${fieldCount()} fields, and its header or format names ${columns.length}`;
    if (isPresent(start)) setPart(startTime, instants(startOf(start), endOf(start)));
    if (isPresent(end)) setPart(endTime, instants(startOf(end), endOf(end)));
    if (isPresent(start) && !isPresent(startTime)) return 'has a field start that is no time in seconds';
    if (isPresent(end) && !isPresent(endTime)) return 'has a field end that is no time in seconds';
    const [at, to] = isPresent(endTime) ? [startOf(endTime), endOf(endTime)] : [startOf(startTime), endOf(startTime)];
    if (isPresent(endTime) || isPresent(startTime)) setRange(time, at, to);
    else setPart(time, scratchPart(object.written.slice(0, -1)));
    if (isPresent(accountId)) setRange(account, startOf(accountId), endOf(accountId));
    if (isPresent(regionName)) setRange(region, startOf(regionName), endOf(regionName));
    setPart(eventType, CONNECTION);
    if (isPresent(action)) {
      const known = outcomes(startOf(action), endOf(action));
      setPart(eventType, known.type);
      setPart(outcome, known.outcome);
    }
    if (isPresent(protocol)) setPart(transport, transports(startOf(protocol), endOf(protocol)));
    if (isPresent(type)) setPart(networkType, networkTypes(startOf(type), endOf(type)));
    else if (isPresent(source)) setPart(networkType, isIpv4(source) ? IPV4 : IPV6);
    if (isPresent(tcpFlags)) setPart(flags, flagNames(startOf(tcpFlags), endOf(tcpFlags)));
    setPart(other, unknown());
    return undefined;
  };
}

const WORD = /^[a-z][a-z0-9-]*$/;
/** A line in the default order, whose first field is the version. */
const DEFAULT_LINE = /^2 \d{12} eni-[0-9a-f]+ (?:[0-9a-fA-F.:]+|-) (?:[0-9a-fA-F.:]+|-)(?: \S+){9}$/;

/** Two names that AWS documents show that a list of names is one of a flow log: a file may have fields that AWS added later. */
const areColumns = (names: readonly string[]): boolean =>
  names.filter((name) => KNOWN_COLUMNS.has(name)).length >= 2 && names.every((name) => WORD.test(name));

/** The names of the fields, where the line is the header of a file: the first line of nothing but names, or any line that begins with a name that AWS documents. */
function header({ bytes, start, end, number }: LineReader): readonly string[] | undefined {
  const first = bytes[start] as number;
  if (first < 0x61 || first > 0x7a) return undefined;
  const blank = bytes.indexOf(0x20, start);
  const word = bytes.toString('latin1', start, blank < 0 || blank > end ? end : blank);
  if (number > 1 && !KNOWN_COLUMNS.has(word)) return undefined;
  const names = bytes.toString('latin1', start, end).trim().split(' ');
  return names.every((name) => WORD.test(name)) ? names : undefined;
}

const lines = lineFormat({
  name: 'vpcflow',
  dataset: 'aws.vpcflow',
  separator: ' ',
  leaves,
  derived: ['eventType', 'outcome', 'startTime', 'endTime', 'transport', 'networkType', 'flagNames', 'other'],
  prepare,
  header,
  flow: { direction: 'flow-direction', seenAt: 'interface-id' },
});

/** The fields of lines without a header: what the inventory knows of the flow log that writes there, else AWS's own format. */
const formatOf = ({ names, account }: LogObject, destination: string): readonly string[] =>
  names.flowLogFormat(account, destination) ?? DEFAULT_COLUMNS;

/** VPC flow logs, of VPCs and transit gateways, in whatever order of fields. */
export const vpcflow = declareDataset({
  name: 'vpcflow',
  dataset: 'aws.vpcflow',
  summary: 'VPC flow logs',
  page: 'https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html',
  layout: 'AWSLogs/account/vpcflowlogs/region/year/month/day',
  recognizeKey(name) {
    const nested = parseAwsLogsKey(name);
    return nested?.service === 'vpcflowlogs' ? nested : undefined;
  },
  recognizeLine: (line) => areColumns(line.split(' ')) || DEFAULT_LINE.test(line),
  fields,
  openRows: (object, columns) => (areColumns(columns) ? lines.open(object, columns, { areRows: true }) : undefined),
  open: (object) => lines.open(object, formatOf(object, object.name)),
  recognizeMessage: (_, text) => DEFAULT_LINE.test(text),
  encodeMessage: (object, message) =>
    lines.encodeMessage(object, formatOf(object, object.logStream?.group ?? object.name), message),
});
