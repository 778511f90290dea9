import { DAY_MS } from '../../core/day-ms.ts';
import { billObjects } from '../bill/bill-objects.ts';
import { HOUR_MS } from '../calendar.ts';
import type { Estate } from '../estate/estate.ts';
import { logObjects } from '../logs/log-objects.ts';
import { HOME_REGION, type SampleAccount } from '../organisation.ts';
import { type Random, seeded } from '../random.ts';
import { trailObjects } from '../trail/trail-objects.ts';
import { type StorageClass, type StoredObject, storedOutline } from './stored-object.ts';

/** One S3 bucket of the sample. */
export interface SampleBucket {
  readonly name: string;
  readonly account: SampleAccount;
  readonly region: string;
  readonly created: number;
  /** The objects in the order of their keys, as S3 lists them. */
  objects(): Promise<readonly StoredObject[]>;
}

/** What a bucket is used for; its objects' names, sizes and ages follow from it. */
type Purpose = 'assets' | 'logs' | 'backups' | 'lake' | 'artifacts';

const SHAPES: Readonly<
  Record<Purpose, { folders: readonly string[]; extensions: readonly string[]; bytes: number; old: boolean }>
> = {
  assets: {
    folders: ['img', 'css', 'js', 'video', 'fonts'],
    extensions: ['jpg', 'png', 'webp', 'js', 'css', 'mp4', 'svg'],
    bytes: 180_000,
    old: false,
  },
  logs: { folders: ['alb', 'cloudfront', 'vpc-flow', 'app'], extensions: ['log.gz', 'gz', 'json.gz'], bytes: 900_000, old: true },
  backups: {
    folders: ['postgres', 'mysql', 'files', 'etcd'],
    extensions: ['dump', 'tar.gz', 'sql.gz', 'bak'],
    bytes: 900_000_000,
    old: true,
  },
  lake: {
    folders: ['bronze/orders', 'bronze/clicks', 'silver/orders', 'gold/revenue'],
    extensions: ['parquet', 'parquet', 'json.gz', 'csv'],
    bytes: 64_000_000,
    old: true,
  },
  artifacts: { folders: ['builds', 'lambda', 'helm'], extensions: ['zip', 'jar', 'tgz', 'whl'], bytes: 22_000_000, old: false },
};

/** The buckets that `bucket_s3.txt` names, with the numbers of their objects. */
const LISTED: readonly (readonly [account: string, purpose: Purpose, objects: number])[] = [
  ['data-lake-prod', 'lake', 6_400],
  ['storefront-prod', 'assets', 4_200],
  ['log-archive', 'logs', 3_600],
  ['backup-vault', 'backups', 1_900],
  ['shared-services', 'artifacts', 1_700],
  ['marketing-web', 'assets', 1_300],
  ['ml-research', 'lake', 900],
];

/** The accounts of the listed buckets whose accesses are logged. */
const LOGGED = ['data-lake-prod', 'storefront-prod'];

/** All buckets of the sample. */
export interface Buckets {
  readonly all: readonly SampleBucket[];
  readonly trails: SampleBucket;
  readonly billing: SampleBucket;
  /** The archive of service logs. */
  readonly logs: SampleBucket;
  /** The buckets that `bucket_s3.txt` names. */
  readonly listed: readonly SampleBucket[];
}

