import type { Field } from '../core/field.ts';

/**
 * The shared fields of `awscli-*` (each resource at each sweep) and `awscli-current` (each resource as last seen); a kind's own
 * fields come from its declaration.
 *
 * Any value may be longer than the 32,766 bytes that an engine indexes of one keyword (a policy or a template in a record): templates
 * must set `ignore_above` on keywords and flattened fields, so that such a value is stored and shown but not searched by, instead of
 * the whole document being refused.
 */
export const resourceFields: readonly Field[] = [
  { name: '@timestamp', type: 'date', description: 'When the sweep began that saw the resource so.' },
  { name: 'event.kind', type: 'keyword', description: 'Always `asset`: the document describes a resource and not an event.' },
  { name: 'event.module', type: 'keyword', description: 'Always `orgscope`.' },
  { name: 'event.dataset', type: 'keyword', description: 'Always `orgscope.inventory`.' },
  { name: 'event.action', type: 'keyword', description: 'The API call that showed it, such as `ec2:DescribeInstances`.' },
  { name: 'cloud.provider', type: 'keyword', description: 'Always `aws`.' },
  { name: 'cloud.account.id', type: 'keyword', description: 'Account that the resource is in.' },
  {
    name: 'cloud.account.name',
    type: 'keyword',
    description: "The account's name in the organisation, or as the user lists it.",
  },
  { name: 'cloud.region', type: 'keyword', description: 'Region, or `global` for kinds that AWS does not divide by region.' },
  { name: 'cloud.availability_zone', type: 'keyword', description: 'Availability zone, where the resource lies in one.' },
  { name: 'cloud.service.name', type: 'keyword', description: 'Service as the AWS CLI names it, such as `ec2`.' },
  { name: 'resource.type', type: 'keyword', description: 'Kind of resource, such as `ec2-instance`.' },
  { name: 'resource.id', type: 'keyword', description: 'The id that its API calls take.' },
  { name: 'resource.arn', type: 'keyword', description: 'ARN, where AWS defines one.' },
  { name: 'resource.key', type: 'keyword', description: 'Key of the resource: the ARN, else `account:region:type:id`.' },
  { name: 'resource.name', type: 'keyword', description: 'Its name, or its tag `Name`.' },
  { name: 'resource.state', type: 'keyword', description: 'State as the API words it.' },
  { name: 'resource.created', type: 'date', description: 'When it was created (for EC2 instances: last started).' },
  { name: 'resource.tags', type: 'flattened', description: 'Tags, key to value.' },
  {
    name: 'resource.tag_pairs',
    type: 'keyword',
    array: true,
    description: 'Tags as `key=value`; panels group by these, never inside flattened fields.',
  },
  {
    name: 'related.entity',
    type: 'keyword',
    array: true,
    description:
      'Its own id, and the ids, ARNs and names of other resources that it names; what names a resource is found by this field.',
  },
  {
    name: 'orgscope.fingerprint',
    type: 'keyword',
    description: 'Short text that is the same as long as the record does not change.',
  },
  {
    name: 'orgscope.left_out',
    type: 'keyword',
    array: true,
    description: 'Follow-up calls that failed, such as `sqs:GetQueueAttributes`; values that only these calls return are absent.',
  },
  {
    name: 'orgscope.sweep',
    type: 'keyword',
    description: 'The sweep that wrote the document; retiring removes documents of earlier sweeps.',
  },
];
