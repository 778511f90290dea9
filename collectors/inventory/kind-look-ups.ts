import type { ResourceKind } from './declare-kind.ts';

/** A lookup of `pipelines/look-ups.ts`, which adds values of other calls to the resources of a kind. */
export type KindLookUp =
  /** vCPUs and memory of the EC2 instance type that `resource.instance_type` names, or of the type of that database class. */
  | { readonly adds: 'size'; readonly by: 'instance-type' | 'database-class' }
  /** The newest backup among the resources of these kinds, each of which declares `backups`. */
  | { readonly adds: 'last-backup'; readonly among: readonly ResourceKind[] }
  /** Who made it, by its tags or by indexed CloudTrail events. */
  | { readonly adds: 'creator' }
  /** The resources that have the security group, by the network interfaces. */
  | { readonly adds: 'connections'; readonly through: ResourceKind }
  /** Which security groups name one another in their rules. */
  | { readonly adds: 'references' }
  /** The rights of IAM users, for the documents of `awsusers`. */
  | { readonly adds: 'rights' }
  /** Groups and policies of IAM users, groups or roles. */
  | { readonly adds: 'policies'; readonly of: 'User' | 'Group' | 'Role' }
  /** Its host in the systems that monitor hosts. */
  | { readonly adds: 'monitoring' }
  /** Its newest events, which separate jobs read if the trails pipeline does not collect those of the account. */
  | { readonly adds: 'events' };

/** The IAM actions that a lookup takes. */
export function actionsOf(lookUp: KindLookUp): readonly string[] {
  switch (lookUp.adds) {
    case 'size':
      return ['ec2:DescribeInstanceTypes'];
    case 'last-backup':
      return lookUp.among.flatMap(({ actions }) => actions);
    case 'connections':
      return lookUp.through.actions;
    case 'rights':
    case 'policies':
      return ['iam:GetAccountAuthorizationDetails'];
    case 'events':
      return ['cloudtrail:LookupEvents'];
    case 'creator':
    case 'references':
    case 'monitoring':
      return [];
  }
}

export const hasLookUp = (kind: ResourceKind, adds: KindLookUp['adds']): boolean =>
  kind.lookUps.some((lookUp) => lookUp.adds === adds);
