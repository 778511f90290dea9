import type { Document } from '../../core/document.ts';
import { type Json, type JsonObject, memberAt } from '../../core/json.ts';
import { deadLetter, ok, type Result } from '../../core/result.ts';
import { nestFields } from '../nest-fields.ts';
import { parseInstant } from '../parse-instant.ts';
import { parseUserAgent } from '../parse-user-agent.ts';
import { declareDataset, type LogMessage, type LogObject } from './declare-dataset.ts';
import { logDocument } from './log-document.ts';
import { openLogEvents } from './read-log-events.ts';
import {
  distinct,
  instantOfMs,
  isObject,
  parseObject,
  valueAddress,
  valueInteger,
  valuePort,
  valueText,
  withoutAbsent,
} from './record-values.ts';

/** `AWSLogs/ACCOUNT/network-firewall/TYPE/REGION/FIREWALL/…`. */
const KEY = /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?(\d{12,13})\/network-firewall\/[a-z]+\/(?:([a-z]{2,5}(?:-[a-z]+)+-\d{1,2})\/)?/;

/** Alerts, flows and TLS events of AWS Network Firewall. */
export const firewall = declareDataset({
  name: 'firewall',
  dataset: 'aws.firewall_logs',
  summary: 'alerts, flows and TLS events of AWS Network Firewall',
  page: 'https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewall-logging-contents.html',
  layout: 'AWSLogs/ACCOUNT/network-firewall/alert|flow|tls/REGION/FIREWALL/YYYY/MM/DD/HH/',
  recognizeKey(name) {
    const [found, account, region] = KEY.exec(name) ?? [];
    return found === undefined ? undefined : { account, region };
  },
  recognizeLine: isFirewallRecord,
  recognizeMessage: (_, text) => isFirewallRecord(text),
  encodeMessage,
  fields: [
    { name: 'aws.firewall.flow.id', type: 'keyword', description: 'Id of the flow, which its events have in common.' },
    { name: 'aws.firewall.flow.age', type: 'long', description: 'How long the flow lasted, in seconds.' },
    { name: 'aws.firewall.flow.bytes', type: 'long', description: 'Bytes of the flow, in one direction.' },
    { name: 'aws.firewall.flow.pkts', type: 'long', description: 'Packets of the flow, in one direction.' },
    { name: 'aws.firewall.flow.start', type: 'date', description: 'When the flow began.' },
    { name: 'aws.firewall.flow.end', type: 'date', description: 'When the flow ended.' },
    { name: 'aws.firewall.flow.min_ttl', type: 'long', description: 'Lowest TTL of its packets.' },
    { name: 'aws.firewall.flow.max_ttl', type: 'long', description: 'Highest TTL of its packets.' },
    { name: 'aws.firewall.flow.tx_cnt', type: 'long', description: 'Transactions of the flow that the firewall recognised.' },
    { name: 'aws.firewall.tcp_flags', type: 'keyword', description: 'TCP flags of all packets, as hexadecimal digits.' },
    { name: 'aws.firewall.tcp_flags_array', type: 'keyword', array: true, description: 'TCP flags of all packets, by name.' },
    { name: 'aws.firewall.tls_inspected', type: 'boolean', description: 'The firewall decrypted the traffic.' },
    { name: 'aws.firewall.category', type: 'keyword', array: true, description: 'Categories of the URL or domain.' },
    { name: 'aws.firewall.tls_error', type: 'keyword', description: 'Why TLS inspection reset the connection.' },
    {
      name: 'aws.firewall.revocation_check.status',
      type: 'keyword',
      description: "Status of the server's certificate, such as `REVOKED`.",
    },
    {
      name: 'aws.firewall.revocation_check.action',
      type: 'keyword',
      description: 'What was done about that status, such as `DROP`.',
    },
    {
      name: 'aws.firewall.revocation_check.leaf_cert_fpr',
      type: 'keyword',
      description: "Fingerprint of the server's certificate.",
    },
  ],
  open: (object) => openLogEvents(object, encodeMessage),
});

function isFirewallRecord(text: string): boolean {
  return text.startsWith('{') && text.includes('"firewall_name"') && text.includes('"event"');
}

