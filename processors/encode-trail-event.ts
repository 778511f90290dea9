import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { dailyIndex, documentId } from '../core/document.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { deadLetter, ok, type Result } from '../core/result.ts';
import { dropEmpty, pairSurrogates } from './drop-empty.ts';
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
 * Encodes a CloudTrail record as an ECS document with the fields of Elastic's AWS integration (docs/decisions: trails), by
 * splicing the record's own bytes into place. Only what is small and must be understood is parsed: the caller and TLS parts,
 * which repeat from event to event and are therefore remembered, and the answers of a few actions.
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
}

type Encoder = (bytes: Buffer, scan: RecordScan, options: EncodeTrailOptions) => Result<EncodedEvent>;

const KEY = Object.fromEntries(RECORD_KEYS.map((key) => [key, keyNumber(key)])) as Record<RecordKey, number>;

/** What remembered parts may take: enough for every session of an hour, little beside the budget of documents. */
const MEMORY_ENTRIES = 4096;

interface Caller {
  /** `"id":"…","name":"…"` of the field `user`, or empty. */
  readonly user: string;
  /** `"user_identity":{…}`, or empty. */
  readonly identity: string;
  readonly account: string;
  /** Quoted, or empty. */
  readonly related: string;
}

const NOBODY: Caller = { user: '', identity: '', account: '', related: '' };

