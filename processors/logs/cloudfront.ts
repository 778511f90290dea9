import { isIP, isIPv6 } from 'node:net';
import { byteCache } from '../byte-cache.ts';
import type { LineReader } from '../read-lines.ts';
import {
  binaryOf,
  constantPart,
  decode,
  keptPart,
  memory,
  NOTHING,
  type Part,
  scratchPart,
  scratchRoom,
  splitRequest,
} from '../record-memory.ts';
import { CLOUDFRONT_COLUMNS, cloudfrontFields, cloudfrontLeaves } from './cloudfront-fields.ts';
import { declareDataset, type LogKey } from './declare-dataset.ts';
import { EXTRA_COLUMNS, FURTHER_EXTRAS, furtherExtras } from './extra-fields.ts';
import { setOutcome } from './http-outcome.ts';
import { type DeriveSlots, lineFormat } from './line-format.ts';
import { endOf, fieldCount, isIpv4, isPresent, setPart, setRange, setSame, startOf, textOf } from './line-slots.ts';
import { REQUEST_SLOTS } from './request-slots.ts';
import { setTlsVersion, TLS_SLOTS } from './tls-version.ts';
import { unknownFields } from './unknown-fields.ts';
import { AGENT_SLOTS, setUserAgent } from './user-agent-slots.ts';

/** The fields of the oldest files. */
const LEAST_FIELDS = 12;

const IPV4 = constantPart('"ipv4"');
const IPV6 = constantPart('"ipv6"');
const SCHEME_END = constantPart('://');
const QUESTION = constantPart('?');

const KNOWN_COLUMNS: ReadonlySet<string> = new Set([...CLOUDFRONT_COLUMNS, ...EXTRA_COLUMNS]);

const instantOf = (date: string, time: string): string => {
  const instant = `${date}T${time}`;
  return Number.isNaN(Date.parse(`${instant}Z`)) || instant.length !== 19 ? '' : instant;
};
/** Date and time with one byte between them. */
const instants = byteCache((from, to) => {
  const text = binaryOf(from, to);
  return keptPart(instantOf(text.slice(0, 10), text.slice(11)));
});
/** 000 is the status of a request whose client closed the connection; JSON has no number with a zero before it. */
const statuses = byteCache((from, to) => {
  const text = binaryOf(from, to);
  return /^\d{1,3}$/.test(text) ? keptPart(String(Number(text))) : NOTHING;
});
/** Seconds in nanoseconds. */
const durations = byteCache((from, to) => {
  const text = binaryOf(from, to);
  return /^\d{1,6}(?:\.\d{1,9})?$/.test(text) ? keptPart(String(Math.round(Number(text) * 1e9))) : NOTHING;
});
/** What follows the slash of `HTTP/2.0`. */
const versions = byteCache((from, to) => keptPart(/^HTTPS?\/([\d.]+)$/.exec(binaryOf(from, to))?.[1] ?? ''));

/** The valid addresses of `203.0.113.7,%20[2001:db8::1]`, each once. */
function forwardedAddresses(text: string): readonly string[] {
  const addresses = text
    .replaceAll(/%20|\+/g, ' ')
    .split(',')
    .map((item) => item.trim().replace(/^\[(.*)\]$/, '$1'));
  return [...new Set(addresses.filter((address) => isIP(address) !== 0 && !address.includes('%')))];
}

/** Puts bytes one after the other for the current document. */
function joined(ranges: readonly (readonly [from: number, to: number])[]): readonly [from: number, to: number] {
  const length = ranges.reduce((sum, [from, to]) => sum + to - from, 0);
  const start = scratchRoom(length);
  let at = start;
  for (const [from, to] of ranges) {
    memory.copyWithin(at, from, to);
    at += to - from;
  }
  return [start, at];
}

const rangeOf = (slot: number): readonly [number, number] => [startOf(slot), endOf(slot)];
const rangeOfPart = ({ at, length }: Part): readonly [number, number] => [at, at + length];

/** Puts the URL of a line together. */
function urlOf(slot: (name: string) => number): () => readonly [from: number, to: number] {
  const [scheme, host, stem, query] = [slot('cs-protocol'), slot('x-host-header'), slot('cs-uri-stem'), slot('cs-uri-query')];
  return () =>
    joined([
      ...(isPresent(scheme) && isPresent(host) ? [rangeOf(scheme), rangeOfPart(SCHEME_END), rangeOf(host)] : []),
      ...(isPresent(stem) ? [rangeOf(stem)] : []),
      ...(isPresent(query) ? [rangeOfPart(QUESTION), rangeOf(query)] : []),
    ]);
}

/** The address of the client, and those that it was forwarded for. */
function clientSlots(slot: (name: string) => number): () => void {
  const [client, relatedClient, networkType] = [slot('c-ip'), slot('relatedClient'), slot('networkType')];
  const [forwardedFor, forwarded] = [slot('x-forwarded-for'), slot('forwarded')];
  return () => {
    const addresses = isPresent(forwardedFor) ? forwardedAddresses(textOf(forwardedFor)) : [];
    setPart(forwarded, scratchPart(addresses.map((address) => `"${address}"`).join(',')));
    if (!isPresent(client)) return;
    if (isIpv4(client)) setPart(networkType, IPV4);
    else if (isIPv6(textOf(client))) setPart(networkType, IPV6);
    if (addresses.length === 0 || !addresses.includes(textOf(client))) setSame(relatedClient, client);
  };
}