function encodeMessage(object: LogObject, { text, original, id, received, ingested }: LogMessage): Result<Document> {
  const parsed = parseObject(text);
  if (parsed.type !== 'ok') return parsed;
  const record = parsed.value;
  const { event } = record;
  const firewallName = valueText(record.firewall_name);
  if (firewallName === undefined) return deadLetter('has no firewall_name');
  if (!isObject(event)) return deadLetter('has no event');
  const time = timeOf(event, record);
  if (time === undefined) return deadLetter('has no timestamp');
  const zone = valueText(record.availability_zone);
  const fields = nestFields({
    'cloud.availability_zone': zone,
    'cloud.region': zone === undefined ? undefined : /^([a-z]{2,5}(?:-[a-z]+)+-\d{1,2})/.exec(zone)?.[1],
    'observer.name': firewallName,
    'observer.type': 'firewall',
    'observer.vendor': 'AWS',
    'observer.product': 'Network Firewall',
    ...connectionFields(event),
    ...alertFields(event.alert),
    ...httpFields(event.http),
    ...tlsFields(event),
    ...flowFields(event),
    'aws.firewall.category': withoutAbsent(record.aws_category ?? event.aws_category),
  });
  const { name, dataset } = firewall;
  return ok(logDocument(object, { name, dataset, time, id, original, received, ingested, fields }));
}

/** When the event happened; of an event that does not say so, when its record was written. */
function timeOf(event: JsonObject, record: JsonObject): string | undefined {
  const instant = parseInstant(valueText(event.timestamp) ?? '');
  if (instant !== '') return `${instant.slice(0, 23)}Z`;
  const seconds = valueInteger(record.event_timestamp);
  return seconds === undefined ? undefined : instantOfMs(seconds * 1000);
}

type Fields = Record<string, Json | undefined>;

function connectionFields(event: JsonObject): Fields {
  const source = valueAddress(event.src_ip);
  const destination = valueAddress(event.dest_ip);
  const protocol = valueText(event.app_proto);
  const isDropped = /^(?:drop|reject)$/i.test(valueText(memberAt(event.revocation_check, 'action')) ?? '');
  const action = valueText(memberAt(event.alert, 'action'));
  return {
    'event.kind': event.event_type === 'alert' ? 'alert' : 'event',
    'event.category': ['network'],
    'event.type': distinct(['connection', action === 'blocked' || isDropped ? 'denied' : action]),
    'source.address': valueText(event.src_ip),
    'source.ip': source,
    'source.port': valuePort(event.src_port),
    'destination.address': valueText(event.dest_ip),
    'destination.ip': destination,
    'destination.port': valuePort(event.dest_port),
    'network.transport': valueText(event.proto)?.toLowerCase(),
    // `failed` is what Suricata writes after it looked for a protocol in vain.
    'network.protocol': protocol === undefined || protocol === 'failed' ? 'unknown' : protocol,
    'network.type': source === undefined ? undefined : source.includes(':') ? 'ipv6' : 'ipv4',
    'related.ip': distinct([source, destination]),
  };
}

function alertFields(alert: Json | undefined): Fields {
  if (!isObject(alert)) return {};
  return {
    message: valueText(alert.category),
    'event.action': valueText(alert.action),
    'event.severity': valueInteger(alert.severity),
    'rule.category': valueText(alert.category),
    'rule.id': valueText(alert.signature_id),
    'rule.name': valueText(alert.signature),
    'rule.version': valueText(alert.rev),
  };
}

function httpFields(http: Json | undefined): Fields {
  if (!isObject(http)) return {};
  const url = valueText(http.url);
  const userAgent = valueText(http.http_user_agent);
  const { name, version } = parseUserAgent(userAgent ?? '');
  return {
    'destination.domain': valueText(http.hostname),
    ...(url !== undefined && urlFields(url)),
    'http.request.method': valueText(http.http_method),
    'http.request.referrer': valueText(http.http_refer),
    'http.response.status_code': valueInteger(http.status),
    'http.response.mime_type': valueText(http.http_content_type),
    'http.version': /^HTTP\/(.+)$/.exec(valueText(http.protocol) ?? '')?.[1],
    'user_agent.original': userAgent,
    'user_agent.name': name,
    'user_agent.version': version,
  };
}

