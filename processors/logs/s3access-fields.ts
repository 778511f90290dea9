import type { Field } from '../../core/field.ts';
import { EXTRA_COLUMNS, extraField, extraLeaves } from './extra-fields.ts';
import type { Leaf } from './line-plan.ts';
import { requestLeaves } from './request-slots.ts';
import { tlsLeaves } from './tls-version.ts';
import { agentLeaves } from './user-agent-slots.ts';

/** The fields of a line in their order. https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html */
const OWN: readonly { readonly name: string; readonly type?: 'long' | 'ip'; readonly description: string }[] = [
  { name: 'bucket_owner', description: 'Canonical id of the account that owns the bucket.' },
  { name: 'bucket', description: 'Bucket that the request was for.' },
  { name: 'time', description: '' },
  { name: 'remote_ip', type: 'ip', description: 'Address of the client.' },
  { name: 'requester', description: 'ARN or canonical id of who made the request; absent for anonymous ones.' },
  { name: 'request_id', description: 'Id of the request.' },
  { name: 'operation', description: 'Operation, such as `REST.GET.OBJECT`.' },
  { name: 'key', description: 'Key of the object, as S3 encodes it in the log.' },
  { name: 'request_uri', description: 'The request as it was sent.' },
  { name: 'http_status', type: 'long', description: 'Status of the answer.' },
  { name: 'error_code', description: 'Error of S3, such as `AccessDenied`.' },
  { name: 'bytes_sent', type: 'long', description: 'Bytes of the answer without its headers.' },
  { name: 'object_size', type: 'long', description: 'Size of the object.' },
  { name: 'total_time', type: 'long', description: 'Milliseconds until the last byte was sent.' },
  { name: 'turn_around_time', type: 'long', description: 'Milliseconds that S3 spent on the request.' },
  { name: 'referrer', description: 'Page that the client came from.' },
  { name: 'user_agent', description: 'Agent that made the request.' },
  { name: 'version_id', description: 'Version of the object.' },
  { name: 'host_id', description: 'Extended id of the request.' },
  { name: 'signature_version', description: '`SigV4` or `SigV2`; absent for requests that are not signed.' },
  { name: 'cipher_suite', description: 'Cipher suite of the connection.' },
  { name: 'authentication_type', description: '`AuthHeader`, or `QueryString` of a signed URL.' },
  { name: 'host_header', description: 'Endpoint that the client used.' },
  { name: 'tls_version', description: 'TLS version as the line says it.' },
  { name: 'point_arn', description: 'Access point that was used.' },
  { name: 'aclrequired', description: '`Yes` where an access control list was needed to allow the request.' },
  { name: 'source_region', description: 'Region that the request came from.' },
];

export const S3ACCESS_COLUMNS: readonly string[] = [...OWN.map(({ name }) => name), ...EXTRA_COLUMNS];

const kept = OWN.filter(({ name }) => name !== 'time');

export const s3accessFields: readonly Field[] = [
  ...kept.map(({ name, type, description }): Field => ({ name: `aws.s3access.${name}`, type: type ?? 'keyword', description })),
  { name: 'aws.s3access.weekday', type: 'long', description: 'Day of the week in UTC; 1 is Monday.' },
  { name: 'aws.s3access.hour', type: 'long', description: 'Hour of the day in UTC.' },
  extraField('aws.s3access.extra'),
];

const FORM = { ip: 'validIp', long: 'number' } as const;

/** The document of a request to S3. */
export const s3accessLeaves: readonly Leaf[] = [
  { field: 'event.category', constant: ['web'] },
  { field: 'event.type', constant: ['access'] },
  { field: 'event.id', slot: 'request_id', form: 'text' },
  { field: 'event.action', slot: 'operation', form: 'text' },
  { field: 'event.code', slot: 'error_code', form: 'text' },
  { field: 'event.outcome', slot: 'outcome', form: 'json' },
  { field: 'event.duration', slot: 'duration', form: 'json' },
  ...kept.map(
    ({ name, type }): Leaf => ({ field: `aws.s3access.${name}`, slot: name, form: type === undefined ? 'text' : FORM[type] }),
  ),
  { field: 'aws.s3access.weekday', slot: 'weekday', form: 'json' },
  { field: 'aws.s3access.hour', slot: 'hour', form: 'json' },
  ...extraLeaves('aws.s3access.extra'),
  { field: 'client.address', slot: 'remote_ip', form: 'text' },
  { field: 'client.ip', slot: 'remote_ip', form: 'validIp' },
  { field: 'client.user.id', slot: 'requester', form: 'text' },
  { field: 'http.request.referrer', slot: 'referrer', form: 'text' },
  { field: 'http.response.status_code', slot: 'http_status', form: 'number' },
  { field: 'http.response.body.bytes', slot: 'bytes_sent', form: 'number' },
  ...requestLeaves,
  ...agentLeaves('user_agent'),
  ...tlsLeaves('cipher_suite'),
  { field: 'related.ip', slot: 'remote_ip', form: 'validIp', list: {} },
  { field: 'related.entity', slot: 'bucket', form: 'text', list: {} },
  { field: 'related.user', slot: 'bucket_owner', form: 'text', list: {} },
  { field: 'related.user', slot: 'userName', form: 'json', list: {} },
  { field: 'user.name', slot: 'userName', form: 'json' },
];
