import type { Snapshot } from '@aws-sdk/client-ec2';
import { HOUR_MS } from '../calendar.ts';
import { arnOf } from '../organisation.ts';
import { type Random, seeded } from '../random.ts';
import type { Dated, RegionScope } from './region-scope.ts';

/** A completed snapshot of one volume. */
export function makeSnapshot(
  { account, region, tags }: RegionScope,
  random: Random,
  time: number,
  of: {
    readonly volume: string;
    readonly gib: number;
    readonly description: string;
    readonly name: string;
    readonly encrypted: boolean;
  },
): Snapshot {
  return {
    SnapshotId: `snap-0${random.hex(16)}`,
    OwnerId: account.id,
    VolumeId: of.volume,
    VolumeSize: of.gib,
    Encrypted: of.encrypted,
    ...(of.encrypted ? { KmsKeyId: arnOf('kms', region, account.id, 'key/5f2d8a10-93b4-4b6f-8f51-6a2c70d1e9b3') } : {}),
    State: 'completed',
    Progress: '100%',
    StorageTier: 'standard',
    StartTime: new Date(time),
    Description: of.description,
    Tags: tags(of.name),
  };
}

/** The planted snapshot that is not encrypted, in its account alone. */
export function makeUnencryptedSnapshot(scope: RegionScope): Dated<Snapshot>[] {
  if (!scope.home || scope.account.name !== 'corp-it') return [];
  const { seed } = scope.organisation;
  const time = scope.calendar.daysBefore(210) + 9 * HOUR_MS;
  const snapshot = makeSnapshot(scope, seeded(seed, 'unencrypted'), time, {
    volume: `vol-0${seeded(seed, 'unencrypted', 'volume').hex(16)}`,
    gib: 250,
    description: 'before the move of the HR file server',
    name: 'hr-fileserver-manual',
    encrypted: false,
  });
  return [[time, snapshot]];
}
