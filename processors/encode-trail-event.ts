import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { AddressPlace } from '../core/address-place.ts';
import { dailyIndex, documentId } from '../core/document.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { deadLetter, ok, type Result } from '../core/result.ts';
import { dropEmpty, pairSurrogates } from './drop-empty.ts';
import { parseUserAgent } from './parse-user-agent.ts';
import { type AggregatedEvent, readAggregatedEvent } from './read-aggregated-event.ts';
import {
  BLANK,
  EMPTY,
  keyNumber,
  RECORD_KEYS,
  type RecordKey,
  type RecordScan,
  SURROGATE,
  TARGET_GROUP,
  TARGET_NEW_USER,
  TARGET_USER,
} from './scan-record.ts';
import { TRAIL_ACTIONS } from './trail-actions.ts';

/**
 * Encodes a CloudTrail record as an ECS document with the fields of Elastic's AWS integration (docs/decisions/0005-trail-documents.md), by
 * splicing the record's own bytes into place. Only small parts whose content matters are parsed: the caller and TLS parts, which
 * repeat from event to event and are therefore cached, and the responses of a few actions.
 *
 * Everything here is a *binary string*, one character per byte of UTF-8: V8 slices and joins those without copying, and they are
 * written out as bytes unchanged. Only text that is parsed goes through real decoding (`parse`, `quote`).
 */
export interface EncodedEvent {
  readonly index: string;
  readonly id: string;
  /** Binary string. */
  readonly body: string;
}

export interface EncodeTrailOptions {
  /** The account in the object's key, for records that name no recipient. */
  readonly account?: string | undefined;
  /** Names of accounts by id. */
  readonly accountName?: ((id: string) => string | undefined) | undefined;
  /** When the events are read, as ISO 8601, for `event.ingested`. */
  readonly ingested?: string | undefined;
  /** The location and the network of an IP address, if known. */
  readonly place?: ((ip: string) => AddressPlace | undefined) | undefined;
  /** Also keeps each record as text in `event.original`, which doubles the documents; as with Elastic, off unless asked for. */
  readonly preserveOriginal?: boolean | undefined;
}

type Encoder = (bytes: Buffer, scan: RecordScan, options: EncodeTrailOptions) => Result<EncodedEvent>;

const KEY = Object.fromEntries(RECORD_KEYS.map((key) => [key, keyNumber(key)])) as Record<RecordKey, number>;

/** The size of the caches: enough for all sessions of an hour, and small compared to the budget of documents. */
const MEMORY_ENTRIES = 4096;

interface Caller {
  /** `,"id":"…"` of the field `user`, or empty. */
  readonly userId: string;
  /** Quoted, or empty. */
  readonly userName: string;
  /** `,"email":"…"` of the field `user`, or empty. */
  readonly email: string;
  /** `,"user_identity":{…}`, or empty. */
  readonly identity: string;
  /** The members without a field, or empty. */
  readonly other: string;
  readonly account: string;
  /** Quoted, or empty. */
  readonly related: string;
}

const NOBODY: Caller = { userId: '', userName: '', email: '', identity: '', other: '', account: '', related: '' };

interface Address {
  /** `,"source":{…}`. */
  readonly source: string;
  /** Quoted, or empty. */
  readonly ip: string;
}

const NOWHERE: Address = { source: '', ip: '' };

