import { byteCache } from '../byte-cache.ts';
import { binaryOf, keptPart, NOTHING, type Part, splitRequest } from '../record-memory.ts';
import { declareDataset, type LogKey } from './declare-dataset.ts';
import { FURTHER_EXTRAS, furtherExtras } from './extra-fields.ts';
import { FAILURE, SUCCESS, setOutcome } from './http-outcome.ts';
import { inventoryName } from './inventory-name.ts';
import { type DeriveSlots, lineFormat } from './line-format.ts';
import { endOf, fieldCount, isPresent, setPart, startOf } from './line-slots.ts';
import { REQUEST_SLOTS } from './request-slots.ts';
import { S3ACCESS_COLUMNS, s3accessFields, s3accessLeaves } from './s3access-fields.ts';
import { setTlsVersion, TLS_SLOTS } from './tls-version.ts';
import { AGENT_SLOTS, setUserAgent } from './user-agent-slots.ts';

/** The fields that each line has: AWS added those behind them over time. */
const LEAST_FIELDS = 18;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const TIME = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)$/;

interface Moment {
  readonly instant: Part;
  /** 1 is Monday. */
  readonly weekday: Part;
  readonly hour: Part;
}

/** `06/Feb/2019:00:00:38 +0000` as an instant, and where in the week it lies in UTC; nothing for what is no time. */
const moments = byteCache((from, to): Moment => {
  const [, day, monthName = '', year, time, hours, minutes] = TIME.exec(binaryOf(from, to)) ?? [];
  const month = String(MONTHS.indexOf(monthName) + 1).padStart(2, '0');
  const ms = Date.parse(`${year}-${month}-${day}T${time}${hours}:${minutes}`);
  if (Number.isNaN(ms)) return { instant: NOTHING, weekday: NOTHING, hour: NOTHING };
  const moment = new Date(ms);
  return {
    instant: keptPart(moment.toISOString().slice(0, -1)),
    weekday: keptPart(String(moment.getUTCDay() || 7)),
    hour: keptPart(String(moment.getUTCHours())),
  };
});

/** Milliseconds in nanoseconds. */
const durations = byteCache((from, to) => {
  const text = binaryOf(from, to);
  return /^\d{1,12}$/.test(text) ? keptPart(text === '0' ? text : `${text}000000`) : NOTHING;
});

/** The region in `bucket.s3.eu-west-1.amazonaws.com`, `s3-eu-west-1.amazonaws.com` or `bucket.s3.dualstack.eu-west-1.amazonaws.com`. */
const regions = byteCache((from, to) => {
  const [, region = ''] =
    /(?:^|\.)s3[\w-]*?[.-](?:dualstack\.)?([a-z]{2,5}(?:-[a-z]+)+-\d{1,2})\./.exec(binaryOf(from, to)) ?? [];
  return keptPart(region);
});

const nameUser = inventoryName((names, id) => names.ofRequester(id)?.name);

function prepare(slot: (name: string) => number, columns: readonly string[]): DeriveSlots {
  const [timestamp, time, weekday, hour] = [slot('@timestamp'), slot('time'), slot('weekday'), slot('hour')];
  const [status, errorCode, outcome] = [slot('http_status'), slot('error_code'), slot('outcome')];
  const [totalTime, duration] = [slot('total_time'), slot('duration')];
  const [request, method] = [slot('request_uri'), slot(REQUEST_SLOTS[0])];
  const [agent, agentName] = [slot('user_agent'), slot(AGENT_SLOTS[0])];
  const [tlsVersion, version] = [slot('tls_version'), slot(TLS_SLOTS[0])];
  const [host, region] = [slot('host_header'), slot('region')];
  const [requester, userName, extras] = [slot('requester'), slot('userName'), slot(FURTHER_EXTRAS)];

  return (object) => {
    if (fieldCount() < LEAST_FIELDS) return `has ${fieldCount()} fields, and lines of its kind have ${LEAST_FIELDS} or more`;
    const moment = moments(startOf(time), endOf(time));
    setPart(timestamp, moment.instant);
    if (!isPresent(timestamp)) return 'has a field time that is no time';
    setPart(weekday, moment.weekday);
    setPart(hour, moment.hour);
    if (isPresent(errorCode)) setPart(outcome, FAILURE);
    else if (isPresent(status)) setOutcome(status, outcome);
    else setPart(outcome, SUCCESS);
    if (isPresent(totalTime)) setPart(duration, durations(startOf(totalTime), endOf(totalTime)));
    if (isPresent(request)) splitRequest(request, method);
    setUserAgent(agent, agentName);
    setTlsVersion(tlsVersion, version);
    if (isPresent(host)) setPart(region, regions(startOf(host), endOf(host)));
    nameUser(object.names, requester, userName);
    if (fieldCount() > columns.length) setPart(extras, furtherExtras(columns.length));
    return undefined;
  };
}

const lines = lineFormat({
  name: 's3access',
  dataset: 'aws.s3access',
  separator: ' ',
  brackets: true,
  quotes: {
    fieldsOf: () => ['time', 'request_uri', 'referrer', 'user_agent'],
    // Behind the agent come the version of the object, the id of the host and the version of the signature, which tell where it ends.
    repair:
      /^[^ ]+ [^ ]+ \[[^\]]*\] (?:[^ ]+ ){5}(?:"(.*? HTTP\/\d(?:\.\d)?|[^"]*)"|-) (?:\d{3}|-) (?:[^ "]+ ){5}(?:"(.*?)"|-) (?:"(.*)"|-) [^ "]+ [^ "]+ (?:SigV\d\w*|-)(?: |$)/d,
  },
  leaves: s3accessLeaves,
  derived: ['outcome', 'duration', 'weekday', 'hour', 'userName', ...REQUEST_SLOTS, ...TLS_SLOTS, ...AGENT_SLOTS, FURTHER_EXTRAS],
  prepare,
});

const FILE = /\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d-[0-9A-F]{16}$/;
const PARTITIONED =
  /(\d{12})\/([a-z]{2,5}(?:-[a-z]+)+-\d{1,2})\/[^/]+\/\d{4}\/\d\d\/\d\d\/\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d-[0-9A-F]{16}$/;
const BEGINNING = /^[0-9a-f]{64} [a-z0-9][\w.-]* \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] /;

/** Access logs of S3 buckets. */
export const s3access = declareDataset({
  name: 's3access',
  dataset: 'aws.s3access',
  summary: 'S3 access logs',
  page: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html',
  layout: 'prefix/account/region/bucket/year/month/day, or prefix',
  recognizeKey(name): LogKey | undefined {
    if (!FILE.test(name)) return undefined;
    const [, account, region] = PARTITIONED.exec(name) ?? [];
    return { account, region };
  },
  recognizeLine: (line) => BEGINNING.test(line),
  fields: s3accessFields,
  open: (object) => lines.open(object, S3ACCESS_COLUMNS),
});