export function createTrailEncoder(): Encoder {
  const callers = new Map<string, Caller>();
  const tls = new Map<string, string>();
  const resources = new Map<string, string>();
  const sources = new Map<string, string>();
  let day = '';
  let dayIndex = '';

  return (bytes, scan, options) => {
    const { starts, ends, flags, start } = scan;
    const record = bytes.toString('latin1', start, scan.end);

    const slice = (key: number): string => record.slice((starts[key] as number) - start, (ends[key] as number) - start);
    /** A text with its quotes; empty if it is absent, empty or no text. */
    const text = (key: number): string => {
      const from = starts[key] as number;
      if (from < 0 || bytes[from] !== 0x22 || (ends[key] as number) - from < 3) return '';
      return ((flags[key] as number) & SURROGATE) === 0 ? slice(key) : pairSurrogates(slice(key));
    };
    /** An object or list without its empty values; empty if nothing is left. */
    const tree = (key: number): string => {
      const from = starts[key] as number;
      if (from < 0) return '';
      const first = bytes[from];
      if (first !== 0x7b && first !== 0x5b) return '';
      return ((flags[key] as number) & (BLANK | EMPTY | SURROGATE)) === 0 ? slice(key) : dropEmpty(slice(key));
    };
    const literal = (key: number): string =>
      (starts[key] as number) < 0 || (bytes[starts[key] as number] as number) === 0x22 ? '' : slice(key);

    const quotedTime = text(KEY.eventTime);
    const time = instant(quotedTime.slice(1, -1));
    if (time === undefined) return deadLetter(quotedTime === '' ? 'has no eventTime' : 'eventTime is not an instant');
    if (time.slice(0, 10) !== day) {
      day = time.slice(0, 10);
      dayIndex = dailyIndex('awscli-trail', time);
    }

    const rawCaller = tree(KEY.userIdentity);
    const caller = rawCaller === '' ? NOBODY : remembered(callers, rawCaller, readCaller);
    const recipient = text(KEY.recipientAccountId);
    const account = caller.account !== '' ? caller.account : recipient !== '' ? recipient : quoteAscii(options.account);
    const action = text(KEY.eventName);
    const request = tree(KEY.requestParameters);
    const response = tree(KEY.responseElements);
    const additional = tree(KEY.additionalEventData);
    const isLogin = action === '"ConsoleLogin"';

    const errorCode = text(KEY.errorCode);
    const errorMessage = text(KEY.errorMessage);
    const failed = errorCode !== '' || errorMessage !== '' || (isLogin && response.includes('"ConsoleLogin":"Failure"'));

    const target = (which: number): string => {
      const from = scan.targetStarts[which] as number;
      return from < 0 ? '' : record.slice(from - start, (scan.targetEnds[which] as number) - start);
    };
    const targetUser = target(TARGET_USER);
    const newName = target(TARGET_NEW_USER);
    const targetGroup = target(TARGET_GROUP);
    const created =
      response !== '' && (action === '"CreateUser"' || action === '"CreateGroup"') ? readCreated(response) : NOTHING_CREATED;

    let related = caller.related;
    if (targetUser !== '' && targetUser !== caller.related) related += related === '' ? targetUser : `,${targetUser}`;
    if (newName !== '' && newName !== caller.related && newName !== targetUser)
      related += related === '' ? newName : `,${newName}`;

    const eventId = text(KEY.eventID);
    const event = pair('id', eventId) + pair('action', action) + pair('provider', text(KEY.eventSource));
    const user =
      caller.user +
      nest('target', pair('id', created.userId) + pair('name', targetUser)) +
      nest('changes', pair('name', newName));
    const group = pair('id', created.groupId) + pair('name', targetGroup);
    const accountName = account === '' ? undefined : options.accountName?.(account.slice(1, -1));
    const relatedFields = list('user', related) + list('entity', entities(record, scan));
    const rawSource = text(KEY.sourceIPAddress);
    const rawTls = tree(KEY.tlsDetails);
    const rawResources = tree(KEY.resources);

    const cloudtrail =
      pair('event_version', text(KEY.eventVersion)) +
      pair('event_type', text(KEY.eventType)) +
      pair('event_category', text(KEY.eventCategory)) +
      pair('error_code', errorCode) +
      pair('error_message', errorMessage) +
      pair('request_id', text(KEY.requestID)) +
      pair('api_version', text(KEY.apiVersion)) +
      pair('read_only', boolean(literal(KEY.readOnly))) +
      pair('management_event', boolean(literal(KEY.managementEvent))) +
      pair('recipient_account_id', recipient) +
      pair('shared_event_id', text(KEY.sharedEventID)) +
      pair('vpc_endpoint_id', text(KEY.vpcEndpointId)) +
      caller.identity +
      (rawResources === '' ? '' : remembered(resources, rawResources, readResources)) +
      (isLogin && additional !== '' ? readLogin(additional) : '') +
      `,"flattened":{${(
        pair('request_parameters', request) +
          pair('response_elements', response) +
          pair('additional_eventdata', additional) +
          pair('service_event_details', tree(KEY.serviceEventDetails)) +
          pair('insight_details', tree(KEY.insightDetails))
      ).slice(1)}}`;

    const body =
      `{"@timestamp":"${time}","ecs":{"version":"8.0.0"},"event":{"kind":"event","module":"aws","dataset":"aws.cloudtrail"${event}` +
      `,"outcome":"${failed ? 'failure' : 'success'}"${ACTION_FIELDS.get(action) ?? ',"type":"info"'}` +
      `,"original":${JSON.stringify(record)}},"cloud":{"provider":"aws"` +
      nest('account', pair('id', account) + (accountName === undefined ? '' : pair('name', quote(accountName)))) +
      `${pair('region', text(KEY.awsRegion))}}` +
      nest('user', user) +
      nest('group', group) +
      nest('related', relatedFields) +
      (rawSource === '' ? '' : remembered(sources, rawSource, readSource)) +
      nest('user_agent', pair('original', text(KEY.userAgent))) +
      (rawTls === '' ? '' : remembered(tls, rawTls, readTls)) +
      `,"aws":{"cloudtrail":{${cloudtrail.slice(1)}}}}`;

    const name = eventId === '' ? createHash('sha256').update(record, 'latin1').digest('base64url') : eventId.slice(1, -1);
    const owner = recipient !== '' ? recipient.slice(1, -1) : (options.account ?? '');
    return ok({ index: dayIndex, id: documentId(owner === '' ? name : `${name}_${owner}`), body });
  };
}

/** `,"name":value`, or nothing without a value. */
const pair = (name: string, value: string): string => (value === '' ? '' : `,"${name}":${value}`);
/** `,"name":{…}` around pairs that begin with a comma, or nothing. */
const nest = (name: string, pairs: string): string => (pairs === '' ? '' : `,"${name}":{${pairs.slice(1)}}`);
const list = (name: string, items: string): string => (items === '' ? '' : `,"${name}":[${items}]`);
const boolean = (value: string): string => (value === 'true' || value === 'false' ? value : '');

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
  // A slice would keep its whole record alive.
  memory.set(Buffer.from(text, 'latin1').toString('latin1'), made);
  return made;
}

