import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json, JsonObject } from '../core/json.ts';
import { createTrailEncoder, type EncodeTrailOptions } from './encode-trail-event.ts';
import { createTrailReader } from './parse-cloudtrail.ts';

function encode(record: string | JsonObject, options: EncodeTrailOptions = {}) {
  const reader = createTrailReader();
  reader.push(Buffer.from(typeof record === 'string' ? record : JSON.stringify(record)));
  reader.finish();
  assert.equal(reader.next(), 'record', reader.reason);
  const result = createTrailEncoder()(options);
  if (result.type !== 'ok')
    return { reason: result.type === 'dead-letter' ? result.reason : '', id: '', index: '', body: {} as Body };
  const body = JSON.parse(Buffer.from(result.value.body).toString('utf8')) as Body;
  return { ...result.value, reason: '', body };
}

// biome-ignore lint/suspicious/noExplicitAny: tests read members at any depth of the document
type Body = Record<string, any>;

const base = {
  eventVersion: '1.10',
  eventTime: '2026-11-20T10:00:00Z',
  eventName: 'RunInstances',
  eventSource: 'ec2.amazonaws.com',
  eventID: 'e1',
};

test('the resources of a call are found by the form of an id and by the name of a key, each once', () => {
  const { body } = encode({
    ...base,
    requestParameters: {
      instancesSet: {
        items: [{ instanceId: 'i-0123456789abcdef0' }, { instanceId: 'i-0123456789abcdef0' }, { instanceId: 'i-12ab34cd' }],
      },
      bucketName: 'my-bucket',
      description: 'a sentence about i-0123456789abcdef0',
      filterSet: { items: [{ name: 'vpc-id', valueSet: { items: [{ value: 'vpc-0123456789abcdef0' }] } }] },
      roleName: '',
    },
    responseElements: { role: { arn: 'arn:aws:iam::1:role/x' }, attachment: 'tgw-attach-0123456789abcdef0' },
    resources: [{ ARN: 'arn:aws:s3:::my-bucket', type: 'AWS::S3::Bucket' }],
    userAgent: 'arn:aws:iam::1:user/not-touched',
  });
  assert.deepEqual(body.related.entity, [
    'i-0123456789abcdef0',
    'i-12ab34cd',
    'my-bucket',
    'vpc-0123456789abcdef0',
    'arn:aws:iam::1:role/x',
    'tgw-attach-0123456789abcdef0',
    'arn:aws:s3:::my-bucket',
  ]);
});

test('the document id is made of the event id and the recipient account; without them, of the record and the account of the object', () => {
  assert.equal(encode({ ...base, recipientAccountId: '111111111111' }).id, 'e1_111111111111');
  assert.equal(encode(base, { account: '222222222222' }).id, 'e1_222222222222');
  const { eventID: _, ...nameless } = base;
  const { id } = encode(nameless, { account: '222222222222' });
  assert.match(id, /^[\w-]{43}_222222222222$/);
  assert.equal(encode(nameless, { account: '222222222222' }).id, id);
  assert.notEqual(encode({ ...nameless, eventName: 'Other' }, { account: '222222222222' }).id, id);
});

test('the index and @timestamp follow the event, in UTC', () => {
  assert.equal(encode({ ...base, eventTime: '2026-12-31T23:30:00-01:00' }).index, 'awscli-trail-2027.01.01');
  assert.equal(encode({ ...base, eventTime: '2028-02-29T00:00:00.250Z' }).body['@timestamp'], '2028-02-29T00:00:00.250Z');
  for (const eventTime of ['', 'yesterday', '2027-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-11-20', 5, null]) {
    assert.match(encode({ ...base, eventTime } as JsonObject).reason, /eventTime/, String(eventTime));
  }
});

test('empty values are left out, and numbers and other texts keep every character', () => {
  const { body } = encode(
    `{"eventTime":"2026-11-20T10:00:00Z","eventID":"e","requestParameters":{"big":12345678901234567890.10,"none":null,"deep":{"list":[null,"",[],{}]},"text":"a\\u0000\\n\\"ü\\ud83d\\ude00\\ud800"}}`,
  );
  const { request_parameters: request } = body.aws.cloudtrail.flattened;
  assert.deepEqual(Object.keys(request), ['big', 'text']);
  assert.equal(request.text, 'a\u0000\n"ü😀\ufffd');
  const original = encode('{"eventTime":"2026-11-20T10:00:00Z","requestParameters":{"big":12345678901234567890.10,"none":null}}');
  assert.ok(Buffer.from(JSON.stringify(original.body)).length > 0);
});

