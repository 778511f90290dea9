import { arnOf } from '../organisation.ts';
import { shortName, uuid } from './balancer-logs.ts';
import { AGENTS, type LogFile, type LogHour, SCANNER, visitor } from './log-hour.ts';
import type { Scene } from './machines.ts';

/** What AWS WAF inspected in front of an account's load balancer in one hour. */
export function wafLog(scene: Scene, hour: LogHour): LogFile {
  const { account, region } = scene;
  const name = `${account.team}-web`;
  const random = hour.stream('waf', account.id);
  const acl = arnOf('wafv2', region, account.id, `regional/webacl/${name}/${uuid(hour.source('acl', account.id).hex(32))}`);
  const balancer = scene.estate.loadBalancers[0];
  const lines = [...Array(hour.busy(14)).keys()].map(() => {
    const attack = random.chance(0.12);
    const clientIp = attack ? SCANNER : visitor(random);
    return JSON.stringify({
      timestamp: hour.start + random.int(0, 3_599_999),
      formatVersion: 1,
      webaclId: acl,
      terminatingRuleId: attack ? 'AWS-AWSManagedRulesSQLiRuleSet' : 'Default_Action',
      terminatingRuleType: attack ? 'MANAGED_RULE_GROUP' : 'REGULAR',
      action: attack ? 'BLOCK' : 'ALLOW',
      terminatingRuleMatchDetails: attack
        ? [{ conditionType: 'SQL_INJECTION', location: 'ALL_QUERY_ARGS', matchedData: ['1', 'OR', '1'] }]
        : [],
      httpSourceName: 'ALB',
      httpSourceId: `${account.id}-${balancer === undefined ? name : shortName(balancer)}`,
      ruleGroupList: [],
      rateBasedRuleList: [],
      nonTerminatingMatchingRules: [],
      httpRequest: {
        clientIp,
        country: attack ? 'ZZ' : 'DE',
        headers: [
          { name: 'Host', value: `${account.team}.example.com` },
          { name: 'User-Agent', value: random.weighted(AGENTS) },
        ],
        uri: attack ? '/api/v2/orders' : random.pick(['/', '/login', '/api/v2/orders']),
        args: attack ? 'id=1%20OR%201=1' : '',
        httpVersion: 'HTTP/2.0',
        httpMethod: 'GET',
        requestId: `1-${random.hex(8)}-${random.hex(24)}`,
      },
    });
  });
  const minutes = `${String(hour.hour).padStart(2, '0')}/55`;
  const file = `${account.id}_waflogs_${region}_${name}_${hour.stamp}_${random.hex(8)}.log.gz`;
  return { key: `AWSLogs/${account.id}/WAFLogs/${region}/${name}/${hour.day}/${minutes}/${file}`, lines, as: 'gzip' };
}

/** The names that the machines of an account's VPC asked for in one hour. */
export function dnsLog(scene: Scene, hour: LogHour): LogFile {
  const { account, region, estate } = scene;
  const vpc = estate.vpcs[0]?.VpcId ?? '';
  const random = hour.stream('dns', account.id);
  const lines = [...Array(hour.busy(24)).keys()].map(() => {
    const machine = random.pick(scene.of('api', hour.start));
    const unknown = random.chance(0.05);
    const name = unknown
      ? `${random.hex(12)}.updates.example.net.`
      : random.pick([
          `sts.${region}.amazonaws.com.`,
          `s3.${region}.amazonaws.com.`,
          'ledger.internal.example.com.',
          'api.partner.example.org.',
        ]);
    return JSON.stringify({
      version: '1.100000',
      account_id: account.id,
      region,
      vpc_id: vpc,
      query_timestamp: `${new Date(hour.moment(random)).toISOString().slice(0, 19)}Z`,
      query_name: name,
      query_type: 'A',
      query_class: 'IN',
      rcode: unknown ? 'NXDOMAIN' : 'NOERROR',
      answers: unknown ? [] : [{ Rdata: `192.0.2.${random.int(1, 254)}`, Type: 'A', Class: 'IN' }],
      srcaddr: machine.ip,
      srcport: String(random.int(32_768, 60_999)),
      transport: 'UDP',
      srcids: { instance: machine.id },
    });
  });
  const file = `${vpc}_vpcdnsquerylogs_${account.id}_${hour.stamp}_${random.hex(8)}.log.gz`;
  return { key: `AWSLogs/${account.id}/vpcdnsquerylogs/${vpc}/${hour.day}/${file}`, lines, as: 'gzip' };
}

