import { declareView } from '../core/field.ts';
import { resourceFields } from './resource-fields.ts';

/** One resource as last seen; no time field, so that a dashboard's time range never hides a running machine. */
export const awscliCurrent = declareView({
  view: 'awscli-current',
  index: { exact: 'awscli-current' },
  partition: 'none',
  timeField: null,
  retentionDays: null,
  templatePriority: 300,
  takesKindFields: true,
  description: 'One resource as last seen.',
  documentTitle: 'Resource',
  rows: {
    columns: [
      'resource.name',
      'resource.id',
      'resource.type',
      'resource.state',
      'cloud.account.name',
      'cloud.region',
      'resource.created',
    ],
    sort: { field: 'resource.name', direction: 'asc' },
  },
  resourceField: 'resource.key',
  indexed: [
    'resource.id',
    'resource.arn',
    'resource.key',
    'resource.name',
    'resource.private_ip',
    'resource.public_ip',
    'resource.dns_name',
    'related.entity',
  ],
  fields: resourceFields,
});
