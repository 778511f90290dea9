import type { Role } from '@aws-sdk/client-iam';
import type { Json } from '../../core/json.ts';
import { declareKind } from './declare-kind.ts';
import { sharedFields } from './shared-fields.ts';
import type { Cli } from './to-cli-record.ts';

/** IAM roles; policies, tags and last use come from a lookup. */
export const iamRole = declareKind({
  name: 'iam-role',
  summary: 'IAM roles with policies attached, whom they trust and when they were last used.',
  service: 'iam',
  sdk: () => import('@aws-sdk/client-iam'),
  client: (sdk) => sdk.IAMClient,
  call: 'ListRoles',
  scope: 'global',
  pageSize: 1000,
  items: (output) => (output.Roles ?? []).map(withDocument),
  id: (role) => role.RoleName,
  arn: (role) => role.Arn,
  title: (role) => role.RoleName,
  created: (role) => role.CreateDate,
  tags: (role) => role.Tags,
  fields: [
    { ...sharedFields.path, value: (role) => role.Path },
    sharedFields.attachedPolicies,
    sharedFields.inlinePolicies,
    sharedFields.permissionsBoundary,
    {
      name: 'resource.last_used',
      type: 'date',
      description: 'Last use of the role, where IAM knows of one.',
      value: (role) => role.RoleLastUsed?.LastUsedDate,
    },
    { ...sharedFields.description, value: (role) => role.Description || undefined },
  ],
  volatile: ['RoleLastUsed'],
  lookUps: [{ adds: 'policies', of: 'Role' }],
  page: { rank: 9, nameMembers: ['RoleName'] },
  example: {
    Roles: [
      {
        RoleName: 'deploy',
        RoleId: 'AROA0A1B2C3D4E5F60718',
        Arn: 'arn:aws-cn:iam::111111111111:role/deploy',
        Path: '/',
        CreateDate: '2026-01-02T03:04:05.000Z',
        AssumeRolePolicyDocument: encodeURIComponent(
          JSON.stringify({
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
          }),
        ),
        MaxSessionDuration: 3600,
      },
      {
        RoleName: 'read',
        RoleId: 'AROA1A1B2C3D4E5F60718',
        Arn: 'arn:aws-cn:iam::111111111111:role/read',
        Path: '/',
        CreateDate: '2026-01-02T03:04:05.000Z',
      },
    ],
  },
});

/** IAM answers with the trust policy as URL-encoded JSON; the CLI prints it decoded. */
function withDocument(role: Cli<Role>): Omit<Cli<Role>, Document> & { [Name in Document]?: Json | undefined } {
  const { AssumeRolePolicyDocument: document } = role;
  return typeof document === 'string' ? { ...role, AssumeRolePolicyDocument: decode(document) } : role;
}

function decode(document: string): Json {
  try {
    return JSON.parse(decodeURIComponent(document)) as Json;
  } catch {
    // The CLI keeps a text that it can't decode, too.
    return document;
  }
}

type Document = 'AssumeRolePolicyDocument';
