import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../core/json.ts';
import { decodeLog, valuesOf } from '../../tests/support/decode-log.ts';
import { waf } from './waf.ts';

const ARN = 'arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/shop/0a1b';

const request = (members: JsonObject = {}): JsonObject => ({
  clientIp: '203.0.113.7',
  country: 'DE',
  headers: [{ name: 'Host', value: 'shop.example.com:8443' }],
  uri: '/basket',
  args: 'a=1&b=2',
  httpVersion: 'HTTP/1.1',
  httpMethod: 'POST',
  requestId: '1-65-abc',
  ...members,
});

const record = (members: JsonObject = {}): JsonObject => ({
  timestamp: 1_795_262_400_123,
  formatVersion: 1,
  webaclId: ARN,
  terminatingRuleId: 'Default_Action',
  terminatingRuleType: 'REGULAR',
  action: 'ALLOW',
  httpSourceName: 'ALB',
  httpSourceId: '111122223333-app/shop/1',
  httpRequest: request(),
  ...members,
});

/** The documents and the deadLetters of records, one a line. */
const read = (...records: readonly (JsonObject | string)[]) =>
  decodeLog(waf, records.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n'));

const documentOf = (members: JsonObject = {}) => {
  const { documents, deadLetters } = read(record(members));
  assert.deepEqual(deadLetters, []);
  return valuesOf(documents[0]);
};

test('an allowed request has its client, its request and the web ACL', () => {
  const at = documentOf();
  assert.deepEqual(
    Object.fromEntries(['cloud', 'http', 'network', 'rule', 'source', 'url', 'related'].map((name) => [name, at(name) ?? null])),
    {
      cloud: {
        provider: 'aws',
        account: { id: '111122223333', name: 'prod' },
        region: 'eu-west-1',
        service: { name: 'wafv2' },
      },
      http: { request: { id: '1-65-abc', method: 'POST' }, version: '1.1' },
      network: { protocol: 'http', transport: 'tcp' },
      rule: { id: 'Default_Action', ruleset: 'REGULAR' },
      source: { address: '203.0.113.7', ip: '203.0.113.7', geo: { country_iso_code: 'DE' } },
      url: { domain: 'shop.example.com', path: '/basket', query: 'a=1&b=2' },
      related: { ip: ['203.0.113.7'] },
    },
  );
  assert.deepEqual(at('event.type'), ['access', 'allowed']);
  assert.equal(at('event.dataset'), 'aws.waf');
  assert.deepEqual(at('aws.waf'), {
    arn: ARN,
    id: 'regional/webacl/shop/0a1b',
    format_version: '1',
    source: { name: 'ALB', id: '111122223333-app/shop/1' },
    request: { headers: { Host: 'shop.example.com:8443' } },
  });
});

test('a record is in the index of its day and has an id of its place', () => {
  const { documents } = read(record(), record());
  const length = JSON.stringify(record()).length + 1;
  assert.deepEqual(
    documents.map(({ index, id }) => `${index} ${id}`),
    ['awslogs-waf-2026.11.21 identity:0', `awslogs-waf-2026.11.21 identity:${length}`],
  );
});

test('captcha and challenge have their times, in seconds or milliseconds', () => {
  const at = documentOf({
    action: 'CAPTCHA',
    captchaResponse: { responseCode: 405, failureReason: 'TOKEN_MISSING' },
    challengeResponse: { responseCode: 0, solveTimestamp: 1_795_262_400 },
  });
  assert.deepEqual(at('event.type'), ['access']);
  assert.deepEqual(at('aws.waf.captcha_response'), { response_code: 405, failure_reason: 'TOKEN_MISSING' });
  assert.deepEqual(at('aws.waf.challenge_response'), { response_code: 0, solve_timestamp: '2026-11-21T12:00:00.000Z' });
  const inMs = documentOf({ captchaResponse: { responseCode: 0, solveTimestamp: 1_795_262_400_000 } });
  assert.equal(inMs('aws.waf.captcha_response.solve_timestamp'), '2026-11-21T12:00:00.000Z');
});

test('rules, labels and sizes are kept, without members that are absent', () => {
  const at = documentOf({
    action: 'BLOCK',
    terminatingRuleType: 'RATE_BASED',
    labels: [{ name: 'awswaf:managed:token:absent' }, { name: 'shop:bot' }],
    rateBasedRuleList: [{ rateBasedRuleName: 'by-key', limitKey: 'CUSTOMKEYS', customValues: [{ key: 'HEADER', value: '-' }] }],
    nonTerminatingMatchingRules: [{ ruleId: 'count', action: 'COUNT', ruleMatchDetails: [{ matchedData: ['-', 'OR', ''] }] }],
    ruleGroupList: [{ ruleGroupId: 'group', terminatingRule: null, excludedRules: null }],
    requestHeadersInserted: [{ name: 'x-amzn-waf-bot', value: 'yes' }],
    responseCodeSent: 429,
    requestBodySize: 10,
    requestBodySizeInspectedByWAF: 8,
    oversizeFields: ['REQUEST_BODY'],
    ja3Fingerprint: 'ja3',
    ja4Fingerprint: 'ja4',
  });
  const rules = (name: string) => at(`aws.waf.${name}`);
  assert.deepEqual(rules('labels'), [{ name: 'awswaf:managed:token:absent' }, { name: 'shop:bot' }]);
  assert.deepEqual(rules('rate_based_rule_list'), [
    { rateBasedRuleName: 'by-key', limitKey: 'CUSTOMKEYS', customValues: [{ key: 'HEADER' }] },
  ]);
  assert.deepEqual(rules('non_terminating_matching_rules'), [
    { ruleId: 'count', action: 'COUNT', ruleMatchDetails: [{ matchedData: ['-', 'OR', ''] }] },
  ]);
  assert.deepEqual(rules('rule_group_list'), [{ ruleGroupId: 'group' }]);
  assert.deepEqual(rules('request_headers_inserted'), { 'x-amzn-waf-bot': 'yes' });
  assert.deepEqual(
    [
      at('aws.waf.response_code_sent'),
      at('aws.waf.request_body_size'),
      at('aws.waf.request_body_size_inspected_by_waf'),
      at('aws.waf.oversize_fields'),
    ],
    [429, 10, 8, ['REQUEST_BODY']],
  );
  assert.deepEqual([at('tls.client.ja3'), at('aws.waf.ja4_fingerprint')], ['ja3', 'ja4']);
});

test('headers of any name are kept, and each value of a repeated one', () => {
  const headers = [
    { name: '__proto__', value: 'x' },
    { name: 'cookie', value: 'a=1' },
    { name: 'cookie', value: 'b=2' },
    { name: 'user-agent', value: 'curl/8.5.0' },
    { name: 'empty', value: '' },
  ];
  const at = documentOf({ httpRequest: request({ headers }) });
  assert.deepEqual(Object.entries(at('aws.waf.request.headers') as JsonObject), [
    ['__proto__', 'x'],
    ['cookie', ['a=1', 'b=2']],
    ['user-agent', 'curl/8.5.0'],
  ]);
  assert.deepEqual(at('user_agent'), { original: 'curl/8.5.0', name: 'curl', version: '8.5.0' });
});

test('a client without a valid address, a web ACL without ARN and HTTP/3 are read', () => {
  const at = documentOf({
    webaclId: '385cb038-3a6f-4f2f-ac64-09ab912af590',
    httpRequest: request({ clientIp: 'fe80::1%eth0', httpVersion: 'HTTP/3.0' }),
  });
  assert.deepEqual(at('source'), { address: 'fe80::1%eth0', geo: { country_iso_code: 'DE' } });
  assert.equal(at('related'), undefined);
  assert.deepEqual(at('cloud'), { provider: 'aws', account: { id: '111122223333', name: 'prod' }, region: 'eu-west-1' });
  assert.equal(at('aws.waf.id'), '385cb038-3a6f-4f2f-ac64-09ab912af590');
  assert.equal(at('network.transport'), 'udp');
});

test('lines that do not fit are dead letters, and the lines beside them are read', () => {
  const deep = JSON.stringify(record()).replace('"formatVersion":1', `"formatVersion":${'['.repeat(5000)}${']'.repeat(5000)}`);
  const { documents, deadLetters } = read(
    record(),
    'no JSON',
    '[1]',
    record({ timestamp: 'yesterday' }),
    record({ timestamp: 1e300 }),
    record({ webaclId: '-' }),
    record({ httpRequest: null }),
    deep,
    `{"x":"${'y'.repeat(1024 * 1024)}"}`,
    JSON.stringify(record()).slice(0, -40),
    record(),
  );
  assert.equal(documents.length, 2);
  assert.deepEqual(deadLetters, [
    'line 2: is no JSON',
    'line 3: is no JSON object',
    'line 4: has no timestamp',
    'line 5: has no timestamp',
    'line 6: has no webaclId',
    'line 7: has no httpRequest',
    'line 8: is nested deeper than 500 levels',
    'line 9: is larger than 1 MiB (1,048,584 bytes)',
    'line 10: is no JSON',
  ]);
});

test('objects are recognised by their names, by their first line and by their log group', () => {
  const key = 's3://aws-waf-logs-x/AWSLogs/111122223333/WAFLogs/eu-west-1/shop/2026/11/21/12/00/111122223333_waflogs.log.gz';
  assert.deepEqual(waf.recognizeKey(key), { account: '111122223333', region: 'eu-west-1' });
  const global = 's3://x/AWSLogs/111122223333/WAFLogs/cloudfront/shop/2026/11/21/12/00/1.log.gz';
  assert.deepEqual(waf.recognizeKey(global), { account: '111122223333', region: undefined });
  assert.deepEqual(waf.recognizeKey('s3://x/2026/11/21/aws-waf-logs-shop-1-2026-11-21-12-00-00-abc'), {});
  assert.equal(waf.recognizeKey('s3://x/AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/11/21/1.log.gz'), undefined);
  assert.equal(waf.recognizeLine?.(JSON.stringify(record())), true);
  assert.equal(waf.recognizeLine?.('{"query_name":"x"}'), false);
  assert.equal(waf.recognizeMessage?.({ group: 'aws-waf-logs-shop' }, ''), true);
  assert.equal(waf.recognizeMessage?.({ group: '/app' }, JSON.stringify(record())), true);
});
