import type { Document } from '../../core/document.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { deadLetter, ok, type Result } from '../../core/result.ts';
import { setOwn } from '../../core/set-own.ts';
import { nestFields } from '../nest-fields.ts';
import { parseAwsLogsKey } from '../parse-aws-logs-key.ts';
import { parseUserAgent } from '../parse-user-agent.ts';
import { declareDataset, type LogMessage, type LogObject } from './declare-dataset.ts';
import { logDocument } from './log-document.ts';
import { openLogEvents } from './read-log-events.ts';
import {
  instantOfMs,
  isObject,
  parseObject,
  valueAddress,
  valueInteger,
  valueObjects,
  valueText,
  withoutAbsent,
} from './record-values.ts';

/** Requests that a web ACL of AWS WAF inspected. */
export const waf = declareDataset({
  name: 'waf',
  dataset: 'aws.waf',
  summary: 'web requests that AWS WAF inspected',
  page: 'https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html',
  layout: 'AWSLogs/ACCOUNT/WAFLogs/REGION/WEB-ACL/YYYY/MM/DD/HH/MM/, or aws-waf-logs-NAME-… from Firehose',
  recognizeKey(name) {
    const key = parseAwsLogsKey(name);
    if (key?.service === 'WAFLogs') return { account: key.account, region: key.region === 'cloudfront' ? undefined : key.region };
    return /\/aws-waf-logs-[^/]+$/.test(name) ? {} : undefined;
  },
  recognizeLine: (line) => line.startsWith('{') && line.includes('"webaclId"'),
  recognizeMessage: ({ group }, text) => group?.startsWith('aws-waf-logs-') === true || /^\{.*"webaclId"/s.test(text),
  encodeMessage,
  fields: [
    { name: 'aws.waf.arn', type: 'keyword', description: 'ARN of the web ACL.' },
    { name: 'aws.waf.id', type: 'keyword', description: 'The web ACL within its account, such as `regional/webacl/NAME/ID`.' },
    { name: 'aws.waf.format_version', type: 'keyword', description: 'Version of the log format.' },
    { name: 'aws.waf.source.name', type: 'keyword', description: 'What the web ACL protects, such as `ALB`, `APIGW` or `CF`.' },
    { name: 'aws.waf.source.id', type: 'keyword', description: 'Id of the resource that the web ACL protects.' },
    {
      name: 'aws.waf.labels.name',
      type: 'keyword',
      array: true,
      within: 'aws.waf.labels',
      description: 'Labels that rules added.',
    },
    {
      name: 'aws.waf.terminating_rule_match_details',
      type: 'flattened',
      description: 'What the terminating rule matched, for SQL injection and cross-site scripting.',
    },
    {
      name: 'aws.waf.rule_group_list',
      type: 'flattened',
      description: 'Rule groups that acted on the request, with their rules.',
    },
    { name: 'aws.waf.rate_based_rule_list', type: 'flattened', description: 'Rate-based rules that acted on the request.' },
    {
      name: 'aws.waf.non_terminating_matching_rules',
      type: 'flattened',
      description: 'Rules that matched and let the inspection go on, such as rules that count.',
    },
    { name: 'aws.waf.request.headers', type: 'flattened', description: 'Headers of the request, name to value.' },
    { name: 'aws.waf.request_headers_inserted', type: 'flattened', description: 'Headers that AWS WAF added, name to value.' },
    { name: 'aws.waf.request_body_size', type: 'long', description: 'Size of the body, in bytes.' },
    {
      name: 'aws.waf.request_body_size_inspected_by_waf',
      type: 'long',
      description: 'How much of the body was inspected, in bytes.',
    },
    {
      name: 'aws.waf.oversize_fields',
      type: 'keyword',
      array: true,
      description: 'Parts of the request that were too large to inspect.',
    },
    {
      name: 'aws.waf.response_code_sent',
      type: 'long',
      description: 'Status that AWS WAF answered with in place of the resource.',
    },
    ...(['captcha', 'challenge'] as const).flatMap((name) => [
      {
        name: `aws.waf.${name}_response.response_code`,
        type: 'long' as const,
        description: `Status that the ${name} was answered with.`,
      },
      {
        name: `aws.waf.${name}_response.solve_timestamp`,
        type: 'date' as const,
        description: `When the client solved the ${name}.`,
      },
      { name: `aws.waf.${name}_response.failure_reason`, type: 'keyword' as const, description: `Why the ${name} failed.` },
    ]),
    { name: 'aws.waf.ja4_fingerprint', type: 'keyword', description: 'JA4 fingerprint of the TLS handshake of the client.' },
  ],
  open: (object) => openLogEvents(object, encodeMessage),
});

const EVENT_TYPES: Readonly<Record<string, readonly string[]>> = { ALLOW: ['access', 'allowed'], BLOCK: ['access', 'denied'] };
/** `arn:aws:wafv2:us-east-1:123456789012:global/webacl/NAME/ID`. */
const ARN = /^arn:[^:]*:([^:]*):([^:]*):([^:]*):(.*)$/s;

function encodeMessage(object: LogObject, { text, original, id, received, ingested }: LogMessage): Result<Document> {
  const parsed = parseObject(text);
  if (parsed.type !== 'ok') return parsed;
  const record = parsed.value;
  const time = instantOfMs(record.timestamp);
  if (time === undefined) return deadLetter('has no timestamp');
  const arn = valueText(record.webaclId);
  if (arn === undefined) return deadLetter('has no webaclId');
  if (!isObject(record.httpRequest)) return deadLetter('has no httpRequest');
  const action = valueText(record.action);
  const [isArn, service, region, account, aclId] = ARN.exec(arn) ?? [];
  const fields = nestFields({
    'event.action': action,
    'event.category': 'web',
    'event.type': [...(EVENT_TYPES[action ?? ''] ?? ['access'])],
    'cloud.account.id': valueText(account),
    'cloud.region': valueText(region),
    'cloud.service.name': valueText(service),
    'rule.id': valueText(record.terminatingRuleId),
    'rule.ruleset': valueText(record.terminatingRuleType),
    'tls.client.ja3': valueText(record.ja3Fingerprint),
    ...requestFields(record.httpRequest, record),
    // A web ACL of AWS WAF Classic has an id and no ARN.
    'aws.waf.arn': isArn && arn,
    'aws.waf.id': isArn === undefined ? arn : valueText(aclId),
    'aws.waf.format_version': valueText(record.formatVersion),
    'aws.waf.source.name': valueText(record.httpSourceName),
    'aws.waf.source.id': valueText(record.httpSourceId),
    'aws.waf.labels': withoutAbsent(record.labels),
    'aws.waf.terminating_rule_match_details': withoutAbsent(record.terminatingRuleMatchDetails),
    'aws.waf.rule_group_list': withoutAbsent(record.ruleGroupList),
    'aws.waf.rate_based_rule_list': withoutAbsent(record.rateBasedRuleList),
    'aws.waf.non_terminating_matching_rules': withoutAbsent(record.nonTerminatingMatchingRules),
    'aws.waf.request_headers_inserted': headersOf(record.requestHeadersInserted),
    'aws.waf.request_body_size': valueInteger(record.requestBodySize),
    'aws.waf.request_body_size_inspected_by_waf': valueInteger(record.requestBodySizeInspectedByWAF),
    'aws.waf.oversize_fields': withoutAbsent(record.oversizeFields),
    'aws.waf.response_code_sent': valueInteger(record.responseCodeSent),
    'aws.waf.captcha_response': puzzleResponse(record.captchaResponse),
    'aws.waf.challenge_response': puzzleResponse(record.challengeResponse),
    'aws.waf.ja4_fingerprint': valueText(record.ja4Fingerprint),
  });
  const { name, dataset } = waf;
  return ok(logDocument(object, { name, dataset, time, id, original, received, ingested, fields }));
}

function requestFields(request: JsonObject, record: JsonObject): Record<string, Json | undefined> {
  const address = valueText(request.clientIp);
  const ip = valueAddress(request.clientIp);
  const [, protocol, version] = /^([A-Za-z]+)\/(.+)$/.exec(valueText(request.httpVersion) ?? '') ?? [];
  const isHttp = protocol?.toLowerCase() === 'http';
  const host = valueText(request.host) ?? headerText(request.headers, 'host');
  const userAgent = headerText(request.headers, 'user-agent');
  const { name: clientName, version: clientVersion } = parseUserAgent(userAgent ?? '');
  return {
    'source.address': address,
    'source.ip': ip,
    'source.geo.country_iso_code': valueText(request.country),
    'source.as.number': valueInteger(record.clientAsn),
    'related.ip': ip && [ip],
    'http.request.id': valueText(request.requestId),
    'http.request.method': valueText(request.httpMethod),
    'http.version': version,
    'network.protocol': protocol?.toLowerCase(),
    // HTTP/3 runs over QUIC.
    'network.transport': isHttp ? (version?.startsWith('3') ? 'udp' : 'tcp') : undefined,
    'url.domain': host?.replace(/:\d+$/, ''),
    'url.path': valueText(request.uri),
    'url.query': valueText(request.args),
    'url.fragment': valueText(request.fragment),
    'url.scheme': valueText(request.scheme),
    'user_agent.original': userAgent,
    'user_agent.name': clientName,
    'user_agent.version': clientVersion,
    'aws.waf.request.headers': headersOf(request.headers),
  };
}

/** Headers by name; the values of a repeated one as a list. */
function headersOf(headers: Json | undefined): JsonObject | undefined {
  const values = new Map<string, string[]>();
  for (const header of valueObjects(headers)) {
    const name = valueText(header.name);
    const value = valueText(header.value);
    if (name === undefined || value === undefined) continue;
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  if (values.size === 0) return undefined;
  const named: JsonObject = {};
  for (const [name, [first, ...more]] of values)
    setOwn<Json>(named, name, more.length === 0 ? (first as string) : [first as string, ...more]);
  return named;
}

const headerText = (headers: Json | undefined, name: string): string | undefined =>
  valueText(valueObjects(headers).find((header) => valueText(header.name)?.toLowerCase() === name)?.value);

/** Instants before this are seconds, which AWS writes in some records, and milliseconds in others. */
const FIRST_MS = 100_000_000_000;

function puzzleResponse(response: Json | undefined): JsonObject | undefined {
  if (!isObject(response)) return undefined;
  const solved = valueInteger(response.solveTimestamp);
  return withoutAbsent({
    response_code: valueInteger(response.responseCode) ?? null,
    solve_timestamp: instantOfMs(solved !== undefined && solved < FIRST_MS ? solved * 1000 : solved) ?? null,
    failure_reason: valueText(response.failureReason) ?? null,
  }) as JsonObject | undefined;
}
