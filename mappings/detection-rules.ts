import type { IndexMapping } from '../core/field.ts';

/**
 * The fields that Elastic's public detection rules for CloudTrail (188 in August 2026) use in their queries, each with the number of rules:
 * counted facts, which docs/fields.md and a test hold our fields against.
 */
export const DETECTION_RULE_FIELDS: Readonly<Record<string, number>> = {
  'aws.cloudtrail': 56,
  'aws.cloudtrail.additional_eventdata': 1,
  'aws.cloudtrail.console_login.additional_eventdata.mfa_used': 1,
  'aws.cloudtrail.error_code': 5,
  'aws.cloudtrail.event_category': 1,
  'aws.cloudtrail.flattened.request_parameters.aclProtocol': 1,
  'aws.cloudtrail.flattened.request_parameters.activate': 1,
  'aws.cloudtrail.flattened.request_parameters.attribute': 1,
  'aws.cloudtrail.flattened.request_parameters.enable': 1,
  'aws.cloudtrail.flattened.request_parameters.groupSet.items.groupId': 1,
  'aws.cloudtrail.flattened.request_parameters.includeDeprecated': 1,
  'aws.cloudtrail.flattened.request_parameters.instanceId': 1,
  'aws.cloudtrail.flattened.request_parameters.ipPermissions.items.fromPort': 1,
  'aws.cloudtrail.flattened.request_parameters.ipPermissions.items.ipRanges.items.cidrIp': 1,
  'aws.cloudtrail.flattened.request_parameters.key': 1,
  'aws.cloudtrail.flattened.request_parameters.omitted': 1,
  'aws.cloudtrail.flattened.request_parameters.protocol': 1,
  'aws.cloudtrail.flattened.request_parameters.reason': 1,
  'aws.cloudtrail.flattened.request_parameters.ruleAction': 1,
  'aws.cloudtrail.flattened.request_parameters.serialNumber': 1,
  'aws.cloudtrail.flattened.request_parameters.withDecryption': 1,
  'aws.cloudtrail.flattened.request_parameters.x-amz-acl': 1,
  'aws.cloudtrail.flattened.request_parameters.x-amz-server-side-encryption-customer-algorithm': 2,
  'aws.cloudtrail.flattened.response_elements.documentDescription.documentType': 1,
  'aws.cloudtrail.recipient_account_id': 1,
  'aws.cloudtrail.request_parameters': 42,
  'aws.cloudtrail.resources.account_id': 1,
  'aws.cloudtrail.resources.arn': 9,
  'aws.cloudtrail.resources.type': 1,
  'aws.cloudtrail.response_elements': 4,
  'aws.cloudtrail.session_credential_from_console': 6,
  'aws.cloudtrail.user_identity.access_key_id': 15,
  'aws.cloudtrail.user_identity.arn': 36,
  'aws.cloudtrail.user_identity.invoked_by': 9,
  'aws.cloudtrail.user_identity.session_context.session_issuer.arn': 5,
  'aws.cloudtrail.user_identity.type': 56,
  'cloud.account.id': 42,
  'cloud.region': 8,
  'data_stream.dataset': 167,
  'data_stream.namespace': 7,
  'entity.target.id': 2,
  'event.action': 180,
  'event.dataset': 10,
  'event.id': 1,
  'event.ingested': 2,
  'event.outcome': 176,
  'event.provider': 177,
  'related.entity': 1,
  'source.address': 17,
  'source.as.number': 2,
  'source.as.organization.name': 18,
  'source.geo': 1,
  'source.geo.city_name': 2,
  'source.geo.country_iso_code': 2,
  'source.geo.country_name': 1,
  'source.ip': 23,
  'tls.client.server_name': 4,
  'user.changes.name': 1,
  'user.id': 6,
  'user.name': 37,
  'user.target.name': 3,
  'user_agent.name': 2,
  'user_agent.original': 32,
};

export const DETECTION_RULES = {
  rules: 188,
  /** Rules whose fields are all filled. */
  filled: 167,
  /** Rules whose fields are all filled with databases of locations and autonomous systems. */
  filledWithLocations: 188,
} as const;

/** Fields that are filled only with a database of the user. */
const DATABASE_FIELDS = ['source.geo', 'source.as'];

/** Whether a field, an object of fields, or a path inside a flattened field is filled if the event has it. */
export function fills({ fields }: Pick<IndexMapping, 'fields'>, name: string): 'yes' | 'with a database' | 'no' {
  if (DATABASE_FIELDS.some((field) => `${name}.`.startsWith(`${field}.`))) return 'with a database';
  const found = fields.some(
    (field) => `${field.name}.`.startsWith(`${name}.`) || (field.type === 'flattened' && name.startsWith(`${field.name}.`)),
  );
  return found ? 'yes' : 'no';
}
