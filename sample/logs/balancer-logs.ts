import type { LoadBalancer, TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2';
import { arnOf } from '../organisation.ts';
import type { Random } from '../random.ts';
import { AGENTS, type LogFile, type LogHour, SCANNER, visitor, within } from './log-hour.ts';
import type { Scene } from './machines.ts';

/** The logs of an account's load balancers in one hour: of requests, of TLS connections, of a network and of a classic balancer. */
export function balancerLogs(scene: Scene, hour: LogHour): LogFile[] {
  const { loadBalancers, classicLoadBalancers, targetGroups } = scene.estate;
  return [
    ...loadBalancers.flatMap((balancer) => {
      const groups = targetGroups.filter(({ LoadBalancerArns }) => LoadBalancerArns?.includes(balancer.LoadBalancerArn ?? ''));
      const name = shortName(balancer);
      if (balancer.Type === 'network') return [file(scene, hour, '', name, connections(scene, hour, balancer))];
      return [
        file(scene, hour, '', name, requests(scene, hour, balancer, groups)),
        file(scene, hour, 'conn_log.', name, handshakes(hour, balancer)),
      ];
    }),
    ...classicLoadBalancers.map(({ LoadBalancerName = '' }) => ({
      ...file(scene, hour, '', LoadBalancerName, classicRequests(scene, hour, LoadBalancerName)),
      as: 'text' as const,
    })),
  ];
}

/** `app/payments-web/50dc6c495c0c9188` */
export const shortName = ({ LoadBalancerArn = '' }: LoadBalancer): string => LoadBalancerArn.split(':loadbalancer/')[1] ?? '';

function file({ account, region }: Scene, hour: LogHour, kind: string, balancer: string, lines: readonly string[]): LogFile {
  const random = hour.stream('balancer file', kind, balancer);
  const isClassic = !balancer.includes('/');
  const end = `192.0.2.${random.int(1, 254)}_${random.id(8).toLowerCase()}.log${isClassic ? '' : '.gz'}`;
  const name = `${kind}${account.id}_elasticloadbalancing_${region}_${balancer.replaceAll('/', '.')}_${hour.stamp}_${end}`;
  return { key: `AWSLogs/${account.id}/elasticloadbalancing/${region}/${hour.day}/${name}`, lines, as: 'gzip' };
}

/** The paths of the shop, each with its target group, its weight and its usual time in seconds. */
const PATHS: readonly (readonly [path: string, method: string, group: 'web' | 'api', weight: number, seconds: number])[] = [
  ['/', 'GET', 'web', 10, 0.04],
  ['/assets/app.js', 'GET', 'web', 8, 0.01],
  ['/login', 'POST', 'web', 3, 0.12],
  ['/api/v2/orders', 'GET', 'api', 8, 0.08],
  ['/api/v2/orders', 'POST', 'api', 4, 0.19],
  ['/api/v2/basket?currency=EUR&items=3', 'GET', 'api', 6, 0.06],
  ['/reports/export?month=all', 'GET', 'api', 0.8, 7.5],
  ['/wp-login.php', 'GET', 'web', 0.5, 0.005],
];

/** Ten minutes in which no target of payments' group `api` answers. */
export const OUTAGE = { account: 'payments-prod', from: '10:20', to: '10:30' } as const;

function requests(scene: Scene, hour: LogHour, balancer: LoadBalancer, groups: readonly TargetGroup[]): string[] {
  const random = hour.stream('requests', balancer.LoadBalancerName ?? '');
  const name = shortName(balancer);
  const domain = `${scene.account.team}.example.com`;
  const lines: string[] = [];
  const inOutage = scene.account.name === OUTAGE.account && hour.hour === Number(OUTAGE.from.slice(0, 2)) ? 40 : 0;
  for (let count = hour.busy(46) + inOutage; count > 0; count -= 1) {
    const [path, method, part, , usual] = random.weighted(PATHS.map((one) => [one, one[3]] as const));
    const from = count <= inOutage ? hour.start + 20 * 60_000 + random.int(0, 599_999) : hour.start + random.int(0, 3_599_999);
    const down = part === 'api' && scene.account.name === OUTAGE.account && within(from, OUTAGE.from, OUTAGE.to);
    const target = `${random.pick(scene.of(part, hour.start)).ip}:8080`;
    const took = down ? 0 : usual * (0.6 + random.next() ** 4 * 6);
    const status = down ? random.pick([502, 502, 504]) : statusOf(random, path);
    const group = groups.find(({ TargetGroupName }) => TargetGroupName?.endsWith(`-${part}`) === true)?.TargetGroupArn ?? '-';
    const times = down ? [-1, -1, -1] : [0.001, took, 0.001];
    const root = `Root=1-${Math.floor(from / 1_000).toString(16)}-${random.hex(24)}`;
    lines.push(
      [
        ...['h2', new Date(from + took * 1_000).toISOString().replace('Z', '000Z'), name],
        ...[`${visitor(random)}:${random.int(1_024, 65_535)}`, target, ...times.map(seconds)],
        ...[status, down ? '-' : status, random.int(120, 900), random.int(300, 90_000)],
        quoted(`${method} https://${domain}:443${path} HTTP/2.0`),
        quoted(random.weighted(AGENTS)),
        ...['TLS_AES_128_GCM_SHA256', random.chance(0.93) ? 'TLSv1.3' : 'TLSv1.2', group, quoted(root), quoted(domain)],
        quoted(arnOf('acm', scene.region, scene.account.id, `certificate/${uuid(hour.source(domain).hex(32))}`)),
        ...[part === 'api' ? 10 : 0, new Date(from).toISOString().replace('Z', '000Z'), '"forward"', '"-"', '"-"'],
        ...[quoted(target), quoted(down ? '-' : String(status)), '"-"', '"-"', `TID_${random.hex(32)}`],
      ].join(' '),
    );
  }
  return lines.sort((left, right) => (left.split(' ')[1] as string).localeCompare(right.split(' ')[1] as string));
}

function statusOf(random: Random, path: string): number {
  if (path === '/wp-login.php') return 404;
  return random.weighted([
    [200, 90],
    [304, 4],
    [401, 2],
    [404, 2],
    [500, 0.7],
  ]);
}

/** TLS handshakes with the balancer. Old clients, and a scanner, do not get through. */
function handshakes(hour: LogHour, balancer: LoadBalancer): string[] {
  const random = hour.stream('handshakes', balancer.LoadBalancerName ?? '');
  const lines: string[] = [];
  for (let count = hour.busy(14); count > 0; count -= 1) {
    const time = `${new Date(hour.moment(random)).toISOString().slice(0, 19)}.${random.digits(6)}Z`;
    const failed = random.chance(0.08);
    const client = failed && random.chance(0.6) ? SCANNER : visitor(random);
    const tls = failed ? ['-', '-', '-'] : ['TLSv1.3', 'TLS_AES_128_GCM_SHA256', (0.002 + random.next() * 0.05).toFixed(6)];
    const verified = failed ? 'Failed:UnmappedConnectionError' : 'Success';
    lines.push(
      [time, client, random.int(1_024, 65_535), 443, ...tls, '"-"', '-', '-', verified, `TID_${random.hex(32)}`].join(' '),
    );
  }
  return lines;
}

function connections(scene: Scene, hour: LogHour, balancer: LoadBalancer): string[] {
  const random = hour.stream('connections', balancer.LoadBalancerName ?? '');
  const lines: string[] = [];
  for (let count = hour.busy(10); count > 0; count -= 1) {
    const time = new Date(hour.moment(random)).toISOString().slice(0, 19);
    const failed = random.chance(0.06);
    const target = failed ? '-' : `${random.pick(scene.of('api', hour.start)).ip}:8883`;
    lines.push(
      [
        ...['tls', '2.0', time, shortName(balancer), hour.source('listener').hex(16)],
        ...[`${visitor(random)}:${random.int(1_024, 65_535)}`, target, random.int(20, 90_000), failed ? '-' : random.int(2, 40)],
        ...[random.int(200, 40_000), random.int(400, 90_000), failed ? '40' : '-'],
        arnOf('acm', scene.region, scene.account.id, `certificate/${uuid(hour.source('edge').hex(32))}`),
        ...['-', failed ? '-' : 'ECDHE-RSA-AES128-GCM-SHA256', failed ? '-' : random.pick(['tlsv12', 'tlsv13']), '-'],
        ...['edge.storefront.example.com', '-', '-', '-', time],
      ].join(' '),
    );
  }
  return lines;
}

function classicRequests(scene: Scene, hour: LogHour, name: string): string[] {
  const random = hour.stream('classic', name);
  const lines: string[] = [];
  for (let count = hour.busy(8); count > 0; count -= 1) {
    const time = `${new Date(hour.moment(random)).toISOString().slice(0, 19)}.${random.digits(6)}Z`;
    const status = random.weighted([
      [200, 20],
      [404, 3],
      [503, 0.5],
    ]);
    const answered = status !== 503;
    const target = answered ? `${random.pick(scene.of('web', hour.start)).ip}:80` : '-';
    const times = answered ? [0.00004, 0.02 + random.next() * 0.2, 0.00003] : [-1, -1, -1];
    lines.push(
      [
        ...[time, name, `${visitor(random)}:${random.int(1_024, 65_535)}`, target, ...times.map(seconds)],
        ...[status, answered ? status : 0, 0, random.int(200, 20_000)],
        quoted(`GET http://campaign.example.com:80/${random.pick(['', 'win', 'terms', 'img/hero.jpg'])} HTTP/1.1`),
        ...[quoted(random.weighted(AGENTS)), '-', '-'],
      ].join(' '),
    );
  }
  return lines;
}

const quoted = (text: string): string => `"${text}"`;
const seconds = (value: number): string => (value < 0 ? '-1' : value.toFixed(6));
export const uuid = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