export function createTrailEncoder(): Encoder {
  const callers = new Map<string, Caller>();
  const tls = new Map<string, string>();
  const sources = new Map<string, Address>();
  const agents = new Map<string, string>();
  const services = new Map<string, string>();
  let place: EncodeTrailOptions['place'];
  let day = '';
  let dayIndex = '';
  // The current record, in variables: closures per event would be slower.
  let bytes: Buffer;
  let scan: RecordScan;
  let start = 0;
  let record = '';

  const slice = (key: number): string => record.slice((scan.starts[key] as number) - start, (scan.ends[key] as number) - start);

  /** A text with its quotes; empty if it is absent, empty or no text. */
  function text(key: number): string {
    const from = scan.starts[key] as number;
    if (from < 0 || bytes[from] !== 0x22 || (scan.ends[key] as number) - from < 3) return '';
    return ((scan.flags[key] as number) & SURROGATE) === 0 ? slice(key) : pairSurrogates(slice(key));
  }

  /** An object or list as it is; empty if it is absent or something else. */
  function rawTree(key: number): string {
    const from = scan.starts[key] as number;
    if (from < 0 || (bytes[from] !== 0x7b && bytes[from] !== 0x5b)) return '';
    return slice(key);
  }

  /** An object or list without its empty values; empty if nothing is left. */
  function tree(key: number): string {
    const raw = rawTree(key);
    return raw === '' || ((scan.flags[key] as number) & REWRITE) === 0 ? raw : dropEmpty(raw);
  }

  function boolean(key: number): string {
    const first = (scan.starts[key] as number) < 0 ? 0 : bytes[scan.starts[key] as number];
    return first === 0x74 ? 'true' : first === 0x66 ? 'false' : '';
  }

  function target(which: number): string {
    const from = scan.targetStarts[which] as number;
    return from < 0 ? '' : record.slice(from - start, (scan.targetEnds[which] as number) - start);
  }

  /** The address, and the IP where it is one: services call from a name such as `ec2.amazonaws.com`. */
  function readSource(quoted: string): Address {
    const address = quoted.slice(1, -1);
    // A zone (`fe80::1%eth0`) is an address to Node and none to a store.
    if (isIP(address) === 0 || address.includes('%')) return { source: `,"source":{"address":${quoted}}`, ip: '' };
    const { geo, as } = place?.(address) ?? {};
    const known = pair(',"geo":', printed(geo)) + pair(',"as":', printed(as));
    return { source: `,"source":{"address":${quoted},"ip":${quoted}${known}}`, ip: quoted };
  }

  return (recordBytes, recordScan, options) => {
    // The cached part of an address contains its location.
    if (options.place !== place) sources.clear();
    place = options.place;
    bytes = recordBytes;
    scan = recordScan;
    start = scan.start;
    record = bytes.toString('latin1', start, scan.end);

    let time = instant(text(KEY.eventTime).slice(1, -1));
    let aggregate: AggregatedEvent | undefined;
    if (time === undefined && (scan.starts[KEY.eventTime] as number) < 0 && scan.extraCount > 0) {
      aggregate = readAggregatedEvent(parse(extras(record, scan) || '{}'));
      time = aggregate === undefined ? undefined : instant(aggregate.start);
    }
    if (time === undefined) {
      return deadLetter((scan.starts[KEY.eventTime] as number) < 0 ? 'has no eventTime' : 'has an eventTime that is no instant');
    }
    if (!time.startsWith(day) || day === '') {
      day = time.slice(0, 10);
      dayIndex = dailyIndex('awscli-trail-', time);
    }

    const rawCaller = rawTree(KEY.userIdentity);
    const caller = rawCaller === '' ? NOBODY : remembered(callers, rawCaller, readCaller);
    const recipient = text(KEY.recipientAccountId) || quoteText(aggregate?.account);
    const account = caller.account !== '' ? caller.account : recipient !== '' ? recipient : quoteAscii(options.account);
    const accountName = account === '' ? undefined : options.accountName?.(account.slice(1, -1));
    const action = text(KEY.eventName);
    const response = tree(KEY.responseElements);
    const additional = tree(KEY.additionalEventData);
    const provider = text(KEY.eventSource);
    const details = tree(KEY.serviceEventDetails);
    const isLogin = action === '"ConsoleLogin"';
    const isSignIn = isLogin || SIGN_IN_SERVICES.has(provider);

    const errorCode = text(KEY.errorCode);
    const errorMessage = text(KEY.errorMessage);
    const failed =
      errorCode !== '' || errorMessage !== '' || (isSignIn && (saysFailure(action, response) || saysFailure(action, details)));

    const targetUser = target(TARGET_USER);
    const newName = target(TARGET_NEW_USER);
    const targetGroup = target(TARGET_GROUP);
    const created =
      response !== '' && (action === '"CreateUser"' || action === '"CreateGroup"') ? readCreated(response) : NOTHING_CREATED;
    // A failed sign-in has no identity: the name is the text that was typed.
    const typedName = isSignIn && caller.userName === '' && additional !== '' ? quoteText(parse(additional).UserName) : '';
    const user =
      caller.userId +
      pair(',"name":', caller.userName !== '' ? caller.userName : typedName) +
      (caller.email !== '' ? caller.email : emailOf(typedName));
    let related = caller.related !== '' ? caller.related : typedName;
    if (targetUser !== '' && targetUser !== caller.related) related += related === '' ? targetUser : `,${targetUser}`;
    if (newName !== '' && newName !== caller.related && newName !== targetUser)
      related += related === '' ? newName : `,${newName}`;

    const eventId = text(KEY.eventID) || quoteText(aggregate?.id);
    const sourceText = text(KEY.sourceIPAddress);
    const source = sourceText === '' ? NOWHERE : remembered(sources, sourceText, readSource);
    const agent = text(KEY.userAgent);
    const rawTls = rawTree(KEY.tlsDetails);
    const flattened =
      pair(',"request_parameters":', tree(KEY.requestParameters)) +
      pair(',"response_elements":', response) +
      pair(',"additional_eventdata":', additional) +
      pair(',"service_event_details":', details) +
      pair(',"insight_details":', tree(KEY.insightDetails)) +
      pair(',"user_identity":', caller.other) +
      (scan.extraCount === 0 ? '' : pair(',"other":', extras(record, scan)));
    const cloudtrail =
      pair(',"event_version":', text(KEY.eventVersion)) +
      pair(',"event_type":', text(KEY.eventType)) +
      pair(',"event_category":', text(KEY.eventCategory)) +
      pair(',"error_code":', errorCode) +
      pair(',"error_message":', errorMessage) +
      pair(',"request_id":', text(KEY.requestID)) +
      pair(',"api_version":', text(KEY.apiVersion)) +
      pair(',"read_only":', boolean(KEY.readOnly)) +
      pair(',"management_event":', boolean(KEY.managementEvent)) +
      pair(',"recipient_account_id":', recipient) +
      pair(',"shared_event_id":', text(KEY.sharedEventID)) +
      pair(',"vpc_endpoint_id":', text(KEY.vpcEndpointId)) +
      pair(
        ',"session_credential_from_console":',
        text(KEY.sessionCredentialFromConsole) || quoteAscii(boolean(KEY.sessionCredentialFromConsole)),
      ) +
      pair(',"resources":', resources(tree(KEY.resources))) +
      caller.identity +
      (isLogin && additional !== '' ? readLogin(additional) : '');

    const body =
      `{"@timestamp":"${time}","ecs":{"version":"8.0.0"},"data_stream":{"type":"logs","dataset":"aws.cloudtrail","namespace":"default"},` +
      `"event":{"kind":"event","module":"aws","dataset":"aws.cloudtrail"` +
      pair(',"id":', eventId) +
      pair(',"action":', action) +
      pair(',"provider":', provider) +
      pair(',"ingested":', quoteAscii(options.ingested)) +
      (aggregate !== undefined ? windowOf(aggregate) : failed ? ',"outcome":"failure"' : ',"outcome":"success"') +
      (ACTION_FIELDS.get(action) ?? ',"type":"info"') +
      (options.preserveOriginal === true ? `,"original":${JSON.stringify(record)}` : '') +
      '},"cloud":{"provider":"aws"' +
      nest(',"account":{', pair(',"id":', account) + (accountName === undefined ? '' : pair(',"name":', quote(accountName)))) +
      pair(',"region":', text(KEY.awsRegion)) +
      (provider === '' ? '' : remembered(services, provider, readService)) +
      '}' +
      nest(
        ',"user":{',
        user +
          nest(',"target":{', pair(',"id":', created.userId) + pair(',"name":', targetUser)) +
          nest(',"changes":{', pair(',"name":', newName)),
      ) +
      nest(',"group":{', pair(',"id":', created.groupId) + pair(',"name":', targetGroup)) +
      nest(
        ',"related":{',
        list(',"user":[', related) +
          list(',"ip":[', source.ip) +
          list(',"entity":[', aggregate === undefined ? entities(record, scan) : aggregate.entities.map(quote).join(',')),
      ) +
      nest(',"entity":{', nest(',"target":{', list(',"id":[', targets(record, scan)))) +
      source.source +
      (agent === '' ? '' : remembered(agents, agent, readAgent)) +
      (rawTls === '' ? '' : remembered(tls, rawTls, readTls)) +
      `,"aws":{"cloudtrail":{"flattened":{${flattened.slice(1)}}${cloudtrail}}}}`;

    const name = eventId === '' ? createHash('sha256').update(record, 'latin1').digest('base64url') : eventId.slice(1, -1);
    const owner = recipient !== '' ? recipient.slice(1, -1) : (options.account ?? '');
    return ok({ index: dayIndex, id: documentId(owner === '' ? name : `${name}_${owner}`), body });
  };
}

