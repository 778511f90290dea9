import type { Json, JsonObject } from '../core/json.ts';

export interface Backup {
  /** Milliseconds. */
  readonly time: number;
  readonly source: 'snapshot' | 'image' | 'recovery-point';
  readonly id: string;
}

/** The newest backups by the id or ARN of the volume, instance, database or cluster that was backed up. */
export type Backups = Map<string, Backup>;

/** A backup and the resource that was backed up; members that a record may lack are undefined. */
interface BackupOf {
  readonly of: string | undefined;
  readonly time: string | undefined;
  readonly source: Backup['source'];
  readonly id: string | undefined;
}

/** Adds each backup under the resource that was backed up, unless a newer one is known. */
export function collectBackups(backups: Backups, found: readonly BackupOf[]): void {
  for (const { of, time: text, source, id } of found) {
    if (of === undefined || text === undefined || id === undefined) continue;
    const time = Date.parse(text);
    if (!Number.isNaN(time) && (backups.get(of)?.time ?? -1) < time) backups.set(of, { time, source, id });
  }
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
