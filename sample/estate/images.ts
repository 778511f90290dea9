import type { Image, Snapshot } from '@aws-sdk/client-ec2';
import { HOUR_MS } from '../calendar.ts';
import { seeded } from '../random.ts';
import type { Dated, RegionScope } from './region-scope.ts';
import { makeSnapshot } from './snapshots.ts';

/** The machine images of one account in one region, each with the snapshot that it was made from. */
export interface Images {
  readonly images: readonly Dated<Image>[];
  readonly snapshots: readonly Dated<Snapshot>[];
  /** The image that an instance was launched from. `generation` is 0 for the newest; an older one is used where it exists. */
  launchedFrom(arm: boolean, generation: number): string;
}

export function makeImages(scope: RegionScope): Images {
  const { organisation, calendar, account, region, home, production, used } = scope;
  const images: Dated<Image>[] = [];
  const snapshots: Dated<Snapshot>[] = [];
  const add = (name: string, time: number, arm: boolean, isPublic = false): string => {
    const made = makeImage(scope, name, time, arm, isPublic);
    images.push([time, made.image]);
    snapshots.push([time, made.snapshot]);
    return made.image.ImageId ?? '';
  };
  const x86: string[] = [];
  const arm64: string[] = [];
  if (used && account.size > 0) {
    const generations = home && (production || account.environment === 'shared') ? 3 : 1;
    for (let generation = 0; generation < generations; generation += 1) {
      const time = calendar.daysBefore(20 + generation * 91) + 5 * HOUR_MS;
      const stamp = new Date(time).toISOString().slice(0, 10).replaceAll('-', '.');
      x86.push(add(`${account.team}-base-al2023-x86-${stamp}`, time, false));
      if (production && home) arm64.push(add(`${account.team}-base-al2023-arm-${stamp}`, time, true));
    }
  }
  if (home && account.name === 'marketing-web') add('campaign-site-2019', Date.UTC(2019, 5, 11, 9), false, true);
  return {
    images,
    snapshots,
    launchedFrom: (arm, generation) => {
      const known = arm ? arm64 : x86;
      // An account without images of its own launches one of Amazon's.
      return known[generation] ?? known[0] ?? `ami-0${seeded(organisation.seed, 'amazon', region, String(arm)).hex(16)}`;
    },
  };
}

function makeImage(
  scope: RegionScope,
  name: string,
  time: number,
  arm: boolean,
  isPublic: boolean,
): { readonly image: Image; readonly snapshot: Snapshot } {
  const { account } = scope;
  const random = scope.stream('image', name);
  const id = `ami-0${random.hex(16)}`;
  const snapshot = makeSnapshot(scope, random, time, {
    // The volume of a CreateImage is gone; EC2 names this one instead.
    volume: 'vol-ffffffff',
    gib: 20,
    description: `Created by CreateImage for ${id}`,
    name,
    encrypted: !isPublic,
  });
  const image: Image = {
    ImageId: id,
    Name: name,
    Description: `golden image of ${account.team}`,
    OwnerId: account.id,
    ImageLocation: `${account.id}/${name}`,
    ImageType: 'machine',
    State: 'available',
    Public: isPublic,
    Architecture: arm ? 'arm64' : 'x86_64',
    PlatformDetails: 'Linux/UNIX',
    UsageOperation: 'RunInstances',
    Hypervisor: 'xen',
    VirtualizationType: 'hvm',
    RootDeviceType: 'ebs',
    RootDeviceName: '/dev/xvda',
    EnaSupport: true,
    SriovNetSupport: 'simple',
    ImdsSupport: 'v2.0',
    CreationDate: new Date(time).toISOString(),
    BlockDeviceMappings: [
      {
        DeviceName: '/dev/xvda',
        Ebs: {
          SnapshotId: snapshot.SnapshotId ?? '',
          VolumeSize: 20,
          VolumeType: 'gp3',
          DeleteOnTermination: true,
          Encrypted: !isPublic,
        },
      },
    ],
    Tags: scope.tags(name, [
      { Key: 'CreatedBy', Value: isPublic ? 'o.jansen' : random.pick(['image-builder', 'image-builder', 'k.osei']) },
    ]),
  };
  return { image, snapshot };
}