/** The target of a request line: a path with its query, or a whole URL where the client speaks to a proxy. */
function urlFields(target: string): Fields {
  const [, scheme, domain, port, path = '', query, fragment] =
    /^(?:([a-z][a-z0-9+.-]*):\/\/([^/?#:]*)(?::(\d+))?)?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is.exec(target) ?? [];
  return {
    'url.original': target,
    'url.scheme': scheme,
    'url.domain': valueText(domain),
    'url.port': valuePort(port),
    'url.path': valueText(path),
    'url.query': valueText(query),
    'url.fragment': valueText(fragment),
    'url.extension': /[^/]\.([A-Za-z0-9]{1,16})$/.exec(path)?.[1],
    'related.hosts': domain ? [domain] : undefined,
  };
}

function tlsFields(event: JsonObject): Fields {
  const tls = isObject(event.tls) ? event.tls : {};
  const serverName = valueText(tls.sni) ?? valueText(event.sni);
  const [, protocol, version] = /^(\S+) (\S+)$/.exec(valueText(tls.version) ?? '') ?? [];
  const error = valueText(memberAt(event.tls_error, 'error_message'))?.trim();
  const instant = (value: Json | undefined): string | undefined => parseInstant(valueText(value) ?? '') || undefined;
  return {
    'tls.client.server_name': serverName,
    ...(serverName !== undefined && { 'destination.domain': serverName }),
    'tls.client.ja3': valueText(memberAt(tls.ja3, 'hash')),
    'tls.server.ja3s': valueText(memberAt(tls.ja3s, 'hash')),
    'tls.version': version,
    'tls.version_protocol': protocol?.toLowerCase(),
    'tls.server.certificate': valueText(tls.certificate),
    'tls.server.subject': valueText(tls.subject),
    'tls.server.issuer': valueText(tls.issuerdn),
    'tls.server.hash.sha1': valueText(tls.fingerprint)?.replaceAll(':', '').toUpperCase(),
    'tls.server.x509.serial_number': valueText(tls.serial)?.replaceAll(':', ''),
    'tls.server.x509.not_before': instant(tls.notbefore),
    'tls.server.x509.not_after': instant(tls.notafter),
    'aws.firewall.tls_inspected': typeof event.tls_inspected === 'boolean' ? event.tls_inspected : undefined,
    'aws.firewall.tls_error': error,
    ...(error !== undefined && { message: error }),
    'aws.firewall.revocation_check.status': valueText(memberAt(event.revocation_check, 'status')),
    'aws.firewall.revocation_check.action': valueText(memberAt(event.revocation_check, 'action')),
    'aws.firewall.revocation_check.leaf_cert_fpr': valueText(memberAt(event.revocation_check, 'leaf_cert_fpr')),
  };
}

/** In the order of their bits. */
const TCP_FLAGS = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr'];

function flowFields({ netflow, flow_id, tcp }: JsonObject): Fields {
  const bytes = valueInteger(memberAt(netflow, 'bytes'));
  const packets = valueInteger(memberAt(netflow, 'pkts'));
  const flags = valueText(memberAt(tcp, 'tcp_flags'));
  const bits = flags !== undefined && /^[0-9a-f]{1,2}$/i.test(flags) ? Number.parseInt(flags, 16) : undefined;
  const instant = (name: string): string | undefined => {
    const text = valueText(memberAt(netflow, name));
    return text !== undefined && parseInstant(text) !== '' ? text : undefined;
  };
  return {
    'network.bytes': bytes,
    'network.packets': packets,
    'aws.firewall.flow.id': valueText(flow_id),
    'aws.firewall.flow.age': valueInteger(memberAt(netflow, 'age')),
    'aws.firewall.flow.bytes': bytes,
    'aws.firewall.flow.pkts': packets,
    'aws.firewall.flow.start': instant('start'),
    'aws.firewall.flow.end': instant('end'),
    'aws.firewall.flow.min_ttl': valueInteger(memberAt(netflow, 'min_ttl')),
    'aws.firewall.flow.max_ttl': valueInteger(memberAt(netflow, 'max_ttl')),
    'aws.firewall.flow.tx_cnt': valueInteger(memberAt(netflow, 'tx_cnt')),
    'aws.firewall.tcp_flags': flags,
    'aws.firewall.tcp_flags_array':
      bits === undefined ? undefined : distinct(TCP_FLAGS.map((name, bit) => ((bits >> bit) & 1 ? name : undefined))),
  };
}
