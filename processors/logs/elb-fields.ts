import type { Field } from '../../core/field.ts';
import { extraField, extraLeaves } from './extra-fields.ts';
import type { Leaf, LeafForm } from './line-plan.ts';
import { requestLeaves } from './request-slots.ts';
import { tlsLeaves } from './tls-version.ts';
import { agentLeaves } from './user-agent-slots.ts';

/** Fields that only load balancers have. `slot`: the field of the line, or what is derived from it. */
const OWN: readonly (Omit<Field, 'type'> & {
  readonly type?: Field['type'];
  readonly slot: string;
  readonly form: LeafForm;
})[] = [
  { name: 'name', slot: 'balancer', form: 'text', description: 'Name of the load balancer, as in `app/shop/50dc6c495c0c9188`.' },
  {
    name: 'type',
    slot: 'type',
    form: 'text',
    description: 'Kind of request or connection, such as `https`, `h2`, `wss` or `tls`.',
  },
  { name: 'protocol', slot: 'protocol', form: 'json', description: '`http` for requests, `tcp` for connections.' },
  {
    name: 'listener',
    slot: 'listener',
    form: 'text',
    description: 'Listener of a network balancer; port of the listener in connection logs.',
  },
  { name: 'backend.ip', slot: 'targetAddress', form: 'text', description: 'Address of the target.' },
  { name: 'backend.port', slot: 'targetPort', form: 'text', description: 'Port of the target.' },
  {
    name: 'backend.http.response.status_code',
    slot: 'target_status_code',
    type: 'long',
    form: 'number',
    description: 'Status of the answer of the target.',
  },
  {
    name: 'request_processing_time.sec',
    slot: 'request_processing_time',
    type: 'double',
    form: 'number',
    description: 'Seconds until the request was sent to the target.',
  },
  {
    name: 'backend_processing_time.sec',
    slot: 'target_processing_time',
    type: 'double',
    form: 'number',
    description: 'Seconds until the target began to answer.',
  },
  {
    name: 'response_processing_time.sec',
    slot: 'response_processing_time',
    type: 'double',
    form: 'number',
    description: 'Seconds until the answer was sent to the client.',
  },
  {
    name: 'connection_time.ms',
    slot: 'connection_time',
    type: 'long',
    form: 'number',
    description: 'Duration of the connection.',
  },
  {
    name: 'tls_handshake_time.ms',
    slot: 'tls_handshake_time',
    type: 'long',
    form: 'number',
    description: 'Duration of the TLS handshake.',
  },
  {
    name: 'tls_handshake_latency',
    slot: 'tls_handshake_latency',
    type: 'double',
    form: 'number',
    description: 'Seconds of the TLS handshake.',
  },
  { name: 'ssl_cipher', slot: 'ssl_cipher', form: 'text', description: 'Cipher suite of the connection.' },
  { name: 'ssl_protocol', slot: 'ssl_protocol', form: 'text', description: 'TLS version as the line says it.' },
  { name: 'incoming_tls_alert', slot: 'incoming_tls_alert', form: 'text', description: 'TLS alert that the client sent.' },
  { name: 'tls_named_group', slot: 'tls_named_group', form: 'text', description: 'Group of the key exchange.' },
  { name: 'tls_verify_status', slot: 'verifyStatus', form: 'json', description: '`Success` or `Failed`.' },
  {
    name: 'tls_error_code',
    slot: 'verifyError',
    form: 'json',
    description: 'Why the connection failed, such as `ClientCertUntrusted`.',
  },
  {
    name: 'tls_connection_creation_time',
    slot: 'tls_connection_creation_time',
    type: 'date',
    form: 'instant',
    description: 'When the TLS connection began.',
  },
  {
    name: 'alpn_fe_protocol',
    slot: 'alpn_fe_protocol',
    form: 'text',
    description: 'Protocol that was agreed on with the client.',
  },
  {
    name: 'alpn_be_protocol',
    slot: 'alpn_be_protocol',
    form: 'text',
    description: 'Protocol that was agreed on with the target.',
  },
  {
    name: 'alpn_client_preference_list',
    slot: 'alpnPreferences',
    form: 'json',
    array: true,
    description: 'Protocols that the client offered.',
  },
  {
    name: 'leaf_client_cert_subject',
    slot: 'leaf_client_cert_subject',
    form: 'text',
    description: 'Subject of the certificate of the client.',
  },
  {
    name: 'leaf_client_cert_not_before',
    slot: 'certNotBefore',
    type: 'date',
    form: 'json',
    description: 'From when on it is valid.',
  },
  {
    name: 'leaf_client_cert_not_after',
    slot: 'certNotAfter',
    type: 'date',
    form: 'json',
    description: 'Until when it is valid.',
  },
  {
    name: 'leaf_client_cert_serial_number',
    slot: 'leaf_client_cert_serial_number',
    form: 'text',
    description: 'Its serial number.',
  },
  { name: 'target_group.arn', slot: 'target_group_arn', form: 'text', description: 'Target group of the request.' },
  { name: 'trace_id', slot: 'trace_id', form: 'text', description: 'Content of the header `X-Amzn-Trace-Id`.' },
  {
    name: 'conn_trace_id',
    slot: 'conn_trace_id',
    form: 'text',
    description: 'Id that requests and their connection have in common.',
  },
  { name: 'chosen_cert.arn', slot: 'chosen_cert_arn', form: 'text', description: 'Certificate that the balancer showed.' },
  { name: 'chosen_cert.serial', slot: 'chosen_cert_serial', form: 'text', description: 'Serial number of that certificate.' },
  {
    name: 'matched_rule_priority',
    slot: 'matched_rule_priority',
    form: 'text',
    description: 'Priority of the rule that matched.',
  },
  {
    name: 'action_executed',
    slot: 'actions',
    form: 'json',
    array: true,
    description: 'What was done, such as `forward` or `redirect`.',
  },
  { name: 'redirect_url', slot: 'redirect_url', form: 'text', description: 'Where the client was redirected to.' },
  { name: 'error.reason', slot: 'error_reason', form: 'text', description: 'Why an action failed, such as `AuthInvalidCookie`.' },
  { name: 'target_port', slot: 'targets', form: 'json', array: true, description: 'Targets that the request was sent to.' },
  {
    name: 'target_status_code',
    slot: 'targetStatuses',
    form: 'json',
    array: true,
    description: 'Statuses that they answered with.',
  },
  {
    name: 'classification',
    slot: 'classification',
    form: 'text',
    description: 'Class of the request, such as `Ambiguous`, where it is not compliant.',
  },
  { name: 'classification_reason', slot: 'classification_reason', form: 'text', description: 'Why it is of that class.' },
  { name: 'transformed_host', slot: 'transformed_host', form: 'text', description: 'Host header after a rule rewrote it.' },
  { name: 'transformed_uri', slot: 'transformed_uri', form: 'text', description: 'Path and query after a rule rewrote them.' },
  {
    name: 'request_transform_status',
    slot: 'request_transform_status',
    form: 'text',
    description: 'Whether the rewriting succeeded.',
  },
];