const CDN_FIELDS =
  'date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) ' +
  'x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher ' +
  'x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type ' +
  'sc-content-type sc-content-len sc-range-start sc-range-end';

/** The requests that the CloudFront distribution of an account answered in one hour. */
export function cdnLog(scene: Scene, hour: LogHour): LogFile {
  const random = hour.stream('cdn', scene.account.id);
  const distribution = `E${hour.source('distribution').id(13)}`;
  const lines = [...Array(hour.busy(26)).keys()].map(() => {
    const clock = new Date(hour.moment(random)).toISOString();
    const failed = random.chance(0.03);
    const result = failed ? 'Error' : random.pick(['Hit', 'Hit', 'Hit', 'Miss', 'RefreshHit']);
    const path = random.pick(['/', '/img/hero.webp', '/js/app.js', '/video/tour.mp4']);
    const agent = encodeURI(random.weighted(AGENTS));
    const bytes = random.int(400, 240_000);
    const took = (0.001 + random.next() * 0.3).toFixed(3);
    return [
      ...[
        clock.slice(0, 10),
        clock.slice(11, 19),
        random.pick(['FRA56-P4', 'LHR62-C2', 'IAD89-C1']),
        bytes,
        visitor(random),
        'GET',
      ],
      ...['d111111abcdef8.cloudfront.net', path, failed ? 502 : 200, '-', agent, '-', '-', result, `${random.id(54)}==`],
      ...[
        `${scene.account.team}.example.com`,
        'https',
        120,
        took,
        '-',
        'TLSv1.3',
        'TLS_AES_128_GCM_SHA256',
        result,
        'HTTP/2.0',
        '-',
        '-',
      ],
      ...[random.int(1_024, 65_535), took, result, 'text/html', bytes - 300, '-', '-'],
    ].join('\t');
  });
  const name = `${distribution}.${hour.day.replaceAll('/', '-')}-${String(hour.hour).padStart(2, '0')}.${random.hex(8)}.gz`;
  return { key: `cloudfront/${name}`, lines: ['#Version: 1.0', `#Fields: ${CDN_FIELDS}`, ...lines], as: 'gzip' };
}

/** The alerts and flows of the network firewall of an account in one hour. */
export function firewallLogs(scene: Scene, hour: LogHour): LogFile[] {
  return (['alert', 'flow'] as const).map((type) => {
    const { account, region } = scene;
    const random = hour.stream('firewall', type, account.id);
    const count = type === 'alert' ? random.int(1, 3) : hour.busy(12);
    const lines = [...Array(count).keys()].map(() => {
      const time = hour.moment(random);
      const machine = random.pick(scene.machines);
      const event = {
        timestamp: new Date(time).toISOString().replace('Z', '000+0000'),
        flow_id: random.int(1e12, 9e14),
        event_type: type === 'alert' ? 'alert' : 'netflow',
        src_ip: type === 'alert' ? SCANNER : machine.ip,
        src_port: random.int(32_768, 60_999),
        dest_ip: type === 'alert' ? machine.ip : visitor(random),
        dest_port: type === 'alert' ? 445 : 443,
        proto: 'TCP',
        ...(type === 'alert'
          ? {
              alert: {
                action: 'blocked',
                signature_id: 1_000_003,
                rev: 1,
                signature: 'Deny SMB from outside',
                category: '',
                severity: 3,
              },
            }
          : {
              netflow: {
                pkts: 12,
                bytes: random.int(900, 90_000),
                start: new Date(time - 4_000).toISOString().replace('Z', '000+0000'),
                end: new Date(time).toISOString().replace('Z', '000+0000'),
                age: 4,
                min_ttl: 56,
                max_ttl: 56,
                tcp: { tcp_flags: '1b', syn: true, fin: true, psh: true, ack: true },
              },
            }),
      };
      return JSON.stringify({
        firewall_name: 'hub',
        availability_zone: machine.zone,
        event_timestamp: String(Math.floor(time / 1_000)),
        event,
      });
    });
    const folder = `AWSLogs/${account.id}/network-firewall/${type}/${region}/hub/${hour.day}/${String(hour.hour).padStart(2, '0')}`;
    return {
      key: `${folder}/${account.id}_network-firewall_${type}_${region}_hub_${hour.stamp}_${random.hex(8)}.log.gz`,
      lines,
      as: 'gzip' as const,
    };
  });
}
