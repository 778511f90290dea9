import type { Estate } from '../estate/estate.ts';
import { PARTITION } from '../organisation.ts';
import type { Random } from '../random.ts';
import { AGENTS, type LogFile, type LogHour, SCANNER, visitor } from './log-hour.ts';

/** A bucket whose accesses are logged. */
interface LoggedBucket {
  readonly name: string;
  readonly account: { readonly id: string; readonly name: string; readonly team: string };
  readonly region: string;
}

/** The keys that are asked for, each with its weight, its size and the milliseconds that it usually takes. */
const KEYS: readonly (readonly [key: string, weight: number, bytes: number, ms: number])[] = [
  ['img/2026/hero-summer.webp', 12, 184_000, 18],
  ['js/2026/app.4f1c.js', 9, 92_000, 12],
  ['css/2026/site.css', 7, 31_000, 9],
  ['gold/revenue/2026/11/part-0001.parquet', 5, 18_400_000, 240],
  ['bronze/clicks/2026/11/batch+one%2520copy.json.gz', 3, 2_100_000, 60],
  ['video/2026/tour.mp4', 1, 96_000_000, 4_800],
];

const OPERATIONS: readonly (readonly [operation: string, method: string, weight: number])[] = [
  ['REST.GET.OBJECT', 'GET', 16],
  ['REST.HEAD.OBJECT', 'HEAD', 4],
  ['REST.PUT.OBJECT', 'PUT', 3],
  ['REST.GET.BUCKET', 'GET', 2],
  ['REST.DELETE.OBJECT', 'DELETE', 0.4],
];

/** The access log of a bucket in one hour. */
export function accessLog(estate: Estate, bucket: LoggedBucket, hour: LogHour): LogFile {
  const random = hour.stream('access', bucket.name);
  const lines = [...everyday(estate, bucket, hour, random), ...denied(estate, bucket, hour, random)];
  const end = new Date(hour.start + 3_599_000).toISOString().slice(0, 19).replaceAll(/[T:]/g, '-');
  const folder = `s3-access/${bucket.account.id}/${bucket.region}/${bucket.name}/${hour.day}`;
  return { key: `${folder}/${end}-${random.hex(16).toUpperCase()}`, lines, as: 'text' };
}

function everyday(estate: Estate, bucket: LoggedBucket, hour: LogHour, random: Random): string[] {
  const { account } = bucket;
  const users = estate.users(estate.organisation.account(account.name)).users;
  const requesters = [
    `arn:${PARTITION}:sts::${account.id}:assumed-role/${account.team}-app/i-service`,
    `arn:${PARTITION}:sts::${account.id}:assumed-role/ci-deploy/pipeline`,
    ...users.slice(0, 2).map(({ arn }) => arn),
  ];
  const lines: string[] = [];
  for (let count = hour.busy(30); count > 0; count -= 1) {
    const [operation, method] = random.weighted(OPERATIONS.map((one) => [one, one[2]] as const));
    const [key, , bytes, usual] = random.weighted(KEYS.map((one) => [one, one[1]] as const));
    const status =
      operation === 'REST.DELETE.OBJECT'
        ? 204
        : random.weighted([
            [200, 60],
            [304, 4],
            [404, 2],
            [503, 0.3],
          ]);
    const total = Math.round(usual * (0.6 + random.next() ** 4 * 5));
    const whole = operation === 'REST.GET.OBJECT' && status === 200;
    lines.push(
      line(bucket, random, {
        time: hour.moment(random),
        from: `198.51.100.${random.int(10, 40)}`,
        requester: random.pick(requesters),
        operation,
        method,
        key: operation === 'REST.GET.BUCKET' ? '-' : key,
        status,
        error: status === 404 ? 'NoSuchKey' : status === 503 ? 'SlowDown' : '-',
        sent: whole ? bytes : status >= 400 ? 320 : '-',
        size: whole ? bytes : '-',
        total: status >= 400 ? random.int(4, 30) : total,
      }),
    );
  }
  return lines;
}

/** The hour in which a program tries the keys of a bucket that it may not read. */
const DENIED_HOUR = 13;
const DENIALS = 60;
export const DENIED_ROLE = 'metrics-export';

/** Requests of the role that is not allowed to read, and of a stranger without credentials. */
function denied({ organisation }: Estate, bucket: LoggedBucket, hour: LogHour, random: Random): string[] {
  const refused = (time: number, from: string, requester: string, key: string): string =>
    line(bucket, random, {
      time,
      from,
      requester,
      operation: 'REST.GET.OBJECT',
      method: 'GET',
      key,
      status: 403,
      error: 'AccessDenied',
      sent: 243,
      size: '-',
      total: random.int(3, 12),
    });
  if (bucket.account.name === 'data-lake-prod' && hour.hour === DENIED_HOUR) {
    const requester = `arn:${PARTITION}:sts::${organisation.account('bi-prod').id}:assumed-role/${DENIED_ROLE}/job-4711`;
    return [...Array(DENIALS).keys()].map((number) =>
      refused(
        hour.start + 900_000 + number * 4_000,
        '198.51.100.23',
        requester,
        `gold/revenue/2026/11/part-${String(number).padStart(4, '0')}.parquet`,
      ),
    );
  }
  if (bucket.account.name === 'storefront-prod') {
    const keys = ['.env', 'backup.zip', 'config.json', 'db.sql.gz'];
    return [...Array(random.int(1, 2)).keys()].map(() =>
      refused(hour.moment(random), random.chance(0.7) ? SCANNER : visitor(random), '-', random.pick(keys)),
    );
  }
  return [];
}

interface Access {
  readonly time: number;
  readonly from: string;
  readonly requester: string;
  readonly operation: string;
  readonly method: string;
  readonly key: string;
  readonly status: number;
  readonly error: string;
  readonly sent: number | '-';
  readonly size: number | '-';
  readonly total: number;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html */
function line(bucket: LoggedBucket, random: Random, access: Access): string {
  const time = new Date(access.time);
  const clock = time.toISOString();
  const date = `[${clock.slice(8, 10)}/${MONTHS[time.getUTCMonth()]}/${clock.slice(0, 4)}:${clock.slice(11, 19)} +0000]`;
  const path = access.key === '-' ? `/${bucket.name}?list-type=2` : `/${bucket.name}/${access.key.replaceAll('%25', '%')}`;
  const anonymous = access.requester === '-';
  return [
    ...['79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be', bucket.name, date, access.from, access.requester],
    ...[random.id(16), access.operation, access.key, `"${access.method} ${path} HTTP/1.1"`, access.status, access.error],
    ...[access.sent, access.size, access.total, Math.max(1, Math.round(access.total * 0.7)), '"-"'],
    `"${anonymous ? random.weighted(AGENTS) : 'aws-sdk-java/2.30.31 Linux/6.1 OpenJDK_64-Bit_Server_VM/21.0.6'}"`,
    ...['-', `${random.id(43)}=`, anonymous ? '-' : 'SigV4', 'TLS_AES_128_GCM_SHA256', anonymous ? '-' : 'AuthHeader'],
    ...[`s3.${bucket.region}.amazonaws.com`, 'TLSv1.3', '-', anonymous ? '-' : 'No'],
  ].join(' ');
}