const ACTION_FIELDS = new Map(
  Object.entries(TRAIL_ACTIONS).map(([action, { category, type }]) => [
    `"${action}"`,
    `,"category":${JSON.stringify(category)},"type":${JSON.stringify(type)}`,
  ]),
);

function readCaller(json: string): Caller {
  const identity = parse(json);
  const session = child(identity, 'sessionContext');
  const attributes = child(session, 'attributes');
  const issuer = child(session, 'sessionIssuer');
  const created = child(attributes, 'creationDate');
  const createdAt = typeof created === 'string' ? instant(created) : undefined;
  const mfa = child(attributes, 'mfaAuthenticated');
  const ownName = quoteText(identity.userName);
  const issuerName = quoteText(child(issuer, 'userName'));
  const sessionFields =
    pair('mfa_authenticated', typeof mfa === 'boolean' ? `"${mfa}"` : quoteText(mfa)) +
    pair('creation_date', quoteAscii(createdAt)) +
    nest(
      'session_issuer',
      pair('type', quoteText(child(issuer, 'type'))) +
        pair('principal_id', quoteText(child(issuer, 'principalId'))) +
        pair('arn', quoteText(child(issuer, 'arn'))) +
        pair('account_id', quoteText(child(issuer, 'accountId'))),
    );
  return {
    user: pair('id', quoteText(identity.principalId)) + pair('name', ownName !== '' ? ownName : issuerName),
    identity: nest(
      'user_identity',
      pair('type', quoteText(identity.type)) +
        pair('arn', quoteText(identity.arn)) +
        pair('access_key_id', quoteText(identity.accessKeyId)) +
        nest('session_context', sessionFields) +
        pair('invoked_by', quoteText(identity.invokedBy)),
    ),
    account: quoteText(identity.accountId),
    related: ownName,
  };
}

/** The address, and the IP where it is one: services call from a name such as `ec2.amazonaws.com`. */
function readSource(quoted: string): string {
  const text = quoted.slice(1, -1);
  // A zone (`fe80::1%eth0`) is an address to Node and none to a store.
  return `,"source":{"address":${quoted}${isIP(text) !== 0 && !text.includes('%') ? `,"ip":${quoted}` : ''}}`;
}

function readTls(json: string): string {
  const details = parse(json);
  const version = details.tlsVersion;
  // `TLSv1.2`; some services write a bare number.
  const parts = typeof version === 'string' ? /^([A-Za-z]+)v(\d+(?:\.\d+)?)$/.exec(version) : null;
  const fields =
    pair('version', parts === null ? quoteText(version) : quoteAscii(parts[2])) +
    pair('version_protocol', parts === null ? '' : quoteAscii(parts[1]?.toLowerCase())) +
    pair('cipher', quoteText(details.cipherSuite)) +
    nest('client', pair('server_name', quoteText(details.clientProvidedHostHeader)));
  return nest('tls', fields);
}

/** One list per property, as engines see a list of objects anyway, and so that a column of each is possible. */
function readResources(json: string): string {
  const items = parse(json) as unknown as Json;
  const collect = (...keys: string[]): string =>
    [
      ...new Set(
        (Array.isArray(items) ? items : [items]).map(
          (item) => keys.map((key) => quoteText(child(item, key))).find((v) => v !== '') ?? '',
        ),
      ),
    ]
      .filter((value) => value !== '')
      .join(',');
  return nest(
    'resources',
    list('arn', collect('ARN', 'arn')) + list('type', collect('type')) + list('account_id', collect('accountId')),
  );
}

function readLogin(json: string): string {
  const data = parse(json);
  const yes = (value: Json | undefined): string => (value === undefined ? '' : String(value === 'Yes' || value === true));
  return nest(
    'console_login',
    nest(
      'additional_eventdata',
      pair('login_to', quoteText(data.LoginTo)) +
        pair('mfa_used', yes(data.MFAUsed)) +
        pair('mobile_version', yes(data.MobileVersion)),
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

/** Each entity once, quoted, joined by commas. */
function entities(record: string, scan: RecordScan): string {
  const count = scan.entityCount;
  if (count === 0) return '';
  const { entityStarts, entityEnds, start } = scan;
  const first = record.slice((entityStarts[0] as number) - start, (entityEnds[0] as number) - start);
  if (count === 1) return first;
  const all = new Set([first]);
  for (let index = 1; index < count; index++) {
    all.add(record.slice((entityStarts[index] as number) - start, (entityEnds[index] as number) - start));
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
