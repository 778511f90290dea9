import type { Document } from '../../core/document.ts';
import { addressKey } from '../../core/ip-address.ts';
import type { Json } from '../../core/json.ts';
import { memberAt } from '../../core/json.ts';
import { deadLetter, ok, type Result } from '../../core/result.ts';
import { nestFields } from '../nest-fields.ts';
import { parseAwsLogsKey } from '../parse-aws-logs-key.ts';
import { parseInstant } from '../parse-instant.ts';
import { declareDataset, type LogMessage, type LogObject } from './declare-dataset.ts';
import { logDocument } from './log-document.ts';
import { openLogEvents } from './read-log-events.ts';
import { distinct, parseObject, valueAddress, valueObjects, valuePort, valueText } from './record-values.ts';

/** DNS queries of a VPC. */
export const route53Resolver = declareDataset({
  name: 'route53_resolver',
  dataset: 'aws.route53_resolver_logs',
  summary: 'DNS queries that Route 53 Resolver answered',
  page: 'https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-format.html',
  layout: 'AWSLogs/ACCOUNT/vpcdnsquerylogs/VPC/YYYY/MM/DD/',
  recognizeKey(name) {
    const key = parseAwsLogsKey(name);
    return key?.service === 'vpcdnsquerylogs' ? { account: key.account } : undefined;
  },
  recognizeLine: isQuery,
  recognizeMessage: (_, text) => isQuery(text),
  encodeMessage,
  fields: [
    { name: 'aws.vpc_id', type: 'keyword', description: 'The VPC that the query came from.' },
    { name: 'aws.instance_id', type: 'keyword', description: 'The instance that the query came from.' },
    { name: 'aws.route53.firewall.action', type: 'keyword', description: 'What DNS Firewall did: `ALLOW`, `BLOCK` or `ALERT`.' },
    { name: 'aws.route53.firewall.domain_list.id', type: 'keyword', description: 'The list of domains that the query matched.' },
    {
      name: 'aws.route53.firewall.rule_group.id',
      type: 'keyword',
      description: 'The rule group of DNS Firewall that the query matched.',
    },
    { name: 'aws.route53.resolver_endpoint.id', type: 'keyword', description: 'The endpoint of Resolver that the query passed.' },
    {
      name: 'aws.route53.resolver_network_interface.id',
      type: 'keyword',
      description: 'The network interface of the endpoint that the query passed.',
    },
  ],
  open: (object) => openLogEvents(object, encodeMessage),
});

function isQuery(text: string): boolean {
  return text.startsWith('{') && text.includes('"query_timestamp"') && text.includes('"query_name"');
}

const IANA_NUMBERS: Readonly<Record<string, string>> = { tcp: '6', udp: '17' };

function encodeMessage(object: LogObject, { text, original, id, received, ingested }: LogMessage): Result<Document> {
  const parsed = parseObject(text);
  if (parsed.type !== 'ok') return parsed;
  const record = parsed.value;
  const instant = parseInstant(valueText(record.query_timestamp) ?? '');
  if (instant === '') return deadLetter('has no query_timestamp');
  const queried = valueText(record.query_name);
  if (queried === undefined) return deadLetter('has no query_name');
  const time = `${instant.slice(0, 23)}Z`;
  const name = withoutRoot(queried);
  const type = valueText(record.query_type);
  const code = valueText(record.rcode);
  const account = valueText(record.account_id) ?? object.account;
  const transport = valueText(record.transport)?.toLowerCase();
  const ip = valueAddress(record.srcaddr);
  const answers = answersOf(record.answers);
  const resolved = answers
    .filter((answer) => answer.type === 'A' || answer.type === 'AAAA')
    .map((answer) => valueAddress(answer.data));
  const hosts = answers.filter((answer) => answer.type === 'CNAME' || answer.type === 'PTR').map((answer) => answer.data);
  const endpoint = ip === undefined ? undefined : object.names.ofAddress(account, ip, Date.parse(time));
  const instance = valueText(memberAt(record.srcids, 'instance'));
  const fields = nestFields({
    'event.category': ['network'],
    'event.type': ['protocol'],
    'event.outcome': code === undefined ? undefined : code === 'NOERROR' ? 'success' : 'failure',
    'cloud.account.id': account,
    'cloud.region': valueText(record.region),
    'cloud.instance.id': instance ?? endpoint?.instanceId,
    'cloud.instance.name': instance === undefined || instance === endpoint?.instanceId ? endpoint?.instanceName : undefined,
    'service.name': endpoint?.service,
    'dns.question.name': name,
    'dns.question.type': type,
    'dns.question.class': valueText(record.query_class),
    'dns.response_code': code,
    'dns.answers': answers.length === 0 ? undefined : answers.map((answer) => nestFields({ ...answer })),
    'dns.resolved_ip': distinct(resolved),
    'network.protocol': 'dns',
    'network.transport': transport,
    'network.iana_number': IANA_NUMBERS[transport ?? ''],
    'network.type': ip === undefined ? undefined : ip.includes(':') ? 'ipv6' : 'ipv4',
    'source.address': valueText(record.srcaddr),
    'source.ip': ip,
    'source.port': valuePort(record.srcport),
    'related.entity': distinct([instance ?? endpoint?.instanceId]),
    'related.ip': distinct([...resolved, ip, type === 'PTR' ? reversedAddress(name) : undefined]),
    'related.hosts': distinct([...hosts, type === 'PTR' ? undefined : name]),
    'aws.vpc_id': valueText(record.vpc_id),
    'aws.instance_id': instance,
    'aws.route53.firewall.action': valueText(record.firewall_rule_action),
    'aws.route53.firewall.domain_list.id': valueText(record.firewall_domain_list_id),
    'aws.route53.firewall.rule_group.id': valueText(record.firewall_rule_group_id),
    'aws.route53.resolver_endpoint.id': valueText(memberAt(record.srcids, 'resolver_endpoint')),
    'aws.route53.resolver_network_interface.id': valueText(memberAt(record.srcids, 'resolver_network_interface')),
  });
  const { dataset } = route53Resolver;
  return ok(logDocument(object, { name: route53Resolver.name, dataset, time, id, original, received, ingested, fields }));
}

interface Answer {
  readonly class: string | undefined;
  readonly data: string | undefined;
  readonly name: string | undefined;
  readonly type: string | undefined;
}

function answersOf(answers: Json | undefined): readonly Answer[] {
  return valueObjects(answers).map((answer) => {
    const type = valueText(answer.Type);
    const text = valueText(answer.Rdata);
    const data = text === undefined ? undefined : withoutRoot(text);
    return { class: valueText(answer.Class), data, name: type === 'CNAME' ? data : undefined, type };
  });
}

/** A name without the dot of the root at its end; the root itself stays. */
const withoutRoot = (name: string): string => (name.length > 1 && name.endsWith('.') ? name.slice(0, -1) : name);

const IPV4_REVERSED = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.in-addr\.arpa$/i;
const IPV6_REVERSED = /^((?:[0-9a-f]\.){32})ip6\.arpa$/i;

/** The address that a reverse query is about. */
function reversedAddress(name: string): string | undefined {
  const octets = IPV4_REVERSED.exec(name)?.slice(1);
  const nibbles = IPV6_REVERSED.exec(name)?.[1]?.split('.').join('');
  const address =
    octets?.reverse().join('.') ??
    (nibbles === undefined ? undefined : [...nibbles].reverse().join('').match(/.{4}/g)?.join(':'));
  return address !== undefined && addressKey(address) !== undefined ? address : undefined;
}
