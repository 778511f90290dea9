/**
 * ECS category and types of the actions that have them; every other event is `info`. They go by the action alone, as in the published table
 * of Elastic's integration, so that its rules match. The version that the tests compare with has no DeleteTrail.
 */
export interface ActionClass {
  readonly category: readonly string[];
  /** Empty where Elastic gives no type. */
  readonly type: readonly string[];
}

const of =
  (category: string) =>
  (...type: string[]): ActionClass => ({ category: [category], type });
const iam = of('iam');
const user = (type: string) => iam('user', type);
const group = (type: string) => iam('group', type);
const admin = (type: string) => iam('admin', type);
const api = of('api');
const authentication = of('authentication');
const configuration = of('configuration');
const database = of('database');
const file = of('file');
const host = of('host');
const network = of('network');
const session = of('session');

export const TRAIL_ACTIONS: Readonly<Record<string, ActionClass>> = {
  AddUserToGroup: group('change'),
  AssumeRole: authentication('info'),
  AttachGroupPolicy: group('change'),
  AttachRolePolicy: iam('change'),
  AttachUserPolicy: user('change'),
  AuthorizeSecurityGroupIngress: network('access'),
  ChangePassword: user('change'),
  ConsoleLogin: authentication('info'),
  Converse: api(),
  CreateAccessKey: user('change'),
  CreateBucket: file('creation'),
  CreateControlChannel: session('start'),
  CreateDataChannel: session('start'),
  CreateDocument: file('creation'),
  CreateGroup: group('creation'),
  CreateKeyPair: admin('creation'),
  CreateLoginProfile: user('change'),
  CreatePolicy: iam('creation'),
  CreateTopic: configuration('creation'),
  CreateUser: user('creation'),
  CreateVirtualMFADevice: user('change'),
  DeactivateMFADevice: user('change'),
  DeleteAccessKey: user('change'),
  DeleteBucket: file('deletion'),
  DeleteGroup: group('deletion'),
  DeleteGroupPolicy: group('change'),
  DeleteLoginProfile: user('change'),
  DeleteObject: file('delete'),
  DeleteSSHPublicKey: user('change'),
  DeleteUser: user('deletion'),
  DeleteUserPermissionsBoundary: user('change'),
  DeleteUserPolicy: user('change'),
  DeleteVirtualMFADevice: user('change'),
  DescribeDBInstances: database('info'),
  DescribeInstances: host('info'),
  DescribeLoadBalancers: network('info'),
  DescribeNetworkAcls: network('info'),
  DescribeNetworkInterfaces: network('info'),
  DescribeRegions: api('info'),
  DescribeSecurityGroups: network('info'),
  DescribeTrails: configuration('info'),
  DescribeVolumes: host('info'),
  DescribeVpcs: network('info'),
  DetachGroupPolicy: group('change'),
  DetachUserPolicy: user('change'),
  EnableMFADevice: user('change'),
  GetCallerIdentity: authentication('info'),
  GetGroup: group('info'),
  GetGroupPolicy: group('info'),
  GetObject: file('info'),
  GetPolicy: iam('info'),
  GetUser: user('info'),
  GetUserPolicy: user('info'),
  HeadObject: file('info'),
  ListAttachedGroupPolicies: group('info'),
  ListAttachedRolePolicies: iam('info'),
  ListAttachedUserPolicies: user('info'),
  ListBuckets: file('info'),
  ListFunctions: of('package')('info'),
  ListGroupPolicies: group('info'),
  ListGroups: group('info'),
  ListGroupsForUser: group('info'),
  ListInstanceAssociations: host('info'),
  ListObjects: file('info'),
  ListRoles: iam('info'),
  ListTables: database('info'),
  ListUserPolicies: user('info'),
  ListUserTags: user('info'),
  ListUsers: user('info'),
  OpenControlChannel: session('start'),
  OpenDataChannel: session('start'),
  Publish: api(),
  PutGroupPolicy: group('change'),
  PutObject: file('change'),
  PutUserPermissionsBoundary: user('change'),
  PutUserPolicy: user('change'),
  RemoveUserFromGroup: group('change'),
  ResyncMFADevice: user('change'),
  SendCommand: of('process')(),
  SetDefaultPolicyVersion: admin('change'),
  SetSecurityTokenServicePreferences: admin('change'),
  StartSession: session('start'),
  Subscribe: configuration('change'),
  TagUser: user('change'),
  TerminateSession: session('end'),
  UntagUser: user('change'),
  UpdateAccessKey: user('change'),
  UpdateAccountPasswordPolicy: admin('change'),
  UpdateGroup: group('change'),
  UpdateLoginProfile: user('change'),
  UpdateRole: admin('change'),
  UpdateSSHPublicKey: user('change'),
  UpdateUser: user('change'),
  UploadSSHPublicKey: user('change'),
};
