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
    description: 'Memory of its instance type in MiB; absent where the type is not known.',
  },
  memoryGib: {
    name: 'resource.memory_gib',
    type: 'double',
    description: 'The same in GiB, for panels of tools that cannot divide.',
  },
  encrypted: { name: 'resource.encrypted', type: 'boolean', description: 'Whether its data is encrypted at rest.' },
  public: { name: 'resource.public', type: 'boolean', description: 'Whether AWS lets the public reach or use it.' },
  sizeGib: { name: 'resource.size_gib', type: 'long', description: 'Allocated size in GiB.' },
  privateIp: { name: 'resource.private_ip', type: 'ip', description: 'Primary private IPv4 address.' },
  publicIp: { name: 'resource.public_ip', type: 'ip', description: 'Public IPv4 address.' },
  architecture: { name: 'resource.architecture', type: 'keyword', description: 'Processor architecture.' },
  platform: { name: 'resource.platform', type: 'keyword', description: 'Operating system as AWS bills it.' },
  attachedTo: { name: 'resource.attached_to', type: 'keyword', array: true, description: 'Ids of what it is attached to.' },
} as const satisfies Record<string, Field>;

/** What the pipeline tells of an instance from the hosts that monitoring knows. */
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
