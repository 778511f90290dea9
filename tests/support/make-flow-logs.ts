const HEADER =
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status';
const ACCOUNT = '111122223333';
const DAY = '2026-11-21';

/** A flow log in the default order of its fields, with a header. Line `number` has as many bytes as its number, so that a test knows every line. */
export function flowLog(lines: number, first = 0, day = DAY): string {
  const each = Array.from({ length: lines }, (_, index) => flowLine(first + index, day));
  return `${HEADER}\n${each.join('')}`;
}

export function flowLine(number: number, day = DAY): string {
  const start = Date.parse(day) / 1000 + (number % 86_000);
  const [from, to] = [`10.0.${(number >> 8) & 255}.${number & 255}`, '198.51.100.7'];
  return `2 ${ACCOUNT} eni-0a1b2c3d4e5f60718 ${from} ${to} 49152 443 6 12 ${number} ${start} ${start + 60} ACCEPT OK\n`;
}

/** The key of a flow log as AWS names it. */
export const flowLogKey = (number: number): string =>
  `AWSLogs/${ACCOUNT}/vpcflowlogs/eu-west-1/2026/11/21/${ACCOUNT}_vpcflowlogs_eu-west-1_fl-0123456789abcdef0_20261121T0000Z_${number.toString(16).padStart(8, '0')}.log.gz`;
