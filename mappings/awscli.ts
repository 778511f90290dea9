import { declareView } from '../core/field.ts';
import { resourceFields } from './resource-fields.ts';

/** One resource as seen by one sweep. The pattern also matches the trail and current state, which `excludes` leaves out. */
export const awscli = declareView({
  view: 'awscli',
  index: { prefix: 'awscli-' },
  partition: 'day',
  timeField: '@timestamp',
  retentionDays: 90,
  templatePriority: 100,
  takesKindFields: true,
  repeats: true,
  description: 'One resource as seen by one sweep.',
  documentTitle: 'Resource as one sweep saw it',
  rows: {
    columns: [
      '@timestamp',
      'resource.name',
      'resource.id',
      'resource.type',
      'resource.state',
      'cloud.account.name',
      'cloud.region',
    ],
    sort: { field: '@timestamp', direction: 'desc' },
  },
  resourceField: 'resource.key',
  fields: resourceFields,
});