function prepare(slot: (name: string) => number, columns: readonly string[]): DeriveSlots {
  const [timestamp, date, time] = [slot('@timestamp'), slot('date'), slot('time')];
  const [scStatus, status, outcome] = [slot('sc-status'), slot('status'), slot('outcome')];
  const [timeTaken, duration] = [slot('time-taken'), slot('duration')];
  const [encodedAgent, agent, agentName] = [slot('cs(User-Agent)'), slot('agent'), slot(AGENT_SLOTS[0])];
  const [protocol, version] = [slot('ssl-protocol'), slot(TLS_SLOTS[0])];
  const [csMethod, method, url] = [slot('cs-method'), slot('method'), slot('url')];
  const [protocolVersion, httpVersion] = [slot('cs-protocol-version'), slot('httpVersion')];
  const [other, extras] = [slot('other'), slot(FURTHER_EXTRAS)];
  const [setClient, joinUrl, unknown] = [clientSlots(slot), urlOf(slot), unknownFields(columns, KNOWN_COLUMNS)];

  return () => {
    if (fieldCount() < Math.min(LEAST_FIELDS, columns.length - EXTRA_COLUMNS.length)) {
      return `has ${fieldCount()} fields, and lines of its kind have ${LEAST_FIELDS} or more`;
    }
    if (!isPresent(date) || !isPresent(time)) return 'has no fields date and time';
    if (startOf(time) === endOf(date) + 1) setPart(timestamp, instants(startOf(date), endOf(time)));
    else setPart(timestamp, scratchPart(instantOf(textOf(date), textOf(time))));
    if (!isPresent(timestamp)) return 'has fields date and time that are no time';
    if (isPresent(scStatus)) {
      setPart(status, statuses(startOf(scStatus), endOf(scStatus)));
      if (!isPresent(status)) return 'has a field sc-status that is no status';
      setOutcome(scStatus, outcome);
    }
    if (isPresent(timeTaken)) setPart(duration, durations(startOf(timeTaken), endOf(timeTaken)));
    if (isPresent(encodedAgent)) decode(startOf(encodedAgent), endOf(encodedAgent), agent, 1);
    setUserAgent(agent, agentName);
    setTlsVersion(protocol, version);
    setRange(url, ...joinUrl());
    if (isPresent(url)) splitRequest(url, method);
    if (isPresent(csMethod)) setSame(method, csMethod);
    if (isPresent(protocolVersion)) setPart(httpVersion, versions(startOf(protocolVersion), endOf(protocolVersion)));
    setClient();
    setPart(other, unknown());
    if (fieldCount() > columns.length) setPart(extras, furtherExtras(columns.length));
    return undefined;
  };
}

const HASH = 0x23;
const FIELDS = '#Fields:';

/** `#Fields:` names the fields; other lines that begin with `#` are comments. */
function header({ bytes, start, end }: LineReader): readonly string[] | undefined {
  if (bytes[start] !== HASH) return undefined;
  const text = bytes.toString('latin1', start, end);
  if (!text.startsWith(FIELDS)) return [];
  return [...text.slice(FIELDS.length).trim().split(/\s+/), ...EXTRA_COLUMNS];
}

const lines = lineFormat({
  name: 'cloudfront',
  dataset: 'aws.cloudfront_logs',
  separator: 'tab or blank',
  leaves: cloudfrontLeaves,
  derived: [
    ...['outcome', 'duration', 'status', 'networkType', 'forwarded', 'relatedClient', 'other', 'agent'],
    ...[...REQUEST_SLOTS, ...TLS_SLOTS, ...AGENT_SLOTS, FURTHER_EXTRAS],
  ],
  prepare,
  header,
});

const FILE = /(?:^|\/)[A-Z0-9]{8,}\.\d{4}-\d\d-\d\d-\d\d\.[0-9A-Za-z]{8,16}\.gz$/;
const BEGINNING =
  /^(?:#Version: 1\.0$|#Fields:.* x-edge-location\b|\d{4}-\d\d-\d\d[\t ]\d\d:\d\d:\d\d[\t ][A-Z]{3}\d+(?:-[A-Z]\d+)?[\t ])/;
const DEFAULT_COLUMNS: readonly string[] = [...CLOUDFRONT_COLUMNS, ...EXTRA_COLUMNS];

/** Standard logs of CloudFront distributions. */
export const cloudfront = declareDataset({
  name: 'cloudfront',
  dataset: 'aws.cloudfront_logs',
  summary: 'CloudFront access logs',
  page: 'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html',
  layout: 'prefix/distribution.year-month-day-hour.id.gz',
  recognizeKey: (name): LogKey | undefined => (FILE.test(name) ? {} : undefined),
  recognizeLine: (line) => BEGINNING.test(line),
  fields: cloudfrontFields,
  open: (object) => lines.open(object, DEFAULT_COLUMNS),
});