test('the last of two equal keys counts, as in JSON.parse; an escaped key is the same key', () => {
  const { body } = encode(
    '{"eventTime":"2026-11-20T10:00:00Z","eventName":"A","event\\u004eame":"B","awsRegion":"x","awsRegion":null}',
  );
  assert.equal(body.event.action, 'B');
  assert.equal(body.cloud.region, undefined);
});

test('bytes that are not UTF-8 become U+FFFD', () => {
  const reader = createTrailReader();
  reader.push(Buffer.from('{"eventTime":"2026-11-20T10:00:00Z","eventName":"caf\xe9"}', 'latin1'));
  reader.finish();
  assert.equal(reader.next(), 'record');
  const result = createTrailEncoder()({});
  assert.ok(result.type === 'ok');
  assert.equal(JSON.parse(Buffer.from(result.value.body).toString('utf8')).event.action, 'caf\ufffd');
});

test('values of the wrong type are left out rather than spliced where they do not belong', () => {
  const { body } = encode({
    ...base,
    eventName: { odd: 1 },
    awsRegion: 7,
    userIdentity: 'root',
    requestParameters: 'text',
    readOnly: 'true',
    resources: 'x',
    tlsDetails: [],
    sourceIPAddress: true,
  } as JsonObject);
  assert.equal(body.event.action, undefined);
  assert.deepEqual(body.cloud, { provider: 'aws', service: { name: 'ec2' } });
  assert.deepEqual(body.aws.cloudtrail, { event_version: '1.10', flattened: {} });
});

test('the caller of each kind has its account, and both have their names', () => {
  const role: JsonObject = {
    type: 'AssumedRole',
    principalId: 'AROA:me',
    arn: 'arn:aws:sts::1:assumed-role/r/me',
    accountId: '333333333333',
    sessionContext: {
      sessionIssuer: { type: 'Role', userName: 'r' },
      attributes: { mfaAuthenticated: 'false', creationDate: '2026-11-20T09:00:00Z' },
    },
  };
  const { body } = encode(
    { ...base, userIdentity: role, recipientAccountId: '444444444444' },
    { accountName: (id) => `name of ${id}` },
  );
  assert.deepEqual(body.cloud.account, { id: '333333333333', name: 'name of 333333333333' });
  assert.deepEqual(body.user, { id: 'AROA:me', name: 'r' });
  const service = encode({
    ...base,
    userIdentity: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' },
    recipientAccountId: '444444444444',
  });
  assert.equal(service.body.cloud.account.id, '444444444444');
});

test('an IP address is also source.ip, the name of a service is not', () => {
  const source = (sourceIPAddress: Json) => encode({ ...base, sourceIPAddress }).body.source;
  assert.deepEqual(source('2001:db8::1'), { address: '2001:db8::1', ip: '2001:db8::1' });
  assert.deepEqual(source('ec2.amazonaws.com'), { address: 'ec2.amazonaws.com' });
  assert.deepEqual(source('fe80::1%eth0'), { address: 'fe80::1%eth0' });
});