const REWRITE = BLANK | EMPTY | SURROGATE;

/** An aggregated event: its calls have different outcomes, and only their time window is known. */
const windowOf = ({ start, end }: AggregatedEvent): string =>
  `,"outcome":"unknown"${pair(',"start":', quoteAscii(instant(start)))}${pair(',"end":', quoteAscii(end === undefined ? end : instant(end)))}`;

/** A value behind `,"name":`, or nothing without a value. Whole literals, since each further join costs time and garbage. */
const pair = (name: string, value: string): string => (value === '' ? '' : name + value);
/** Pairs, which begin with a comma, in an object behind `,"name":{`; or nothing. */
const nest = (name: string, pairs: string): string => (pairs === '' ? '' : `${name + pairs.slice(1)}}`);
/** Items in a list behind `,"name":[`, or nothing. */
const list = (name: string, items: string): string => (items === '' ? '' : `${name + items}]`);

/** A text as a JSON string, in binary. */
const quote = (value: string): string => Buffer.from(JSON.stringify(value.toWellFormed())).toString('latin1');
const quoteAscii = (value: string | undefined): string => (value === undefined || value === '' ? '' : `"${value}"`);
const quoteText = (value: Json | undefined): string => (typeof value === 'string' && value !== '' ? quote(value) : '');

