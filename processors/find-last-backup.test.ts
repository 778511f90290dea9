import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backupRecoveryPoint } from '../collectors/inventory/backup-recovery-point.ts';
import { ec2Image } from '../collectors/inventory/ec2-image.ts';
import { ec2Snapshot } from '../collectors/inventory/ec2-snapshot.ts';
import { rdsClusterSnapshot } from '../collectors/inventory/rds-cluster-snapshot.ts';
import { rdsSnapshot } from '../collectors/inventory/rds-snapshot.ts';
import { type Backups, backupFields, collectBackups } from './find-last-backup.ts';

const INSTANCE = {
  InstanceId: 'i-0a1b2c3d',
  BlockDeviceMappings: [{ Ebs: { VolumeId: 'vol-1' } }, { Ebs: { VolumeId: 'vol-2' } }, { DeviceName: 'ephemeral0' }],
};
const backup = (backups: Backups, record: object) => backupFields(record as never, backups);

test('the last backup is the newest snapshot, image or recovery point of the instance or of any of its volumes', () => {
  const backups: Backups = new Map();
  assert.deepEqual(backup(backups, INSTANCE), { 'resource.has_backup': false });
  const snapshot = { State: 'completed', SnapshotId: 'snap-1', VolumeId: 'vol-2', StartTime: '2026-01-01T00:00:00.000Z' };
  collectBackups(
    backups,
    ec2Snapshot.backups([snapshot, { ...snapshot, SnapshotId: 'snap-0', StartTime: '2025-01-01T00:00:00.000Z' }]),
  );
  assert.deepEqual(backup(backups, INSTANCE), {
    'resource.has_backup': true,
    'resource.last_backup': '2026-01-01T00:00:00.000Z',
    'resource.last_backup_source': 'snapshot',
    'resource.last_backup_id': 'snap-1',
  });
  const image = {
    State: 'available',
    ImageId: 'ami-1',
    SourceInstanceId: 'i-0a1b2c3d',
    CreationDate: '2026-01-02T00:00:00.000Z',
  };
  collectBackups(backups, ec2Image.backups([image]));
  assert.equal(backup(backups, INSTANCE)['resource.last_backup_id'], 'ami-1');
  const ofImage = {
    State: 'completed',
    SnapshotId: 'snap-2',
    VolumeId: 'vol-ffffffff',
    Description: 'Created by CreateImage(i-0a1b2c3d) for ami-2',
  };
  collectBackups(backups, ec2Snapshot.backups([{ ...ofImage, StartTime: '2026-01-03T00:00:00.000Z' }]));
  assert.equal(backup(backups, INSTANCE)['resource.last_backup_source'], 'image');
  const point = { Status: 'COMPLETED', RecoveryPointArn: 'arn:point', CreationDate: '2026-01-04T00:00:00.000Z' };
  collectBackups(
    backups,
    backupRecoveryPoint.backups([{ ...point, ResourceArn: 'arn:aws-cn:ec2:cn-north-1:111111111111:instance/i-0a1b2c3d' }]),
  );
  assert.equal(backup(backups, INSTANCE)['resource.last_backup_id'], 'arn:point');
});

test('a backup that is not complete does not count', () => {
  const backups: Backups = new Map();
  const time = '2026-01-01T00:00:00.000Z';
  collectBackups(
    backups,
    ec2Snapshot.backups([
      { State: 'pending', SnapshotId: 'a', VolumeId: 'vol-1', StartTime: time },
      { State: 'error', SnapshotId: 'b', VolumeId: 'vol-1', StartTime: time },
    ]),
  );
  collectBackups(
    backups,
    ec2Image.backups([{ State: 'failed', ImageId: 'c', SourceInstanceId: 'i-0a1b2c3d', CreationDate: time }]),
  );
  collectBackups(
    backups,
    backupRecoveryPoint.backups([{ Status: 'DELETING', RecoveryPointArn: 'd', ResourceArn: 'vol-1', CreationDate: time }]),
  );
  assert.deepEqual(backup(backups, INSTANCE), { 'resource.has_backup': false });
});

test('a database has its own snapshots, those of its cluster, and recovery points of both; a cluster with the same name is another resource', () => {
  const time = '2026-01-01T00:00:00.000Z';
  const member = {
    DBInstanceIdentifier: 'shop-1',
    DBInstanceArn: 'arn:aws:rds:eu-west-1:111111111111:db:shop-1',
    DBClusterIdentifier: 'shop',
  };
  const namesake = { DBInstanceIdentifier: 'shop', DBInstanceArn: 'arn:aws:rds:eu-west-1:111111111111:db:shop' };
  for (const [kind, record, ofMember, ofNamesake] of [
    [rdsSnapshot, { DBInstanceIdentifier: 'shop-1', DBSnapshotIdentifier: 's', SnapshotCreateTime: time }, true, false],
    [
      rdsClusterSnapshot,
      { DBClusterIdentifier: 'shop', DBClusterSnapshotIdentifier: 's', SnapshotCreateTime: time },
      true,
      false,
    ],
    [backupRecoveryPoint, { ResourceArn: namesake.DBInstanceArn, RecoveryPointArn: 's', CreationDate: time }, false, true],
    [
      backupRecoveryPoint,
      { ResourceArn: 'arn:aws:rds:eu-west-1:111111111111:cluster:shop', RecoveryPointArn: 's', CreationDate: time },
      true,
      false,
    ],
  ] as const) {
    const backups: Backups = new Map();
    collectBackups(backups, kind.backups([{ ...record, Status: kind === backupRecoveryPoint ? 'COMPLETED' : 'available' }]));
    assert.equal(backup(backups, member)['resource.has_backup'], ofMember, JSON.stringify(record));
    assert.equal(backup(backups, namesake)['resource.has_backup'], ofNamesake, JSON.stringify(record));
  }
});
