import type { SampleUser } from '../estate/users.ts';
import { PARTITION, type SampleAccount } from '../organisation.ts';
import { seeded } from '../random.ts';

/** `userIdentity` of an event: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
export interface Identity {
  readonly type: string;
  readonly principalId?: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly invokedBy?: string;
  readonly [member: string]: unknown;
}

/** The root user of an account. */
export const root = ({ id }: SampleAccount): Identity => ({
  type: 'Root',
  principalId: id,
  arn: `arn:${PARTITION}:iam::${id}:root`,
  accountId: id,
  accessKeyId: '',
});

/** An IAM user of the account. */
export const person = ({ id }: SampleAccount, user: SampleUser): Identity => ({
  type: 'IAMUser',
  principalId: user.id,
  arn: user.arn,
  accountId: id,
  ...(user.keys[0] === undefined ? {} : { accessKeyId: user.keys[0].id }),
  userName: user.name,
});

/** An IAM user that a program uses. */
export const robot = ({ id }: SampleAccount, name: string): Identity => ({
  type: 'IAMUser',
  principalId: `AIDA${seeded(id, name).id(17)}`,
  arn: `arn:${PARTITION}:iam::${id}:user/${name}`,
  accountId: id,
  accessKeyId: `AKIA${seeded(id, name, 'key').id(16)}`,
  userName: name,
});

/** A session of a role. */
export function session({ id }: SampleAccount, role: string, name: string, invokedBy?: string): Identity {
  const principal = `AROA${seeded(id, role).id(17)}`;
  return {
    type: 'AssumedRole',
    principalId: `${principal}:${name}`,
    arn: `arn:${PARTITION}:sts::${id}:assumed-role/${role}/${name}`,
    accountId: id,
    accessKeyId: `ASIA${seeded(id, role, name).id(16)}`,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: principal,
        arn: `arn:${PARTITION}:iam::${id}:role/${role}`,
        accountId: id,
        userName: role,
      },
      attributes: { mfaAuthenticated: 'false' },
    },
    ...(invokedBy === undefined ? {} : { invokedBy }),
  };
}

/** The session in which Auto Scaling launches instances. */
export const fleet = (account: SampleAccount): Identity =>
  session(account, 'AWSServiceRoleForAutoScaling', 'AutoScaling', 'autoscaling.amazonaws.com');

/** The session in which AWS Backup takes snapshots. */
export const backup = (account: SampleAccount): Identity =>
  session(account, 'AWSBackupDefaultServiceRole', 'AWSBackup', 'backup.amazonaws.com');

/** An AWS service that calls on its own behalf. */
export const service = (name: string): Identity => ({ type: 'AWSService', invokedBy: `${name}.amazonaws.com` });
