import type { Json, JsonObject } from '../core/json.ts';

export interface Backup {
  /** Milliseconds. */
  readonly time: number;
  readonly source: 'snapshot' | 'image' | 'recovery-point';
  readonly id: string;
}

/** The newest backup by what it is of: ids of volumes, instances, databases and clusters, and ARNs. */
export type Backups = Map<string, Backup>;

/** Backups that are not whole yet, or never will be, do not count. */
const WHOLE = new Set(['completed', 'available', 'COMPLETED', 'AVAILABLE', 'PARTIAL']);

/** Adds the backups that these records of one kind are, each under what it is of. */
export function collectBackups(backups: Backups, kind: string, records: readonly JsonObject[]): void {
  for (const record of records) {
    switch (kind) {
      case 'ec2-snapshot':
        if (WHOLE.has(String(record.State))) {
          add(record.VolumeId, record.StartTime, 'snapshot', record.SnapshotId);
          // The snapshots of an image say which instance it was made of: "Created by CreateImage(i-…) for ami-…".
          const instance = /^Created by CreateImage\((i-[0-9a-f]+)\)/.exec(String(record.Description ?? ''))?.[1];
          if (instance !== undefined) add(instance, record.StartTime, 'image', record.SnapshotId);
        }
        break;
      case 'ec2-image':
        if (WHOLE.has(String(record.State))) add(record.SourceInstanceId, record.CreationDate, 'image', record.ImageId);
        break;
      case 'rds-snapshot':
        if (WHOLE.has(String(record.Status)))
          add(record.DBInstanceIdentifier, record.SnapshotCreateTime, 'snapshot', record.DBSnapshotIdentifier);
        break;
      case 'rds-cluster-snapshot':
        if (WHOLE.has(String(record.Status)))
          add(cluster(record), record.SnapshotCreateTime, 'snapshot', record.DBClusterSnapshotIdentifier);
        break;
      case 'backup-recovery-point':
        if (WHOLE.has(String(record.Status)))
          add(backedUp(record.ResourceArn), record.CreationDate, 'recovery-point', record.RecoveryPointArn);
        break;
      default:
        throw new Error(`${kind} is no kind of backup`);
    }
  }

  function add(of: Json | undefined, at: Json | undefined, source: Backup['source'], id: Json | undefined): void {
    if (typeof of !== 'string' || typeof at !== 'string' || typeof id !== 'string') return;
    const time = Date.parse(at);
    if (Number.isNaN(time) || (backups.get(of)?.time ?? -1) >= time) return;
    backups.set(of, { time, source, id });
  }
}

/** What instances and volumes call themselves; a cluster as its snapshots name it; else the ARN. */
function backedUp(arn: Json | undefined): Json | undefined {
  if (typeof arn !== 'string') return undefined;
  const [, cluster] = /:rds:[^:]*:\d*:cluster:(.+)$/.exec(arn) ?? [];
  return cluster === undefined ? (/:ec2:[^:]*:\d*:(?:instance|volume)\/(.+)$/.exec(arn)?.[1] ?? arn) : `cluster:${cluster}`;
}

/**
 * The newest backup of an EC2 or RDS instance, from its record: of itself, of any of its volumes, or of the cluster that it is a
 * member of.
 */
export function backupFields(record: JsonObject, backups: Backups): Record<string, Json> {
  const newest = [...names(record)]
    .map((name) => backups.get(name))
    .filter((backup) => backup !== undefined)
    .sort((a, b) => b.time - a.time)[0];
  return {
    'resource.has_backup': newest !== undefined,
    ...(newest && {
      'resource.last_backup': new Date(newest.time).toISOString(),
      'resource.last_backup_source': newest.source,
      'resource.last_backup_id': newest.id,
    }),
  };
}

function* names(record: JsonObject): Generator<string> {
  const { InstanceId, BlockDeviceMappings, DBInstanceIdentifier, DBInstanceArn } = record;
  if (typeof InstanceId === 'string') yield InstanceId;
  for (const mapping of Array.isArray(BlockDeviceMappings) ? BlockDeviceMappings : []) {
    const volume = (mapping as { Ebs?: { VolumeId?: Json } } | null)?.Ebs?.VolumeId;
    if (typeof volume === 'string') yield volume;
  }
  if (typeof DBInstanceIdentifier === 'string') yield DBInstanceIdentifier;
  if (typeof DBInstanceArn === 'string') yield DBInstanceArn;
  const ofCluster = cluster(record);
  if (ofCluster !== undefined) yield ofCluster;
}

/** Clusters and instances may have the same name. */
const cluster = ({ DBClusterIdentifier }: JsonObject): string | undefined =>
  typeof DBClusterIdentifier === 'string' ? `cluster:${DBClusterIdentifier}` : undefined;