test('an event has the fields that detection rules select by', () => {
  const { body } = encode(
    {
      ...base,
      eventName: 'AttachRolePolicy',
      eventSource: 'iam.amazonaws.com',
      sourceIPAddress: '192.0.2.7',
      userAgent: 'aws-cli/2.17.60 os/macos#23.6.0',
      sessionCredentialFromConsole: 'true',
      requestParameters: {
        roleName: 'admin',
        policyArn: 'arn:aws:iam::aws:policy/SecurityAudit',
        tags: [{ userName: 'deeper' }],
      },
      resources: [
        { ARN: 'arn:aws:iam::1:role/"ARN":', accountId: '111111111111', type: 'AWS::IAM::Role' },
        { ARNPrefix: 'arn:aws:s3:::b/', type: 'AWS::S3::Object' },
      ],
    },
    { ingested: '2026-11-20T10:05:00.000Z' },
  );
  assert.deepEqual(body.data_stream, { type: 'logs', dataset: 'aws.cloudtrail', namespace: 'default' });
  assert.equal(body.event.ingested, '2026-11-20T10:05:00.000Z');
  assert.deepEqual([body.event.category, body.event.type], [['iam'], ['change']]);
  assert.deepEqual(body.cloud.service, { name: 'iam' });
  assert.deepEqual(body.related.ip, ['192.0.2.7']);
  assert.deepEqual(body.entity, { target: { id: ['admin'] } });
  assert.deepEqual(body.user_agent, {
    original: 'aws-cli/2.17.60 os/macos#23.6.0',
    name: 'aws-cli',
    version: '2.17.60',
    os: { name: 'Mac OS X', version: '23.6.0' },
  });
  assert.equal(body.aws.cloudtrail.session_credential_from_console, 'true');
  assert.deepEqual(body.aws.cloudtrail.resources, [
    { arn: 'arn:aws:iam::1:role/"ARN":', account_id: '111111111111', type: 'AWS::IAM::Role' },
    { ARNPrefix: 'arn:aws:s3:::b/', type: 'AWS::S3::Object' },
  ]);
  assert.equal(body.aws.cloudtrail.flattened.resources, undefined);
});

test('the location of an address comes from the look-up that the call is given, and a call without one adds none', () => {
  const encoder = createTrailEncoder();
  const sourceOf = (options: EncodeTrailOptions) => {
    const reader = createTrailReader();
    reader.push(Buffer.from(JSON.stringify({ ...base, sourceIPAddress: '192.0.2.7' })));
    reader.finish();
    reader.next();
    const result = encoder(options);
    assert.ok(result.type === 'ok');
    return (JSON.parse(Buffer.from(result.value.body).toString('utf8')) as Body).source;
  };
  const locate = (ip: string) => ({ geo: { city_name: `Zürich of ${ip}` }, as: { number: 3 } });
  assert.deepEqual(sourceOf({ locate }), {
    address: '192.0.2.7',
    ip: '192.0.2.7',
    geo: { city_name: 'Zürich of 192.0.2.7' },
    as: { number: 3 },
  });
  assert.deepEqual(sourceOf({ locate: () => ({}) }), { address: '192.0.2.7', ip: '192.0.2.7' });
  assert.deepEqual(sourceOf({}), { address: '192.0.2.7', ip: '192.0.2.7' });
});

test('categories and types are those of the AWS integration of Elastic, and depend on the action alone', () => {
  const classOf = (eventName: string) => {
    const { category, type } = encode({ ...base, eventName }).body.event;
    return [category, type];
  };
  assert.deepEqual(classOf('AssumeRole'), [['authentication'], ['info']]);
  assert.deepEqual(classOf('PutObject'), [['file'], ['change']]);
  for (const action of [
    'UpdateAccountPasswordPolicy',
    'SetDefaultPolicyVersion',
    'UpdateRole',
    'SetSecurityTokenServicePreferences',
  ])
    assert.deepEqual(classOf(action), [['iam'], ['admin', 'change']], action);
  assert.deepEqual(classOf('ListUserTags'), [['iam'], ['user', 'info']]);
  assert.deepEqual(classOf('SendCommand'), [['process'], undefined]);
  assert.deepEqual(classOf('RunInstances'), [undefined, 'info']);
});