/** A binary string's JSON value; only ever an object or list. */
const parse = (binary: string): JsonObject => JSON.parse(Buffer.from(binary, 'latin1').toString('utf8'));
const child = (value: Json | undefined, key: string): Json | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value[key] : undefined;

/** The result of a pure function, kept by its argument's text. */
function remembered<T>(memory: Map<string, T>, text: string, make: (text: string) => T): T {
  const known = memory.get(text);
  if (known !== undefined) return known;
  if (memory.size >= MEMORY_ENTRIES) memory.clear();
  const made = make(text);
  // A copy of the text, since a slice would keep the whole record in memory.
  memory.set(Buffer.from(text, 'latin1').toString('latin1'), made);
  return made;
}

const ACTION_FIELDS = new Map(
  Object.entries(TRAIL_ACTIONS).map(([action, { category, type }]) => [
    `"${action}"`,
    `,"category":${JSON.stringify(category)}${type.length === 0 ? '' : `,"type":${JSON.stringify(type)}`}`,
  ]),
);

function readCaller(json: string): Caller {
  const identity = parse(json);
  const session = objectOf(identity.sessionContext);
  const attributes = objectOf(session.attributes);
  const issuer = objectOf(session.sessionIssuer);
  /** Takes a text out of its object as JSON, so that only members without a field remain in the object. */
  const take = (object: JsonObject, key: string): string => {
    const quoted = quoteText(object[key]);
    if (quoted !== '') delete object[key];
    return quoted;
  };
  const created = typeof attributes.creationDate === 'string' ? instant(attributes.creationDate) : undefined;
  if (created !== undefined) delete attributes.creationDate;
  if (typeof attributes.mfaAuthenticated === 'boolean') attributes.mfaAuthenticated = String(attributes.mfaAuthenticated);
  const ownName = take(identity, 'userName');
  const issuerName = ownName === '' ? take(issuer, 'userName') : '';
  const account = take(identity, 'accountId');
  const onBehalfOf = objectOf(identity.onBehalfOf);
  const principal = take(identity, 'principalId');
  // A user of Identity Center has no principal of IAM.
  const userId = principal !== '' || identity.type !== 'IdentityCenterUser' ? principal : take(onBehalfOf, 'userId');
  const userName = ownName !== '' ? ownName : issuerName;
  const fields = nest(
    ',"user_identity":{',
    pair(',"type":', take(identity, 'type')) +
      pair(',"arn":', take(identity, 'arn')) +
      pair(',"access_key_id":', take(identity, 'accessKeyId')) +
      nest(
        ',"session_context":{',
        pair(',"mfa_authenticated":', take(attributes, 'mfaAuthenticated')) +
          pair(',"creation_date":', quoteAscii(created)) +
          nest(
            ',"session_issuer":{',
            pair(',"type":', take(issuer, 'type')) +
              pair(',"principal_id":', take(issuer, 'principalId')) +
              pair(',"arn":', take(issuer, 'arn')) +
              pair(',"account_id":', take(issuer, 'accountId')),
          ),
      ) +
      pair(',"invoked_by":', take(identity, 'invokedBy')),
  );
  const other = dropEmpty(Buffer.from(JSON.stringify(identity)).toString('latin1'));
  return {
    userId: pair(',"id":', userId),
    userName,
    email: emailOf(userName),
    identity: fields,
    other,
    account,
    related: ownName,
  };
}