/** The fields of load balancers. */
export const elbFields: readonly Field[] = [
  ...OWN.map(
    ({ name, type = 'keyword', array, description }): Field => ({
      name: `aws.elb.${name}`,
      type,
      description,
      ...(array === true && { array }),
    }),
  ),
  extraField('aws.elb.extra'),
];

/** The document of a line of a load balancer, whichever its layout. */
export const elbLeaves: readonly Leaf[] = [
  { field: 'event.category', slot: 'category', form: 'json' },
  { field: 'event.outcome', slot: 'outcome', form: 'json' },
  { field: 'event.start', slot: 'request_creation_time', form: 'instant' },
  { field: 'event.end', slot: '@timestamp', form: 'instant' },
  ...OWN.map(({ name, slot, form }): Leaf => ({ field: `aws.elb.${name}`, slot, form })),
  ...extraLeaves('aws.elb.extra'),
  { field: 'source.address', slot: 'clientAddress', form: 'text' },
  { field: 'source.ip', slot: 'clientAddress', form: 'validIp' },
  { field: 'source.port', slot: 'clientPort', of: 'client_port', form: 'number' },
  { field: 'source.bytes', slot: 'sourceBytes', of: 'received_bytes', form: 'number' },
  { field: 'client.address', slot: 'client_ip', form: 'text' },
  { field: 'client.ip', slot: 'client_ip', form: 'validIp' },
  { field: 'client.port', slot: 'client_port', form: 'number' },
  { field: 'destination.bytes', slot: 'destinationBytes', of: 'sent_bytes', form: 'number' },
  { field: 'destination.domain', slot: 'domain_name', form: 'text' },
  { field: 'http.request.body.bytes', slot: 'requestBytes', of: 'received_bytes', form: 'number' },
  { field: 'http.response.status_code', slot: 'elb_status_code', form: 'number' },
  { field: 'http.response.body.bytes', slot: 'responseBytes', of: 'sent_bytes', form: 'number' },
  ...requestLeaves,
  ...agentLeaves('user_agent'),
  ...tlsLeaves('ssl_cipher'),
  { field: 'related.entity', slot: 'balancer', form: 'text', list: {} },
  { field: 'trace.id', slot: 'trace_id', form: 'text' },
  { field: 'service.name', slot: 'serviceName', form: 'json' },
];
