import { one } from './ask-aws.ts';
import { declareKind } from './declare-kind.ts';
import { isManagement } from './is-management.ts';

/** Organisational units at every depth, seen from the management account. */
export const organizationsOrganizationalUnit = declareKind({
  name: 'organizations-organizational-unit',
  summary: 'Organisational units of the organisation.',
  service: 'organizations',
  sdk: () => import('@aws-sdk/client-organizations'),
  client: (sdk) => sdk.OrganizationsClient,
  call: 'ListOrganizationalUnitsForParent',
  calls: ['DescribeOrganization', 'ListRoots', 'ListOrganizationalUnitsForParent'],
  scope: 'global',
  none: ['AWSOrganizationsNotInUseException'],
  inputs: async function* (ask, place, below) {
    if (!isManagement(await one(ask('DescribeOrganization', {})), place)) return;
    const parents: string[] = [];
    for await (const { Roots } of ask('ListRoots', {})) parents.push(...(Roots ?? []).flatMap(({ Id }) => Id ?? []));
    // Each parent is listed here to find the units below it, and again as an input: units are few, so the second call costs little.
    for (const ParentId of parents) {
      yield { ParentId };
      for await (const { OrganizationalUnits } of below(ParentId, ask('ListOrganizationalUnitsForParent', { ParentId }))) {
        parents.push(...(OrganizationalUnits ?? []).flatMap(({ Id }) => Id ?? []));
      }
    }
  },
  about: ({ ParentId }) => ParentId,
  items: (output) => output.OrganizationalUnits ?? [],
  id: (unit) => unit.Id,
  arn: (unit) => unit.Arn,
  title: (unit) => unit.Name,
  example: {
    OrganizationalUnits: [
      {
        Id: 'ou-ab12-0a1b2c3d',
        Arn: 'arn:aws-cn:organizations::111111111111:ou/o-abcde12345/ou-ab12-0a1b2c3d',
        Name: 'production',
      },
      {
        Id: 'ou-ab12-1a1b2c3d',
        Arn: 'arn:aws-cn:organizations::111111111111:ou/o-abcde12345/ou-ab12-1a1b2c3d',
        Name: 'trials',
      },
    ],
  },
  examples: {
    DescribeOrganization: { Organization: { MasterAccountId: '111111111111' } },
    ListRoots: { Roots: [{ Id: 'r-ab12' }] },
  },
});
