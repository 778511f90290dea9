import { one } from './ask-aws.ts';
import { declareKind } from './declare-kind.ts';
import { isManagement } from './is-management.ts';
import { sharedFields } from './shared-fields.ts';

/** Policies of the organisation of every type, seen from the management account. */
export const organizationsPolicy = declareKind({
  name: 'organizations-policy',
  summary: 'Policies of the organisation: service control, resource control, tag and backup policies.',
  service: 'organizations',
  sdk: () => import('@aws-sdk/client-organizations'),
  client: (sdk) => sdk.OrganizationsClient,
  call: 'ListPolicies',
  calls: ['DescribeOrganization'],
  scope: 'global',
  none: ['AWSOrganizationsNotInUseException'],
  inputs: async function* (ask, place) {
    if (isManagement(await one(ask('DescribeOrganization', {})), place)) for (const Filter of TYPES) yield { Filter };
  },
  items: (output) => output.Policies ?? [],
  id: (policy) => policy.Id,
  arn: (policy) => policy.Arn,
  title: (policy) => policy.Name,
  state: (policy) => policy.Type,
  fields: [
    { ...sharedFields.description, value: (policy) => policy.Description || undefined },
    { ...sharedFields.awsManaged, value: (policy) => policy.AwsManaged },
  ],
  example: {
    Policies: [
      {
        Id: 'p-0a1b2c3d',
        Arn: 'arn:aws-cn:organizations::111111111111:policy/o-abcde12345/service_control_policy/p-0a1b2c3d',
        Name: 'no-leaving',
        Description: 'Accounts stay.',
        Type: 'SERVICE_CONTROL_POLICY',
        AwsManaged: false,
      },
      {
        Id: 'p-FullAWSAccess',
        Arn: 'arn:aws-cn:organizations::aws:policy/service_control_policy/p-FullAWSAccess',
        Name: 'FullAWSAccess',
        Type: 'SERVICE_CONTROL_POLICY',
        AwsManaged: true,
      },
    ],
  },
  examples: { DescribeOrganization: { Organization: { MasterAccountId: '111111111111' } } },
});

const TYPES = [
  'SERVICE_CONTROL_POLICY',
  'RESOURCE_CONTROL_POLICY',
  'TAG_POLICY',
  'BACKUP_POLICY',
  'AISERVICES_OPT_OUT_POLICY',
] as const;
