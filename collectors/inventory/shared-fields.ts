import type { Field } from '../../core/field.ts';

/** Fields that several kinds have, so that one panel or query serves them all. */
export const sharedFields = {
  vpcId: { name: 'resource.vpc_id', type: 'keyword', description: 'VPC that it is in or attached to.' },
  subnetId: { name: 'resource.subnet_id', type: 'keyword', description: 'Subnet that it is in.' },
  instanceType: { name: 'resource.instance_type', type: 'keyword', description: 'Instance type or database class.' },
  vcpus: {
    name: 'resource.vcpus',
    type: 'long',
    description: 'Default vCPUs of its instance type; absent where the type is not known.',
  },
  memoryMib: {
    name: 'resource.memory_mib',
    type: 'long',
    description: 'Memory in MiB: of its instance type, absent where the type is not known, or of a Lambda function.',
  },
  memoryGib: {
    name: 'resource.memory_gib',
    type: 'double',
    description: 'Memory of its instance type in GiB, for dashboards that cannot divide.',
  },
  encrypted: { name: 'resource.encrypted', type: 'boolean', description: 'Whether its data is encrypted at rest.' },
  public: { name: 'resource.public', type: 'boolean', description: 'Whether AWS lets the public reach or use it.' },
  sizeGib: { name: 'resource.size_gib', type: 'long', description: 'Allocated size in GiB.' },
  privateIp: { name: 'resource.private_ip', type: 'ip', description: 'Primary private IPv4 address.' },
  publicIp: { name: 'resource.public_ip', type: 'ip', description: 'Public IPv4 address.' },
  architecture: { name: 'resource.architecture', type: 'keyword', description: 'Processor architecture.' },
  platform: { name: 'resource.platform', type: 'keyword', description: 'Operating system as AWS bills it.' },
  attachedTo: {
    name: 'resource.attached_to',
    type: 'keyword',
    array: true,
    description: 'Ids of the resources that it is attached to.',
  },
  volumeType: { name: 'resource.volume_type', type: 'keyword', description: 'Volume type, such as `gp3`.' },
  cidrs: { name: 'resource.cidrs', type: 'keyword', array: true, description: 'Address ranges that it has or admits.' },
  isDefault: {
    name: 'resource.default',
    type: 'boolean',
    description: 'Whether it is the default one of its region, VPC or gateway.',
  },
  transitGatewayId: { name: 'resource.transit_gateway_id', type: 'keyword', description: 'Transit gateway that it belongs to.' },
  openToInternet: {
    name: 'resource.open_to_internet',
    type: 'boolean',
    description: 'Whether an inbound rule admits every address.',
  },
  description: { name: 'resource.description', type: 'keyword', description: 'Description given at creation.' },
  securityGroups: {
    name: 'resource.security_groups',
    type: 'keyword',
    array: true,
    description: 'Ids of its security groups.',
  },
  engine: { name: 'resource.engine', type: 'keyword', description: 'Database or cache engine.' },
  engineVersion: { name: 'resource.engine_version', type: 'keyword', description: 'Version of the engine.' },
  multiAz: { name: 'resource.multi_az', type: 'boolean', description: 'Whether a standby runs in another zone.' },
  snapshotType: { name: 'resource.snapshot_type', type: 'keyword', description: '`manual`, `automated`, `awsbackup`, …' },
  databaseId: {
    name: 'resource.database_id',
    type: 'keyword',
    description: 'Identifier of the database instance that it is a backup of.',
  },
  clusterId: { name: 'resource.cluster_id', type: 'keyword', description: 'Cluster that it belongs to or is a backup of.' },
  backupRetentionDays: {
    name: 'resource.backup_retention_days',
    type: 'long',
    description: 'Days that automated backups are kept; 0 is none.',
  },
  backupVault: { name: 'resource.backup_vault', type: 'keyword', description: 'Backup vault that it is in.' },
  backupOf: { name: 'resource.backup_of', type: 'keyword', description: 'ARN of the resource that was backed up.' },
  backupOfType: {
    name: 'resource.backup_of_type',
    type: 'keyword',
    description: 'Type of the resource that was backed up: `EBS`, `EC2`, `RDS`, …',
  },
  metricNamespace: {
    name: 'resource.namespace',
    type: 'keyword',
    description: 'Namespace of its metric; none for composite alarms and metric math.',
  },
  metric: { name: 'resource.metric', type: 'keyword', description: 'Name of the metric.' },
  path: { name: 'resource.path', type: 'keyword', description: 'Path within IAM.' },
  attachedPolicies: {
    name: 'resource.attached_policies',
    type: 'keyword',
    array: true,
    description: 'ARNs of the managed policies attached.',
  },
  inlinePolicies: {
    name: 'resource.inline_policies',
    type: 'keyword',
    array: true,
    description: 'Names of its inline policies.',
  },
  permissionsBoundary: {
    name: 'resource.permissions_boundary',
    type: 'keyword',
    description: 'ARN of the policy that bounds its permissions.',
  },
  userName: { name: 'resource.user_name', type: 'keyword', description: 'IAM user that it belongs to.' },
  sizeBytes: { name: 'resource.size_bytes', type: 'long', description: 'Size in bytes.' },
  scheme: { name: 'resource.scheme', type: 'keyword', description: '`internet-facing` or `internal`.' },
  dnsName: { name: 'resource.dns_name', type: 'keyword', description: 'Name in DNS.' },
  stateReason: {
    name: 'resource.state_reason',
    type: 'keyword',
    description: 'Why it is in this state, as the service says.',
  },
  role: { name: 'resource.role', type: 'keyword', description: 'ARN of the role that it works with.' },
  launchType: { name: 'resource.launch_type', type: 'keyword', description: '`EC2`, `FARGATE` or `EXTERNAL`.' },
  runningTasks: { name: 'resource.running_tasks', type: 'long', description: 'Tasks that run.' },
  awsManaged: { name: 'resource.aws_managed', type: 'boolean', description: 'Whether AWS manages it.' },
  bucketName: {
    name: 's3.bucket.name',
    type: 'keyword',
    description: 'Bucket: the one described, or the one that the object is in.',
  },
  hasBackup: {
    name: 'resource.has_backup',
    type: 'boolean',
    description: 'Whether there is any snapshot, image or recovery point of it; absent where not all of these could be read.',
  },
  lastBackup: {
    name: 'resource.last_backup',
    type: 'date',
    description: 'When the newest snapshot, image or recovery point of it was made.',
  },
  lastBackupSource: {
    name: 'resource.last_backup_source',
    type: 'keyword',
    description: 'Type of the newest backup: `snapshot`, `image` or `recovery-point`.',
  },
  lastBackupId: { name: 'resource.last_backup_id', type: 'keyword', description: 'Id or ARN of the newest backup.' },
} as const satisfies Record<string, Field>;

/** Fields that the pipeline adds to an instance from its host in monitoring. */
export const monitorFields = [
  {
    name: 'resource.monitored',
    type: 'boolean',
    description: 'Whether monitoring knows it; absent where no source of hosts is in use, or one of them could not be read.',
  },
  { name: 'resource.monitor.name', type: 'keyword', description: 'Name of its host in monitoring.' },
  { name: 'resource.monitor.address', type: 'keyword', description: 'IP address or DNS name by which monitoring reaches it.' },
  {
    name: 'resource.monitor.state',
    type: 'keyword',
    description: 'State of the host: `up`, `down`, `unreachable` or `pending`.',
  },
  { name: 'resource.monitor.groups', type: 'keyword', array: true, description: 'Groups of the host.' },
  {
    name: 'resource.monitor.matched_by',
    type: 'keyword',
    description: 'What the host was found by: `instance-id`, `address`, `dns-name` or `name`.',
  },
  { name: 'resource.monitor.source', type: 'keyword', description: 'Server or file that names the host.' },
] as const satisfies readonly Field[];
