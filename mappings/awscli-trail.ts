import type { Field, IndexMapping } from '../core/field.ts';

/**
 * The fields of `awscli-trail-*`: Elastic Common Schema with the `aws.cloudtrail.*` names of Elastic's own AWS integration, so
 * that detection rules and dashboards written for it work here. `related.entity`, `cloud.provider` and the fallback of
 * `cloud.account.id` are ours in addition. `event.original` is there only where it was asked for, and has no column.
 */
const fields: readonly Field[] = [
  { name: '@timestamp', type: 'date', description: 'When the event happened (eventTime).' },
  { name: 'event.kind', type: 'keyword', description: 'Always `event`.' },
  { name: 'event.module', type: 'keyword', description: 'Always `aws`.' },
  { name: 'event.dataset', type: 'keyword', description: 'Always `aws.cloudtrail`; detection rules select by it.' },
  { name: 'event.id', type: 'keyword', description: 'eventID, given by AWS.' },
  { name: 'event.action', type: 'keyword', description: 'The API call, such as `RunInstances` (eventName).' },
  { name: 'event.provider', type: 'keyword', description: 'The service called, such as `ec2.amazonaws.com` (eventSource).' },
  {
    name: 'event.outcome',
    type: 'keyword',
    description: '`success`, or `failure` where the event names an error or a failed login.',
  },
  {
    name: 'event.category',
    type: 'keyword',
    array: true,
    description: 'ECS category, such as `iam`, for the actions that have one.',
  },
  { name: 'event.type', type: 'keyword', array: true, description: 'ECS type, such as `user` and `creation`; else `info`.' },
  {
    name: 'orgscope.origin',
    type: 'keyword',
    description: '`lookup-events` for what was looked up instead of read from a trail.',
  },
  { name: 'cloud.provider', type: 'keyword', description: 'Always `aws`.' },
  {
    name: 'cloud.account.id',
    type: 'keyword',
    description: "The caller's account; where the record names none, the account that the event was delivered to.",
  },
  { name: 'cloud.account.name', type: 'keyword', description: "That account's name, where it is known." },
  { name: 'cloud.region', type: 'keyword', description: 'Region that the request was made to (awsRegion).' },
  { name: 'user.id', type: 'keyword', description: "The caller's principal id." },
  { name: 'user.name', type: 'keyword', description: "The caller's user name, or the name of the role that it assumed." },
  { name: 'user.target.id', type: 'keyword', description: 'The user that was created.' },
  { name: 'user.target.name', type: 'keyword', description: 'The user that the call was about.' },
  { name: 'user.changes.name', type: 'keyword', description: 'The new name of the user that the call was about.' },
  { name: 'group.id', type: 'keyword', description: 'The group that was created.' },
  { name: 'group.name', type: 'keyword', description: 'The group that the call was about.' },
  { name: 'related.user', type: 'keyword', array: true, description: 'Every user named in the event.' },
  {
    name: 'related.entity',
    type: 'keyword',
    array: true,
    description: "Ids, ARNs and names of what the event touched; a resource's history is found by it.",
  },
  { name: 'source.address', type: 'keyword', description: 'Where the request came from: an address, or the AWS service.' },
  { name: 'source.ip', type: 'ip', description: 'Where the request came from, if that is an IP address.' },
  { name: 'user_agent.original', type: 'keyword', description: 'The agent that made the request.' },
  { name: 'tls.version', type: 'keyword', description: 'TLS version of the request.' },
  { name: 'tls.cipher', type: 'keyword', description: 'Cipher suite of the request.' },
  { name: 'tls.client.server_name', type: 'keyword', description: 'Host name that the client asked for.' },
  { name: 'aws.cloudtrail.event_version', type: 'keyword', description: "Version of the record's format." },
  { name: 'aws.cloudtrail.event_type', type: 'keyword', description: 'Such as `AwsApiCall`, `AwsConsoleSignIn`.' },
  {
    name: 'aws.cloudtrail.event_category',
    type: 'keyword',
    description: '`Management`, `Data`, `NetworkActivity` or `Insight`.',
  },
  { name: 'aws.cloudtrail.error_code', type: 'keyword', description: 'Error code of a failed call.' },
  { name: 'aws.cloudtrail.error_message', type: 'keyword', description: 'Error message of a failed call.' },
  { name: 'aws.cloudtrail.read_only', type: 'boolean', description: 'True where the call changes nothing.' },
  { name: 'aws.cloudtrail.management_event', type: 'boolean', description: 'True for management events.' },
  { name: 'aws.cloudtrail.request_id', type: 'keyword', description: 'Request id, given by the service.' },
  { name: 'aws.cloudtrail.recipient_account_id', type: 'keyword', description: 'Account that the event was delivered to.' },
  {
    name: 'aws.cloudtrail.shared_event_id',
    type: 'keyword',
    description: 'The same for the copies of one event in several accounts.',
  },
  { name: 'aws.cloudtrail.vpc_endpoint_id', type: 'keyword', description: 'VPC endpoint that the request came through.' },
  { name: 'aws.cloudtrail.api_version', type: 'keyword', description: 'API version of the call.' },
  {
    name: 'aws.cloudtrail.user_identity.type',
    type: 'keyword',
    description: 'Kind of caller, such as `IAMUser`, `AssumedRole`, `Root`.',
  },
  { name: 'aws.cloudtrail.user_identity.arn', type: 'keyword', description: "The caller's ARN." },
  { name: 'aws.cloudtrail.user_identity.access_key_id', type: 'keyword', description: 'Access key that signed the request.' },
  {
    name: 'aws.cloudtrail.user_identity.invoked_by',
    type: 'keyword',
    description: 'AWS service that called on behalf of the caller.',
  },
  {
    name: 'aws.cloudtrail.user_identity.session_context.mfa_authenticated',
    type: 'keyword',
    description: '`true` where the session was opened with MFA.',
  },
  {
    name: 'aws.cloudtrail.user_identity.session_context.creation_date',
    type: 'date',
    description: 'When the temporary credentials were issued.',
  },
  {
    name: 'aws.cloudtrail.user_identity.session_context.session_issuer.type',
    type: 'keyword',
    description: 'What issued the temporary credentials, such as `Role`.',
  },
  {
    name: 'aws.cloudtrail.user_identity.session_context.session_issuer.arn',
    type: 'keyword',
    description: 'ARN of the role or user that issued them.',
  },
  {
    name: 'aws.cloudtrail.user_identity.session_context.session_issuer.principal_id',
    type: 'keyword',
    description: 'Principal id of the issuer.',
  },
  {
    name: 'aws.cloudtrail.user_identity.session_context.session_issuer.account_id',
    type: 'keyword',
    description: 'Account of the issuer.',
  },
  {
    name: 'aws.cloudtrail.console_login.additional_eventdata.mfa_used',
    type: 'boolean',
    description: 'True where a console login used MFA.',
  },
  {
    name: 'aws.cloudtrail.console_login.additional_eventdata.mobile_version',
    type: 'boolean',
    description: 'True where the mobile page was used.',
  },
  {
    name: 'aws.cloudtrail.console_login.additional_eventdata.login_to',
    type: 'keyword',
    description: 'The console page that the login led to.',
  },
  {
    name: 'aws.cloudtrail.flattened.request_parameters',
    type: 'flattened',
    description: 'What was asked for, without empty values.',
  },
  { name: 'aws.cloudtrail.flattened.response_elements', type: 'flattened', description: 'What a changing call answered.' },
  { name: 'aws.cloudtrail.flattened.additional_eventdata', type: 'flattened', description: 'What the service added.' },
  {
    name: 'aws.cloudtrail.flattened.service_event_details',
    type: 'flattened',
    description: 'What triggered a service event, and its result.',
  },
  { name: 'aws.cloudtrail.flattened.resources', type: 'flattened', description: 'The resources that the record lists.' },
  { name: 'aws.cloudtrail.flattened.user_identity', type: 'flattened', description: 'What else the record says of the caller.' },
  {
    name: 'aws.cloudtrail.flattened.other',
    type: 'flattened',
    description: 'What the record holds under keys that have no field.',
  },
  { name: 'aws.cloudtrail.flattened.insight_details', type: 'flattened', description: 'What an Insight event found unusual.' },
];

/** One CloudTrail event, in the index of the day on which it happened. */
export const awscliTrail: IndexMapping = {
  view: 'awscli-trail',
  pattern: 'awscli-trail-*',
  excludes: [],
  partition: 'day',
  timeField: '@timestamp',
  description: 'One CloudTrail event.',
  fields,
};