test('a sign-in that fails is a failure, and belongs to the name that was typed', () => {
  const signIn = (eventName: string, more: JsonObject) =>
    encode({
      ...base,
      eventName,
      eventSource: 'signin.amazonaws.com',
      userIdentity: { type: 'Unknown', accountId: '1', userName: '' },
      ...more,
    }).body;
  const failed = signIn('CredentialVerification', {
    additionalEventData: { AuthWorkflowID: 'w', UserName: 'ana@example.com', CredentialType: 'PASSWORD' },
    serviceEventDetails: { CredentialVerification: 'Failure' },
  });
  assert.equal(failed.event.outcome, 'failure');
  assert.deepEqual(failed.user, { name: 'ana@example.com', email: 'ana@example.com' });
  assert.deepEqual(failed.related.user, ['ana@example.com']);
  const well = signIn('CredentialVerification', {
    additionalEventData: { UserName: 'ana' },
    serviceEventDetails: { CredentialVerification: 'Success' },
  });
  assert.equal(well.event.outcome, 'success');
  assert.deepEqual(well.user, { name: 'ana' });
  const identity = { type: 'IAMUser', principalId: 'AIDA', userName: 'bert' };
  assert.equal(
    signIn('CheckMfa', { userIdentity: identity, responseElements: { CheckMfa: 'Failure' } }).event.outcome,
    'failure',
  );
  const mfa = signIn('CheckMfa', {
    userIdentity: identity,
    responseElements: { CheckMfa: 'Success' },
    additionalEventData: { UserName: 'x' },
  });
  assert.deepEqual([mfa.event.outcome, mfa.user.name], ['success', 'bert']);
  assert.equal(signIn('UserAuthentication', { serviceEventDetails: { UserAuthentication: 'Failure' } }).event.outcome, 'failure');
  const elsewhere = encode({ ...base, eventName: 'Verify', responseElements: { Verify: 'Failure' } }).body;
  assert.equal(elsewhere.event.outcome, 'success', 'only where people sign in');
});

test('a user of Identity Center is identified by the id in onBehalfOf', () => {
  const { body } = encode({
    ...base,
    userIdentity: {
      type: 'IdentityCenterUser',
      accountId: '1',
      onBehalfOf: { userId: 'u-1', identityStoreArn: 'arn:aws:identitystore::1:d' },
    },
  });
  assert.deepEqual(body.user, { id: 'u-1' });
});

test('an aggregated event is at the beginning of its window, under its own id and account, with the resources of its summary', () => {
  const aggregated = {
    eventVersion: '1.0',
    accountId: '111122223333',
    eventId: 'aggregate-1',
    eventCategory: 'Aggregated',
    eventType: 'AwsAggregatedEvent',
    awsRegion: 'us-west-2',
    eventSource: 's3.amazonaws.com',
    timeWindow: { windowStart: '2026-11-20T19:20:00Z', windowEnd: '2026-11-20T19:25:00Z', windowSize: 'PT5M' },
    summary: {
      primaryDimension: { dimension: 'eventName', statistics: [{ name: 'PutObject', value: 1000 }], aggregationType: 'Count' },
      details: [
        {
          dimension: 'resourceARN',
          statistics: [
            { name: 'arn:aws:s3:::b1', value: 800 },
            { name: 'arn:aws:s3:::b2', value: 200 },
          ],
        },
        { dimension: 'userIdentity', statistics: [{ name: 'arn:aws:iam::111122223333:role/r', value: 1000 }] },
      ],
    },
  };
  const { id, index, body } = encode(aggregated, { account: '999999999999', accountName: (account) => `name of ${account}` });
  assert.deepEqual([id, index], ['aggregate-1_111122223333', 'awscli-trail-2026.11.20']);
  assert.equal(body['@timestamp'], '2026-11-20T19:20:00.000Z');
  const { id: eventId, start, end, outcome, provider, action } = body.event;
  assert.deepEqual(
    [eventId, start, end, outcome, provider, action],
    ['aggregate-1', '2026-11-20T19:20:00.000Z', '2026-11-20T19:25:00.000Z', 'unknown', 's3.amazonaws.com', undefined],
  );
  assert.deepEqual(body.cloud, {
    provider: 'aws',
    account: { id: '111122223333', name: 'name of 111122223333' },
    region: 'us-west-2',
    service: { name: 's3' },
  });
  assert.deepEqual(body.related.entity, ['arn:aws:s3:::b1', 'arn:aws:s3:::b2', 'arn:aws:iam::111122223333:role/r']);
  assert.equal(body.aws.cloudtrail.event_category, 'Aggregated');
  assert.deepEqual(body.aws.cloudtrail.flattened.other.summary, aggregated.summary);
  assert.match(encode({ ...aggregated, timeWindow: { windowStart: 'soon' } }).reason, /no eventTime/);
});
