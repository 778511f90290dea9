import type { Dashboard } from './dashboard.ts';
import { COUNT, LAST, LOG_SELECTOR } from './log-panels.ts';

const FLOWS = 'event.dataset:aws.vpcflow';
const view = 'awslogs';
const BYTES = { measure: { op: 'sum', field: 'network.bytes' }, label: 'Bytes', format: 'bytes' } as const;
const FLOW_COUNT = { measure: COUNT, label: 'Flows', format: 'number' } as const;
const INTERFACE = { field: 'aws.vpcflow.interface_id', label: 'Interface' } as const;
const PORT = { field: 'destination.port', label: 'Port' } as const;

/** Addresses that are not of the internet. */
const isPrivate = (field: string): string =>
  `${field}:(${['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16', 'fc00::/7', 'fe80::/10']
    .map((block) => `"${block}"`)
    .join(' OR ')})`;

/** What AWS charges for a byte between availability zones at each of its ends, in US dollars: 0.01 for a GiB. https://aws.amazon.com/ec2/pricing/on-demand/ */
const CROSS_ZONE_PRICE = 0.01 / 1024 ** 3;

/** Who talks to whom in the networks, and what is open. */
export const vpcFlow: Dashboard = {
  id: 'vpc-flow',
  order: 170,
  title: 'VPC Flow',
  description: 'Who talks to whom, what is rejected, what is open to the internet, and what traffic between zones costs.',
  selector: { title: 'Flow Selector', view, fields: [...LOG_SELECTOR, { field: 'event.action', label: 'Action' }] },
  panels: [
    {
      type: 'groups',
      title: 'Bytes by Service Pair',
      view,
      // Kibana ranks the senders by all of their bytes, the page by those of pairs.
      where: `${FLOWS} AND source.service.name:* AND destination.service.name:*`,
      width: 6,
      note: 'A flow counts at each interface whose flow log has it.',
      keys: [
        { field: 'source.service.name', label: 'From service', size: 20 },
        { field: 'destination.service.name', label: 'To service', size: 10 },
      ],
      measures: [BYTES, FLOW_COUNT],
    },
    {
      type: 'groups',
      title: 'Rejected by Security Group',
      view,
      where: `${FLOWS} AND event.action:REJECT AND network.direction:ingress`,
      width: 6,
      note: 'The groups of the interface that the flow was rejected at.',
      keys: [
        { field: 'destination.security_group.id', label: 'Security group', size: 20 },
        { ...PORT, size: 5 },
      ],
      measures: [FLOW_COUNT, { measure: { op: 'distinct', field: 'source.address' }, label: 'Sources', format: 'number' }, LAST],
    },
    {
      type: 'groups',
      title: 'Top Talkers',
      view,
      where: FLOWS,
      width: 6,
      keys: [
        { field: 'source.address', label: 'From', size: 20 },
        { field: 'destination.address', label: 'To', size: 3 },
      ],
      measures: [BYTES, FLOW_COUNT],
    },
    {
      type: 'groups',
      title: 'Open Ports Reached from the Internet',
      view,
      where: `${FLOWS} AND event.action:ACCEPT AND ${isPrivate('destination.ip')} AND NOT ${isPrivate('source.ip')} AND destination.port:<32768`,
      width: 6,
      note: 'Flows that were accepted from public addresses to ports below 32768: answers to own requests come to the ports above.',
      keys: [
        { ...PORT, size: 20 },
        { ...INTERFACE, size: 10 },
      ],
      measures: [{ measure: { op: 'distinct', field: 'source.address' }, label: 'Sources', format: 'number' }, FLOW_COUNT, LAST],
    },
    {
      type: 'groups',
      title: 'Cross-AZ Bytes',
      view,
      where: `${FLOWS} AND network.cross_zone:true`,
      width: 6,
      note: 'AWS charges 0.01 US dollars for a GiB at each end, so a flow costs twice that where both ends have a flow log.',
      keys: [
        { field: 'source.availability_zone', label: 'From zone', size: 10 },
        { field: 'destination.availability_zone', label: 'To zone', size: 10 },
      ],
      measures: [BYTES, { ...BYTES, label: 'Price', format: 'money', times: CROSS_ZONE_PRICE }],
    },
    {
      type: 'groups',
      title: 'NODATA / SKIPDATA by Interface',
      view,
      where: `${FLOWS} AND aws.vpcflow.log_status:(NODATA OR SKIPDATA)`,
      width: 6,
      note: 'NODATA: there was no traffic. SKIPDATA: AWS lost records.',
      keys: [
        { ...INTERFACE, size: 20 },
        { field: 'aws.vpcflow.log_status', label: 'Records', size: 2 },
      ],
      measures: [{ measure: COUNT, label: 'Windows', format: 'number' }, LAST],
    },
  ],
};
