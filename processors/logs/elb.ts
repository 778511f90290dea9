import { parseAwsLogsKey } from '../parse-aws-logs-key.ts';
import { isInstant, memory } from '../record-memory.ts';
import { declareDataset } from './declare-dataset.ts';
import { elbFields, elbLeaves } from './elb-fields.ts';
import { APPLICATION, CLASSIC, CLIENT_TEXTS, CONNECTION, layoutOf, NETWORK } from './elb-layouts.ts';
import { connectionSlots, ELB_SLOTS, requestSlots, transferSlots } from './elb-slots.ts';
import { FURTHER_EXTRAS, furtherExtras } from './extra-fields.ts';
import { type DeriveSlots, lineFormat } from './line-format.ts';
import { endOf, fieldCount, isPresent, setAbsent, setPart, setSame, startOf } from './line-slots.ts';
import { REQUEST_SLOTS } from './request-slots.ts';
import { setTlsVersion, TLS_SLOTS } from './tls-version.ts';
import { AGENT_SLOTS } from './user-agent-slots.ts';

const MINUS = 0x2d;

/** The fields that each line of a layout has: AWS added those behind them over time. */
const LEAST_FIELDS = new Map([
  [CLASSIC, 12],
  [APPLICATION, 13],
  [NETWORK, 12],
  [CONNECTION, 11],
]);

/** Numbers of which -1 says that there are none. */
const COUNTED = [
  'request_processing_time',
  'target_processing_time',
  'response_processing_time',
  'matched_rule_priority',
  'connection_time',
  'tls_handshake_time',
  'tls_handshake_latency',
];

function prepare(slot: (name: string) => number, columns: readonly string[]): DeriveSlots {
  const least = LEAST_FIELDS.get(columns) as number;
  const [timestamp, time] = [slot('@timestamp'), slot('time')];
  const others = ['request_creation_time', 'tls_connection_creation_time']
    .map((name) => ({ name, number: slot(name) }))
    .filter(({ number }) => number >= 0);
  const counted = COUNTED.map(slot).filter((number) => number >= 0);
  const [protocol, version, extras] = [slot('ssl_protocol'), slot(TLS_SLOTS[0]), slot(FURTHER_EXTRAS)];
  const derive = deriveLayout(slot, columns);

  return (object) => {
    if (fieldCount() < least) return `has ${fieldCount()} fields, and lines of its kind have ${least} or more`;
    if (!isInstant(startOf(time), endOf(time))) return 'has a field time that is no time';
    for (const { name, number } of others) {
      if (isPresent(number) && !isInstant(startOf(number), endOf(number))) return `has a field ${name} that is no time`;
    }
    setSame(timestamp, time);
    for (const number of counted) if (isPresent(number) && memory[startOf(number)] === MINUS) setAbsent(number);
    setTlsVersion(protocol, version);
    if (fieldCount() > columns.length) setPart(extras, furtherExtras(columns.length));
    return derive(object);
  };
}

function deriveLayout(slot: (name: string) => number, columns: readonly string[]): DeriveSlots {
  if (columns === NETWORK) return transferSlots(slot);
  if (columns === CONNECTION) return connectionSlots(slot);
  return requestSlots(slot, columns === APPLICATION);
}

const QUOTED = [
  ...['request', 'user_agent', 'trace_id', 'domain_name', 'chosen_cert_arn', 'actions_executed', 'redirect_url', 'error_reason'],
  ...['target:port_list', 'target_status_code_list', 'classification', 'classification_reason', 'leaf_client_cert_subject'],
];

const lines = lineFormat({
  name: 'elb',
  dataset: 'aws.elb_logs',
  separator: ' ',
  quotes: {
    // No client writes a text into the lines of network balancers.
    fieldsOf: (columns) => (columns === NETWORK ? [] : QUOTED),
    repair: CLIENT_TEXTS,
  },
  leaves: elbLeaves,
  derived: [...ELB_SLOTS, ...REQUEST_SLOTS, ...TLS_SLOTS, ...AGENT_SLOTS, FURTHER_EXTRAS],
  prepare,
  layout: layoutOf,
});

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?`;
/** The beginnings of the lines of each layout. */
const BEGINNINGS = [
  String.raw`[a-z]\w* ${TIME} app/\S+ \S+:\d+ (?:\S+:\d+|-) `,
  String.raw`tls \d\.\d ${TIME} net/\S+ \S+ \S+:\d+ `,
  String.raw`${TIME} [A-Za-z0-9-]+ \S+:\d+ (?:\S+:\d+|-) (?:-?[\d.]+ ){3}(?:\d{3}|-) (?:\d{3}|-) \d+ \d+ "`,
  String.raw`${TIME} [\da-fA-F.:]+ \d+ \d+ (?:TLS\S+|-) \S+ `,
].map((pattern) => new RegExp(`^${pattern}`));

/** Access logs of classic, application and network load balancers, and connection logs of application ones. */
export const elb = declareDataset({
  name: 'elb',
  dataset: 'aws.elb_logs',
  summary: 'load balancer logs',
  page: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html',
  layout: 'AWSLogs/account/elasticloadbalancing/region/year/month/day',
  recognizeKey(name) {
    const nested = parseAwsLogsKey(name);
    // Results of health checks lie in the same folder, and have a format of their own.
    return nested?.service === 'elasticloadbalancing' && !/\/health_check_log[^/]*$/.test(name) ? nested : undefined;
  },
  recognizeLine: (line) => BEGINNINGS.some((beginning) => beginning.test(line)),
  fields: elbFields,
  open: (object) => lines.open(object, undefined),
});
