import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { seeded } from '../../tests/support/seeded.ts';

export type MadeLog = 'vpcflow' | 'alb' | 's3access';

export interface MadeLogs {
  readonly lines: number;
  /** Uncompressed, with headers. */
  readonly bytes: number;
  readonly files: readonly string[];
}

const ACCOUNT = '111122223333';
const FIELDS =
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status';

/** Writes objects of one kind of log, named as AWS names them: gzipped, but for access logs of S3, which AWS does not compress; those are packed where `gzip` says so. */
export function makeLogObjects(
  folder: string,
  options: { kind: MadeLog; objects: number; linesPerObject: number; seed: number; gzip?: boolean },
): MadeLogs {
  const { kind, objects, linesPerObject, gzip = kind !== 's3access' } = options;
  const next = seeded(options.seed);
  const line = LINES[kind](next);
  const files: string[] = [];
  let bytes = 0;
  for (let object = 0; object < objects; object++) {
    const lines = Array.from({ length: linesPerObject }, line);
    const text = `${kind === 'vpcflow' ? `${FIELDS}\n` : ''}${lines.join('\n')}\n`;
    const file = join(folder, `${NAMES[kind](object)}${gzip ? '.gz' : ''}`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, gzip ? gzipSync(text, { level: 6 }) : text);
    bytes += text.length;
    files.push(file);
  }
  return { lines: objects * linesPerObject, bytes, files };
}

const hexOf = (number: number, digits: number): string => number.toString(16).toUpperCase().padStart(digits, '0');

const NAMES: Readonly<Record<MadeLog, (object: number) => string>> = {
  vpcflow: (object) =>
    `AWSLogs/${ACCOUNT}/vpcflowlogs/eu-west-1/2026/11/21/${ACCOUNT}_vpcflowlogs_eu-west-1_fl-0123456789abcdef0_20261121T0000Z_${hexOf(object, 8)}.log`,
  alb: (object) =>
    `AWSLogs/${ACCOUNT}/elasticloadbalancing/eu-west-1/2026/11/21/${ACCOUNT}_elasticloadbalancing_eu-west-1_app.shop.50dc6c495c0c9188_20261121T0005Z_10.0.0.1_${hexOf(object, 8)}.log`,
  s3access: (object) => `access/2026-11-21-10-00-00-${hexOf(object, 16)}`,
};

type Next = (below: number) => number;

const LINES: Readonly<Record<MadeLog, (next: Next) => () => string>> = {
  vpcflow(next) {
    const interfaces = Array.from({ length: 200 }, () => `eni-0${hexOf(next(2 ** 31), 16).toLowerCase()}`);
    return () => {
      // An object has the flows of some minutes.
      const start = 1_795_219_200 + next(600);
      const packets = 1 + next(500);
      return [
        2,
        ACCOUNT,
        interfaces[next(200)],
        `10.0.${next(256)}.${next(256)}`,
        `${20 + next(180)}.${next(256)}.${next(256)}.${next(256)}`,
        1024 + next(60_000),
        [443, 80, 5432, 53][next(4)],
        [6, 6, 6, 17][next(4)],
        packets,
        packets * (40 + next(1400)),
        start,
        start + 60,
        next(10) === 0 ? 'REJECT' : 'ACCEPT',
        'OK',
      ].join(' ');
    };
  },
  alb(next) {
    return () => {
      const time = new Date(1_795_219_200_000 + next(300_000)).toISOString().replace('Z', '123Z');
      const path = `/api/v1/orders/${next(100_000)}?page=${next(50)}&sort=price`;
      const status = [200, 200, 200, 304, 404, 502][next(6)];
      const client = `${20 + next(180)}.${next(256)}.${next(256)}.${next(256)}:${1024 + next(60_000)}`;
      const target = `10.0.${next(256)}.${next(256)}:8080`;
      return (
        `https ${time} app/shop/50dc6c495c0c9188 ${client} ${target} 0.00${next(10)} 0.0${next(100)} 0.000 ${status} ${status} ${300 + next(900)} ${500 + next(50_000)} ` +
        `"GET https://shop.example.com:443${path} HTTP/2.0" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36" ` +
        `TLS_AES_128_GCM_SHA256 TLSv1.3 arn:aws:elasticloadbalancing:eu-west-1:${ACCOUNT}:targetgroup/shop/73e2d6bc24d8a067 ` +
        `"Root=1-${hexOf(next(2 ** 31), 8)}-36d228ad5d99923122bbe354" "shop.example.com" "arn:aws:acm:eu-west-1:${ACCOUNT}:certificate/12345678-1234-1234-1234-123456789012" ` +
        `0 ${time} "forward" "-" "-" "${target}" "${status}" "-" "-" TID_${hexOf(next(2 ** 31), 32).toLowerCase()}`
      );
    };
  },
  s3access(next) {
    const owner = '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be';
    return () => {
      const [hour, minute, second] = [10, next(60), next(60)].map((part) => String(part).padStart(2, '0'));
      const key = `warehouse/year%3D2026/part-${hexOf(next(2 ** 31), 8)}.parquet`;
      const bytes = next(4_000_000);
      return (
        `${owner} data-bucket [21/Nov/2026:${hour}:${minute}:${second} +0000] ${20 + next(180)}.${next(256)}.${next(256)}.${next(256)} ` +
        `arn:aws:sts::${ACCOUNT}:assumed-role/etl-${next(20)}/session ${hexOf(next(2 ** 31), 16)} REST.GET.OBJECT ${key} ` +
        `"GET /data-bucket/${key} HTTP/1.1" 200 - ${bytes} ${bytes} ${next(900)} ${next(90)} "-" "aws-sdk-java/2.25.60 Linux/5.10 OpenJDK_64-Bit_Server_VM/21" - ` +
        `s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader data-bucket.s3.eu-west-1.amazonaws.com TLSv1.3 - -`
      );
    };
  },
};
