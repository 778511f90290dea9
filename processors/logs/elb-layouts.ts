import { EXTRA_COLUMNS } from './extra-fields.ts';
import type { LineBytes } from './line-format.ts';

const columns = (names: string): readonly string[] => [...names.split(' '), ...EXTRA_COLUMNS];

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html, with the names of application balancers. */
export const CLASSIC = columns(
  'time elb client:port target:port request_processing_time target_processing_time response_processing_time elb_status_code target_status_code received_bytes sent_bytes request user_agent ssl_cipher ssl_protocol',
);

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html */
export const APPLICATION = columns(
  'type time elb client:port target:port request_processing_time target_processing_time response_processing_time elb_status_code target_status_code received_bytes sent_bytes request user_agent ssl_cipher ssl_protocol target_group_arn trace_id domain_name chosen_cert_arn matched_rule_priority request_creation_time actions_executed redirect_url error_reason target:port_list target_status_code_list classification classification_reason conn_trace_id transformed_host transformed_uri request_transform_status',
);

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-connection-logs.html */
export const CONNECTION = columns(
  'time client_ip client_port listener ssl_protocol ssl_cipher tls_handshake_latency leaf_client_cert_subject leaf_client_cert_validity leaf_client_cert_serial_number tls_verify_status conn_trace_id',
);

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html */
export const NETWORK = columns(
  'type version time elb listener client:port target:port connection_time tls_handshake_time received_bytes sent_bytes incoming_tls_alert chosen_cert_arn chosen_cert_serial ssl_cipher ssl_protocol tls_named_group domain_name alpn_fe_protocol alpn_be_protocol alpn_client_preference_list tls_connection_creation_time',
);

const BLANK = 0x20;
const HYPHEN = 0x2d;
const PERIOD = 0x2e;
const COLON = 0x3a;
const YEAR_DIGITS = 4;

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** The layout of a line, by its first two fields. */
export function layoutOf({ bytes, start, end }: LineBytes): readonly string[] {
  let at = start;
  while (at < end && bytes[at] !== BLANK) at++;
  const second = at + 1;
  // A type is followed by the time, or by a version as `2.0`.
  if (!isDigit(bytes[start])) return bytes[second + YEAR_DIGITS] === HYPHEN ? APPLICATION : NETWORK;
  // A time is followed by an address, or by the name of a classic balancer, which has neither dots nor colons.
  for (at = second; at < end && bytes[at] !== BLANK; at++) if (bytes[at] === PERIOD || bytes[at] === COLON) return CONNECTION;
  return CLASSIC;
}

/**
 * Agents and requests with quotes inside: behind the agent come cipher and protocol, which tell where it ends. The subject of a certificate ends before its
 * validity.
 */
export const CLIENT_TEXTS =
  /^(?:(?:[^ "]+ ){11,12}"(.*? HTTP\/\d(?:\.\d)?|[^"]*)" "(.*)" [\w-]+ (?:(?:TLS|SSL)v?[\d.]+|-)(?:$| (?:arn:[^ "]+|-) ")|(?:[^ "]+ ){7}"(.*)" (?:NotBefore=[^ "]+|-) )/d;
