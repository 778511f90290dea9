/**
 * ECS category and types of the actions that have them; every other event is `info`. As in Elastic's integration they go by the
 * action alone, so that its rules match.
 */
export interface ActionClass {
  readonly category: readonly string[];
  readonly type: readonly string[];
}

const user = (...type: string[]) => ({ category: ['iam'], type: ['user', ...type] });
const group = (...type: string[]) => ({ category: ['iam'], type: ['group', ...type] });
const bucket = (type: string) => ({ category: ['file'], type: [type] });

export const TRAIL_ACTIONS: Readonly<Record<string, ActionClass>> = {
  AddUserToGroup: group('change'),
  AttachGroupPolicy: group('change'),
  AttachUserPolicy: user('change'),
  ChangePassword: user('change'),
  ConsoleLogin: { category: ['authentication'], type: ['info'] },
  CreateAccessKey: user('change'),
  CreateBucket: bucket('creation'),
  CreateGroup: group('creation'),
  CreateKeyPair: { category: ['iam'], type: ['admin', 'creation'] },
  CreateLoginProfile: user('change'),
  CreateUser: user('creation'),
  CreateVirtualMFADevice: user('change'),
  DeactivateMFADevice: user('change'),
  DeleteAccessKey: user('change'),
  DeleteBucket: bucket('deletion'),
  DeleteGroup: group('deletion'),
  DeleteGroupPolicy: group('change'),
  DeleteLoginProfile: user('change'),
  DeleteSSHPublicKey: user('change'),
  DeleteUser: user('deletion'),
  DeleteUserPermissionsBoundary: user('change'),
  DeleteUserPolicy: user('change'),
  DeleteVirtualMFADevice: user('change'),
  DetachGroupPolicy: group('change'),
  DetachUserPolicy: user('change'),
  EnableMFADevice: user('change'),
  GetGroup: group('info'),
  GetGroupPolicy: group('info'),
  GetUser: user('info'),
  GetUserPolicy: user('info'),
  ListAttachedGroupPolicies: group('info'),
  ListAttachedUserPolicies: user('info'),
  ListGroupPolicies: group('info'),
  ListGroups: group('info'),
  ListGroupsForUser: user('info'),
  ListUserPolicies: user('info'),
  ListUsers: user('info'),
  PutGroupPolicy: group('change'),
  PutUserPermissionsBoundary: user('change'),
  PutUserPolicy: user('change'),
  RemoveUserFromGroup: group('change'),
  ResyncMFADevice: user('change'),
  TagUser: user('change'),
  UntagUser: user('change'),
  UpdateAccessKey: user('change'),
  UpdateGroup: group('change'),
  UpdateLoginProfile: user('change'),
  UpdateSSHPublicKey: user('change'),
  UpdateUser: user('change'),
  UploadSSHPublicKey: user('change'),
};
