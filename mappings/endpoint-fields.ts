import type { Field } from '../core/field.ts';
import { locationFields } from './location-fields.ts';

const sideFields = (side: 'source' | 'destination'): readonly Field[] => [
  { name: `${side}.instance.id`, type: 'keyword', description: `Instance behind the address of the ${side}.` },
  { name: `${side}.instance.name`, type: 'keyword', description: 'Name of that instance.' },
  {
    name: `${side}.service.name`,
    type: 'keyword',
    description: 'Service that it runs: its ECS service, else its tag `Service`, `service` or `app`.',
  },
  { name: `${side}.security_group.id`, type: 'keyword', array: true, description: 'Security groups of its network interface.' },
  { name: `${side}.load_balancer.name`, type: 'keyword', description: `Load balancer behind the address of the ${side}.` },
  { name: `${side}.interface.id`, type: 'keyword', description: `Network interface that had the address of the ${side}.` },
  { name: `${side}.availability_zone`, type: 'keyword', description: 'Availability zone of that interface.' },
  ...locationFields(side),
];

/** The fields that the inventory and databases of addresses add to both sides of a line, and those that follow from them. */
export const ENDPOINT_FIELDS: readonly Field[] = [
  ...sideFields('source'),
  ...sideFields('destination'),
  {
    name: 'network.cross_zone',
    type: 'boolean',
    description: 'True where both sides are in one region, in different availability zones.',
  },
  { name: 'network.community_id', type: 'keyword', description: 'Community ID of the flow, the same in both directions.' },
];
