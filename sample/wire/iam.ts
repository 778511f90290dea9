import * as sdk from '@aws-sdk/client-iam';
import type { Estate } from '../estate/estate.ts';
import { type AccountUsers, credentialReport, type SampleUser } from '../estate/users.ts';
import { PARTITION, type SampleAccount } from '../organisation.ts';
import { type Call, list, page } from './read-call.ts';
import { makeService, type Service, WireError } from './service.ts';

const MANAGED = { administrators: 'AdministratorAccess', 'read-only': 'ReadOnlyAccess', developers: 'PowerUserAccess' } as const;
const ADMINISTRATOR = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const READ_ONLY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['ec2:Describe*', 's3:Get*', 's3:List*'], Resource: '*' }],
};
const POWER_USER = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' }],
};
const DEPLOYER = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['ec2:*', 'rds:*', 's3:*', 'iam:PassRole'], Resource: '*' }],
};
const DOCUMENTS: Readonly<Record<string, object>> = {
  AdministratorAccess: ADMINISTRATOR,
  ReadOnlyAccess: READ_ONLY,
  PowerUserAccess: POWER_USER,
};
const GROUPS = ['administrators', 'developers', 'read-only', 'deployers'];

/** IAM's answers about an account. */
export function iam(estate: Estate): Service {
  const asked = (call: Call): { account: SampleAccount; users: AccountUsers } => {
    const account = estate.account(call.account);
    if (account === undefined)
      throw new WireError(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
    return { account, users: estate.users(account) };
  };
  const userOf = (call: Call): SampleUser => {
    const name = call.parameters.get('UserName');
    const user = asked(call).users.users.find((one) => one.name === name);
    if (user === undefined) throw new WireError(404, 'NoSuchEntity', `The user with name ${name} cannot be found.`);
    return user;
  };
  const paged = <Item>(call: Call, items: readonly Item[]) => {
    const { items: some, next } = page(items, call.parameters.get('Marker'), call.parameters.get('MaxItems'), 100);
    return { some, more: next === undefined ? { IsTruncated: false } : { IsTruncated: true, Marker: next } };
  };
  const summary = (user: SampleUser): sdk.User => ({
    Path: '/',
    UserName: user.name,
    UserId: user.id,
    Arn: user.arn,
    CreateDate: new Date(user.created),
    ...(user.password?.used === undefined ? {} : { PasswordLastUsed: new Date(user.password.used) }),
  });
  const group = (account: SampleAccount, name: string): sdk.Group => ({
    Path: '/',
    GroupName: name,
    GroupId: `AGPA${account.id}${name.length}`,
    Arn: `arn:${PARTITION}:iam::${account.id}:group/${name}`,
    CreateDate: new Date(account.joined),
  });
  const attached = (name: string): sdk.AttachedPolicy[] => {
    const policy = (MANAGED as Readonly<Record<string, string>>)[name];
    return policy === undefined ? [] : [{ PolicyName: policy, PolicyArn: policyArn(policy) }];
  };

  return makeService(sdk, 'query', {
    GenerateCredentialReport: () => ({ State: sdk.ReportStateType.COMPLETE, Description: 'A report already exists' }),
    GetCredentialReport: (call) => {
      const { account, users } = asked(call);
      return {
        Content: Buffer.from(credentialReport(users, account)),
        ReportFormat: sdk.ReportFormatType.text_csv,
        GeneratedTime: new Date(estate.calendar.now),
      };
    },
    GetAccountAuthorizationDetails: (call) => {
      const { account, users } = asked(call);
      const wanted = list(call, 'Filter');
      const wants = (kind: string): boolean => wanted.length === 0 || wanted.includes(kind);
      return {
        UserDetailList: wants('User')
          ? users.users.map((user) => ({
              ...summary(user),
              GroupList: [...user.groups],
              AttachedManagedPolicies: [],
              UserPolicyList: [],
            }))
          : [],
        GroupDetailList: wants('Group')
          ? GROUPS.map((name) => ({
              ...group(account, name),
              AttachedManagedPolicies: attached(name),
              GroupPolicyList: name === 'deployers' ? [{ PolicyName: 'deploy', PolicyDocument: document(DEPLOYER) }] : [],
            }))
          : [],
        RoleDetailList: [],
        Policies: wants('AWSManagedPolicy')
          ? Object.entries(DOCUMENTS).map(([name, text]) => ({
              PolicyName: name,
              PolicyId: `ANPA${name}`,
              Arn: policyArn(name),
              Path: '/',
              DefaultVersionId: 'v1',
              IsAttachable: true,
              PolicyVersionList: [{ VersionId: 'v1', IsDefaultVersion: true, Document: document(text) }],
            }))
          : [],
        IsTruncated: false,
      };
    },
    ListUsers: (call) => {
      const { some, more } = paged(call, asked(call).users.users);
      return { Users: some.map(summary), ...more };
    },
    ListPolicies: (call) => ({
      Policies:
        call.parameters.get('Scope') === 'AWS'
          ? Object.values(MANAGED).map((name) => ({
              PolicyName: name,
              PolicyId: `ANPA${name}`,
              Arn: policyArn(name),
              Path: '/',
              DefaultVersionId: 'v1',
              AttachmentCount: 1,
              IsAttachable: true,
            }))
          : [],
      IsTruncated: false,
    }),
    GetUser: (call) => ({ User: summary(userOf(call)) }),
    ListAccountAliases: (call) => ({ AccountAliases: [asked(call).account.name], IsTruncated: false }),
    ListGroups: (call) => ({ Groups: GROUPS.map((name) => group(asked(call).account, name)), IsTruncated: false }),
    ListGroupsForUser: (call) => ({
      Groups: userOf(call).groups.map((name) => group(asked(call).account, name)),
      IsTruncated: false,
    }),
    ListAttachedUserPolicies: () => ({ AttachedPolicies: [], IsTruncated: false }),
    ListUserPolicies: () => ({ PolicyNames: [], IsTruncated: false }),
    ListAttachedGroupPolicies: (call) => ({
      AttachedPolicies: attached(call.parameters.get('GroupName') ?? ''),
      IsTruncated: false,
    }),
    ListGroupPolicies: (call) => ({
      PolicyNames: call.parameters.get('GroupName') === 'deployers' ? ['deploy'] : [],
      IsTruncated: false,
    }),
    GetGroupPolicy: (call) => ({
      GroupName: call.parameters.get('GroupName') ?? '',
      PolicyName: call.parameters.get('PolicyName') ?? '',
      PolicyDocument: document(DEPLOYER),
    }),
    GetPolicy: (call) => {
      const arn = call.parameters.get('PolicyArn') ?? '';
      return {
        Policy: { PolicyName: arn.slice(arn.lastIndexOf('/') + 1), Arn: arn, DefaultVersionId: 'v1', IsAttachable: true },
      };
    },
    GetPolicyVersion: (call) => {
      const arn = call.parameters.get('PolicyArn') ?? '';
      const text = DOCUMENTS[arn.slice(arn.lastIndexOf('/') + 1)];
      if (text === undefined) throw new WireError(404, 'NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`);
      return { PolicyVersion: { VersionId: 'v1', IsDefaultVersion: true, Document: document(text) } };
    },
  });
}

const policyArn = (name: string): string => `arn:${PARTITION}:iam::aws:policy/${name}`;
/** IAM URL-encodes policies. */
const document = (policy: object): string => encodeURIComponent(JSON.stringify(policy));
