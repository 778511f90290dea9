import { declareView, type Field } from '../core/field.ts';

/** The fields of `awsusers`: one IAM user or root of one account, as of the last sweep. */
const fields: readonly Field[] = [
  { name: '@timestamp', type: 'date', description: 'When the sweep began that saw the user so.' },
  { name: 'event.kind', type: 'keyword', description: 'Always `asset`.' },
  { name: 'event.module', type: 'keyword', description: 'Always `orgscope`.' },
  { name: 'event.dataset', type: 'keyword', description: 'Always `orgscope.users`.' },
  { name: 'cloud.provider', type: 'keyword', description: 'Always `aws`.' },
  { name: 'cloud.account.id', type: 'keyword', description: 'Account of the user.' },
  { name: 'cloud.account.name', type: 'keyword', description: "The account's name." },
  { name: 'cloud.region', type: 'keyword', description: 'Always `global`.' },
  { name: 'user.name', type: 'keyword', description: 'User name; `<root_account>` for root.' },
  { name: 'user.arn', type: 'keyword', description: 'ARN of the user.' },
  { name: 'user.created', type: 'date', description: 'When the user was created.' },
  { name: 'user.root', type: 'boolean', description: 'Whether this is the root user of the account.' },
  {
    name: 'user.administrator',
    type: 'boolean',
    description:
      'Whether a policy of the user or of its groups allows every action on everything; absent where that could not be read.',
  },
  { name: 'user.groups', type: 'keyword', array: true, description: 'Groups of the user.' },
  { name: 'user.mfa_active', type: 'boolean', description: 'Whether a second factor is set up.' },
  {
    name: 'user.password.enabled',
    type: 'boolean',
    description: 'Whether the user can sign in with a password; absent where AWS does not tell.',
  },
  { name: 'user.password.last_used', type: 'date', description: 'Last sign-in with the password.' },
  { name: 'user.password.last_changed', type: 'date', description: 'Last change of the password.' },
  { name: 'user.password.next_rotation', type: 'date', description: 'When the password has to be changed.' },
  { name: 'user.password.days_since_used', type: 'long', description: 'Whole days since the last sign-in.' },
  ...[1, 2].flatMap((n): Field[] => [
    { name: `user.access_key_${n}.active`, type: 'boolean', description: `Whether access key ${n} is active.` },
    { name: `user.access_key_${n}.last_rotated`, type: 'date', description: `When access key ${n} was created or changed.` },
    { name: `user.access_key_${n}.last_used`, type: 'date', description: `Last call signed with access key ${n}.` },
    { name: `user.access_key_${n}.last_used_region`, type: 'keyword', description: `Region of that call.` },
    { name: `user.access_key_${n}.last_used_service`, type: 'keyword', description: `Service of that call.` },
    { name: `user.access_key_${n}.days_since_used`, type: 'long', description: `Whole days since that call.` },
    {
      name: `user.access_key_${n}.age_days`,
      type: 'long',
      description: `Whole days since access key ${n} was created or changed.`,
    },
  ]),
  { name: 'user.active_access_keys', type: 'long', description: 'How many of access keys 1 and 2 are active.' },
  {
    name: 'user.additional_credentials_info',
    type: 'keyword',
    description:
      'How many further access keys or certificates the user has, and the calls that list them, in the words of AWS; absent for most.',
  },
  { name: 'user.cert_1.active', type: 'boolean', description: 'Whether signing certificate 1 is active.' },
  { name: 'user.cert_2.active', type: 'boolean', description: 'Whether signing certificate 2 is active.' },
  { name: 'user.last_activity', type: 'date', description: 'Latest of the last sign-in and the last use of either key.' },
  {
    name: 'user.last_activity_method',
    type: 'keyword',
    description: 'What that was: `password`, `access_key_1` or `access_key_2`.',
  },
  { name: 'user.days_since_activity', type: 'long', description: 'Whole days since that; since creation for one never active.' },
  {
    name: 'user.inactive',
    type: 'boolean',
    description: 'Whether there was no activity for the set number of days (default 90).',
  },
  { name: 'user.inactive_after_days', type: 'long', description: 'Days without activity after which `user.inactive` is true.' },
  {
    name: 'orgscope.sweep',
    type: 'keyword',
    description: 'The sweep that wrote the document; retiring removes documents of earlier sweeps.',
  },
];

/** One IAM user or root, as of the last sweep; its history is the kind `iam-credential-report` in `awscli-*`. */
export const awsusers = declareView({
  view: 'awsusers',
  index: { exact: 'awsusers-000001', alias: 'awsusers' },
  partition: 'none',
  timeField: null,
  retentionDays: null,
  templatePriority: 100,
  description: 'One IAM user or root, as of the last sweep.',
  documentTitle: 'User',
  rows: {
    columns: ['user.name', 'cloud.account.name', 'user.administrator', 'user.inactive'],
    sort: { field: 'user.name', direction: 'asc' },
  },
  resourceField: 'user.arn',
  fields,
});