const objectOf = (value: Json | undefined): JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};

const printed = (object: JsonObject | undefined): string =>
  object === undefined || Object.keys(object).length === 0 ? '' : Buffer.from(JSON.stringify(object)).toString('latin1');

function readAgent(quoted: string): string {
  const { name, version, os, device } = parseUserAgent(JSON.parse(Buffer.from(quoted, 'latin1').toString('utf8')));
  const fields =
    pair(',"name":', quoteText(name)) +
    pair(',"version":', quoteText(version)) +
    nest(',"os":{', pair(',"name":', quoteText(os?.name)) + pair(',"version":', quoteText(os?.version))) +
    nest(',"device":{', pair(',"name":', quoteText(device)));
  return `,"user_agent":{"original":${quoted}${fields}}`;
}

/** `ec2` of `ec2.amazonaws.com`. */
function readService(quoted: string): string {
  const name = quoted.slice(1, -1).split('.', 1)[0] as string;
  return nest(',"service":{', pair(',"name":', quoteAscii(name)));
}

/** The services of sign-ins; their events give the outcome under the event's name. */
const SIGN_IN_SERVICES: ReadonlySet<string> = new Set(['"signin.amazonaws.com"', '"sso.amazonaws.com"']);

const saysFailure = (action: string, tree: string): boolean => tree !== '' && tree.includes(`${action}:"Failure"`);

/** `,"email":…` of a quoted name that is an address of e-mail, else empty. */
const emailOf = (quoted: string): string => (quoted.indexOf('@') > 1 ? `,"email":${quoted}` : '');

