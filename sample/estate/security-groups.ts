import type { SecurityGroup } from '@aws-sdk/client-ec2';
import { arnOf } from '../organisation.ts';
import type { RegionScope } from './region-scope.ts';

/** The security groups of one account in one region, and those that its machines and databases are put into. */
export interface SecurityGroups {
  readonly all: readonly SecurityGroup[];
  readonly ofRole: Readonly<Record<'web' | 'app' | 'admin', SecurityGroup>>;
  readonly database: SecurityGroup;
  /** Opens SSH to the internet; only one account has it. */
  readonly openSsh: SecurityGroup;
}

export function makeSecurityGroups(scope: RegionScope): SecurityGroups {
  const { account, home, used, cidr } = scope;
  const standard = group(scope, 'default', 'default VPC security group', []);
  const web = group(scope, `${account.team}-web`, 'public web traffic', [
    tcp(443, '0.0.0.0/0', 'https'),
    tcp(80, '0.0.0.0/0', 'redirect to https'),
  ]);
  const app = group(scope, `${account.team}-app`, 'services behind the load balancer', [tcp(8080, cidr)]);
  const admin = group(scope, `${account.team}-bastion`, 'administration through the office network', [
    tcp(22, '203.0.113.0/24', 'office'),
  ]);
  const database = group(scope, `${account.team}-db`, 'databases', [tcp(5432, cidr), tcp(3306, cidr)]);
  const openSsh = group(scope, 'dev-ssh-from-anywhere', 'ssh while working from home', [
    tcp(22, '0.0.0.0/0', 'remove after sprint'),
  ]);

  const all = [standard];
  if (used) all.push(web, app, database);
  if (home) all.push(admin, group(scope, `${account.team}-endpoints`, 'VPC endpoints', [tcp(443, cidr)]));
  if (home && account.name === 'payments-prod') {
    all.push(group(scope, 'payments-migration-2023', 'temporary, for the database migration', [tcp(5432, '10.0.0.0/8')]));
  }
  if (home && account.name === 'mobile-dev') all.push(openSsh);
  return { all, ofRole: { web, app, admin }, database, openSsh };
}

type Rules = NonNullable<SecurityGroup['IpPermissions']>;

function group(
  { account, region, vpcId, stream, tags }: RegionScope,
  name: string,
  description: string,
  rules: Rules,
): SecurityGroup {
  const id = `sg-0${stream('group', name).hex(16)}`;
  return {
    GroupId: id,
    GroupName: name,
    Description: description,
    OwnerId: account.id,
    VpcId: vpcId,
    SecurityGroupArn: arnOf('ec2', region, account.id, `security-group/${id}`),
    IpPermissions: rules,
    IpPermissionsEgress: [
      { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }], Ipv6Ranges: [], PrefixListIds: [], UserIdGroupPairs: [] },
    ],
    ...(name === 'default' ? {} : { Tags: tags(name) }),
  };
}

const tcp = (port: number, cidr: string, description?: string): Rules[number] => ({
  IpProtocol: 'tcp',
  FromPort: port,
  ToPort: port,
  IpRanges: [{ CidrIp: cidr, ...(description === undefined ? {} : { Description: description }) }],
  Ipv6Ranges: [],
  PrefixListIds: [],
  UserIdGroupPairs: [],
});
