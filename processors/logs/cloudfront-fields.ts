import type { Field } from '../../core/field.ts';
import { extraField, extraLeaves } from './extra-fields.ts';
import type { Leaf, LeafForm } from './line-plan.ts';
import { requestLeaves } from './request-slots.ts';
import { tlsLeaves } from './tls-version.ts';
import { agentLeaves } from './user-agent-slots.ts';

interface OwnField {
  readonly column: string;
  readonly name: string;
  readonly type?: Field['type'];
  readonly form?: LeafForm;
  readonly description: string;
}

/** Fields that only CloudFront has. */
const OWN: readonly OwnField[] = [
  { column: 'x-edge-location', name: 'edge_location', description: 'Edge location that answered, such as `DUB2-C1`.' },
  { column: 'cs(Host)', name: 'domain', description: 'Domain name of the distribution.' },
  { column: 'cs(Cookie)', name: 'cookies', description: 'Cookies of the request, where they are logged.' },
  {
    column: 'x-edge-result-type',
    name: 'edge_result_type',
    description: 'How the request ended, such as `Hit`, `Miss` or `Error`.',
  },
  {
    column: 'x-edge-response-result-type',
    name: 'edge_response_result_type',
    description: 'The same before the answer was sent.',
  },
  {
    column: 'x-edge-detailed-result-type',
    name: 'edge_detailed_result_type',
    description: 'The same with the kind of the error.',
  },
  {
    column: 'time-to-first-byte',
    name: 'time_to_first_byte',
    type: 'double',
    form: 'number',
    description: 'Seconds until the first byte of the answer.',
  },
  { column: 'sc-content-type', name: 'content_type', description: 'Content type of the answer.' },
  { column: 'fle-status', name: 'fle_status', description: 'Whether fields of the request were encrypted, or why not.' },
  { column: 'fle-encrypted-fields', name: 'fle_encrypted_fields', description: 'How many fields were encrypted.' },
  {
    column: 'sc-range-start',
    name: 'range_start',
    type: 'long',
    form: 'number',
    description: 'First byte of the answered range.',
  },
  { column: 'sc-range-end', name: 'range_end', type: 'long', form: 'number', description: 'Last byte of the answered range.' },
];

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html */
export const CLOUDFRONT_COLUMNS: readonly string[] =
  'date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end'.split(
    ' ',
  );

export const cloudfrontFields: readonly Field[] = [
  ...OWN.map(({ name, type = 'keyword', description }): Field => ({ name: `aws.cloudfront.${name}`, type, description })),
  { name: 'aws.cloudfront.other', type: 'flattened', description: 'Fields that AWS added later, by their names in the header.' },
  extraField('aws.cloudfront.extra'),
];

/** The document of a request to a distribution. The whole URL is put together of several fields of the line. */
export const cloudfrontLeaves: readonly Leaf[] = [
  { field: 'event.category', constant: ['web'] },
  { field: 'event.type', constant: ['access'] },
  { field: 'event.id', slot: 'x-edge-request-id', form: 'text' },
  { field: 'event.outcome', slot: 'outcome', form: 'json' },
  { field: 'event.duration', slot: 'duration', form: 'json' },
  ...OWN.map(({ column, name, form = 'text' }): Leaf => ({ field: `aws.cloudfront.${name}`, slot: column, form })),
  { field: 'aws.cloudfront.other', slot: 'other', form: 'json' },
  ...extraLeaves('aws.cloudfront.extra'),
  { field: 'source.address', slot: 'c-ip', form: 'text' },
  { field: 'source.ip', slot: 'c-ip', form: 'validIp' },
  { field: 'source.port', slot: 'c-port', form: 'number' },
  { field: 'destination.address', slot: 'x-host-header', form: 'text' },
  { field: 'destination.domain', slot: 'x-host-header', form: 'text' },
  { field: 'network.protocol', slot: 'cs-protocol', form: 'text' },
  { field: 'network.type', slot: 'networkType', form: 'json' },
  { field: 'network.forwarded_ip', slot: 'forwarded', form: 'json', list: {} },
  { field: 'http.request.id', slot: 'x-edge-request-id', form: 'text' },
  { field: 'http.request.bytes', slot: 'cs-bytes', form: 'number' },
  { field: 'http.request.referrer', slot: 'cs(Referer)', form: 'text' },
  { field: 'http.response.status_code', slot: 'status', form: 'json' },
  { field: 'http.response.bytes', slot: 'sc-bytes', form: 'number' },
  { field: 'http.response.body.bytes', slot: 'sc-content-len', form: 'number' },
  ...requestLeaves.map((leaf) => (leaf.field === 'url.original' ? { ...leaf, field: 'url.full' } : leaf)),
  ...agentLeaves('agent'),
  ...tlsLeaves('ssl-cipher'),
  { field: 'related.ip', slot: 'forwarded', form: 'json', list: {} },
  { field: 'related.ip', slot: 'relatedClient', form: 'validIp', list: {} },
  { field: 'related.hosts', slot: 'x-host-header', form: 'text', list: {} },
  { field: 'related.hosts', slot: 'cs(Host)', form: 'text', list: { unlike: 'x-host-header' } },
];