/** The resources under Elastic's names. A key can't be within a text: its quotes would be escaped there. */
const resources = (tree: string): string => {
  if (tree === '') return '';
  const renamed = tree.replaceAll('"ARN":', '"arn":').replaceAll('"accountId":', '"account_id":');
  return tree.startsWith('[') ? renamed : `[${renamed}]`;
};

function readTls(json: string): string {
  const details = parse(json);
  const version = details.tlsVersion;
  // `TLSv1.2`; some services write a bare number.
  const parts = typeof version === 'string' ? /^([A-Za-z]+)v(\d+(?:\.\d+)?)$/.exec(version) : null;
  const fields =
    pair(',"version":', parts === null ? quoteText(version) : quoteAscii(parts[2])) +
    pair(',"version_protocol":', parts === null ? '' : quoteAscii(parts[1]?.toLowerCase())) +
    pair(',"cipher":', quoteText(details.cipherSuite)) +
    nest(',"client":{', pair(',"server_name":', quoteText(details.clientProvidedHostHeader)));
  return nest(',"tls":{', fields);
}

function readLogin(json: string): string {
  const data = parse(json);
  const yes = (value: Json | undefined): string => (value === undefined ? '' : String(value === 'Yes' || value === true));
  return nest(
    ',"console_login":{',
    nest(
      ',"additional_eventdata":{',
      pair(',"login_to":', quoteText(data.LoginTo)) +
        pair(',"mfa_used":', yes(data.MFAUsed)) +
        pair(',"mobile_version":', yes(data.MobileVersion)),
    ),
  );
}

const NOTHING_CREATED = { userId: '', groupId: '' };

function readCreated(json: string): { userId: string; groupId: string } {
  const response = parse(json);
  return {
    userId: quoteText(child(response.user, 'userId')),
    groupId: quoteText(child(response.group, 'groupId')),
  };
}

/** The pairs under keys that have no field, without empty values; empty if nothing is left. */
function extras(record: string, { extraStarts, extraEnds, extraCount, extraFlags, start }: RecordScan): string {
  let pairs = '';
  for (let index = 0; index < extraCount; index++) {
    pairs += `,${record.slice((extraStarts[index] as number) - start, (extraEnds[index] as number) - start)}`;
  }
  const object = `{${pairs.slice(1)}}`;
  return (extraFlags & REWRITE) === 0 ? object : dropEmpty(object);
}

/** The names of the resources that the call is about, quoted and joined by commas. */
const targets = (record: string, { namedStarts, namedEnds, namedCount, start }: RecordScan): string =>
  distinct(record, start, namedStarts, namedEnds, namedCount);

const entities = (record: string, { entityStarts, entityEnds, entityCount, start }: RecordScan): string =>
  distinct(record, start, entityStarts, entityEnds, entityCount);

/** Each of the slices once, joined by commas. */
function distinct(record: string, start: number, starts: Int32Array, ends: Int32Array, count: number): string {
  if (count === 0) return '';
  const first = record.slice((starts[0] as number) - start, (ends[0] as number) - start);
  if (count === 1) return first;
  const all = new Set([first]);
  for (let index = 1; index < count; index++) {
    all.add(record.slice((starts[index] as number) - start, (ends[index] as number) - start));
  }
  return [...all].join(',');
}

const EXACT = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/;

/** An ISO 8601 instant in UTC with milliseconds, as `2026-11-21T09:30:00.000Z`; undefined for anything else. */
function instant(text: string): string | undefined {
  // CloudTrail's own form, on days that every month has.
  if (EXACT.test(text)) return `${text.slice(0, 19)}.000Z`;
  if (!ISO.test(text)) return undefined;
  const date = new Date(text.replace(',', '.'));
  if (Number.isNaN(date.getTime())) return undefined;
  // JavaScript turns 31 February into March.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`).toISOString().slice(0, 10);
  if (day !== text.slice(0, 10)) return undefined;
  const iso = date.toISOString();
  return iso.length === 24 ? iso : undefined;
}
