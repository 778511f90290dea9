import { declareView, type Field } from '../core/field.ts';
import { resourceFields } from './resource-fields.ts';

/** The fields that identify the resource, as in `awscli-*`. */
const SHARED = new Set(['cloud.', 'resource.type', 'resource.id', 'resource.arn', 'resource.key', 'resource.name']);
const isShared = ({ name }: Field): boolean =>
  [...SHARED].some((start) => name === start || (start.endsWith('.') && name.startsWith(start)));

const fields: readonly Field[] = [
  { name: '@timestamp', type: 'date', description: 'When the sweep began that saw the change.' },
  { name: 'event.kind', type: 'keyword', description: 'Always `event`.' },
  { name: 'event.module', type: 'keyword', description: 'Always `orgscope`.' },
  { name: 'event.dataset', type: 'keyword', description: 'Always `orgscope.changes`.' },
  ...resourceFields.filter(isShared),
  { name: 'change.type', type: 'keyword', description: '`changed`, `appeared` or `gone`.' },
  {
    name: 'change.fields',
    type: 'keyword',
    array: true,
    description: 'What changed: members of the record, such as `Tags.team`.',
  },
  { name: 'change.from', type: 'flattened', description: 'What each of these was; lists and objects as JSON.' },
  { name: 'change.to', type: 'flattened', description: 'What each of these is now.' },
  { name: 'change.seen_before', type: 'date', description: 'When it was seen last before the change.' },
  { name: 'orgscope.sweep', type: 'keyword', description: 'The sweep that saw the change.' },
];

/** One change of a resource between two sweeps. */
export const awschanges = declareView({
  view: 'awschanges',
  index: { prefix: 'awschanges-' },
  partition: 'month',
  retentionDays: 400,
  timeField: '@timestamp',
  templatePriority: 100,
  description: 'One change of a resource between two sweeps: what, from, to.',
  documentTitle: 'Change',
  rows: {
    columns: [
      '@timestamp',
      'change.type',
      'resource.type',
      'resource.name',
      'resource.id',
      'change.fields',
      'cloud.account.name',
    ],
    sort: { field: '@timestamp', direction: 'desc' },
  },
  resourceField: 'resource.key',
  fields,
});