/** All buckets of the organisation. Bucket names are unique across AWS, so they contain the account's id. */
export function makeBuckets(estate: Estate): Buckets {
  const { organisation, calendar } = estate;
  const bucket = (
    name: string,
    account: SampleAccount,
    region: string,
    make: () => StoredObject[] | Promise<StoredObject[]>,
  ): SampleBucket => {
    let objects: Promise<readonly StoredObject[]> | undefined;
    // S3 sorts keys by their UTF-8 bytes. The sample's keys are ASCII, so comparing strings gives the same order.
    const ordered = async () => (await make()).sort((left, right) => (left.key < right.key ? -1 : 1));
    return {
      name,
      account,
      region,
      created: calendar.daysBefore(seeded(organisation.seed, 'bucket', name).int(200, 2_000)) + 10 * HOUR_MS,
      objects: () => {
        objects ??= ordered();
        return objects;
      },
    };
  };
  const trails = bucket(
    `examplecorp-cloudtrail-${organisation.account('log-archive').id}`,
    organisation.account('log-archive'),
    HOME_REGION,
    () => trailObjects(estate),
  );
  const billing = bucket(
    `examplecorp-cur-${organisation.managementId}`,
    organisation.account('examplecorp-management'),
    HOME_REGION,
    () => billObjects(estate, `examplecorp-cur-${organisation.managementId}`),
  );
  const listed = LISTED.map(([name, purpose, count]) => {
    const account = organisation.account(name);
    const full = `${name}-${purpose}-${account.id}`;
    return bucket(full, account, account.home, () => outlines(estate, full, purpose, count));
  });
  const logs = bucket(
    `examplecorp-service-logs-${organisation.account('log-archive').id}`,
    organisation.account('log-archive'),
    HOME_REGION,
    () =>
      logObjects(
        estate,
        listed.filter(({ account }) => LOGGED.includes(account.name)),
      ),
  );
  const others = organisation.accounts
    .filter((account) => !account.suspended && account.size > 0)
    .flatMap((account) => {
      const purposes: Purpose[] = account.environment === 'prod' ? ['artifacts', 'logs'] : ['artifacts'];
      return purposes.map((purpose) => {
        const full = `${account.name}-${purpose}-${account.id}`;
        return bucket(full, account, account.home, () =>
          outlines(estate, full, purpose, seeded(organisation.seed, full).int(5, 60)),
        );
      });
    })
    .filter(({ name }) => !listed.some((one) => one.name === name));
  return { all: [trails, billing, logs, ...listed, ...others], trails, billing, logs, listed };
}

function outlines({ organisation, calendar }: Estate, bucket: string, purpose: Purpose, count: number): StoredObject[] {
  const random = seeded(organisation.seed, 'objects', bucket);
  const { folders, extensions, bytes, old } = SHAPES[purpose];
  const objects: StoredObject[] = [];
  for (let number = 0; number < count; number += 1) {
    const days = Math.floor(random.next() ** 2 * (old ? 700 : 400));
    const modified = calendar.daysBefore(days) - random.int(1, DAY_MS);
    const date = new Date(modified).toISOString().slice(0, 10).replaceAll('-', '/');
    const key = `${random.pick(folders)}/${date}/${random.hex(8)}.${random.pick(extensions)}`;
    const size = Math.floor(bytes * (0.1 + 3 * random.next() ** 4));
    objects.push(storedOutline(key, modified, storageClass(random, days, old), size, random.hex(32)));
  }
  if (bucket.startsWith('ml-research-')) {
    // Planted: 1.9 TiB in the most expensive storage class, untouched for years.
    objects.push(storedOutline(FORGOTTEN.key, Date.UTC(2022, 1, 17, 11), 'STANDARD', FORGOTTEN.size, `${random.hex(32)}-4000`));
  }
  return objects;
}

/** The planted object that nobody has touched for years. */
export const FORGOTTEN = { key: 'experiments/2022/imagenet-copy.tar', size: 2_089_072_092_774 } as const;

function storageClass(random: Random, days: number, old: boolean): StorageClass {
  if (!old || days < 30) return random.chance(0.9) ? 'STANDARD' : 'INTELLIGENT_TIERING';
  if (days < 120)
    return random.weighted([
      ['STANDARD', 3],
      ['STANDARD_IA', 5],
      ['INTELLIGENT_TIERING', 2],
    ] as const);
  return random.weighted([
    ['STANDARD', 1],
    ['STANDARD_IA', 3],
    ['GLACIER', 4],
    ['DEEP_ARCHIVE', 2],
  ] as const);
}
