import { createHash } from 'node:crypto';
import type { AddressLocation } from '../core/address-location.ts';
import { type Document, dailyIndex, documentId } from '../core/document.ts';
import { deadLetter, ok, type Result } from '../core/result.ts';
import { type ByteCache, byteCache } from './byte-cache.ts';
import {
  beginDocument,
  CLOSE_LIST,
  CLOSE_OBJECT,
  closeMember,
  openMember,
  put,
  putMember,
  putPair,
  putRange,
  putSeparator,
  takeDocument,
} from './document-parts.ts';
import { quote, quoteText, wellFormed } from './quoted-json.ts';
import { type AggregatedEvent, readAggregatedEvent } from './read-aggregated-event.ts';
import {
  beginRecord,
  binaryOf,
  constantPart,
  equals,
  forThisRecord,
  jsonAt,
  keptGeneration,
  keptPart,
  memory,
  NOTHING,
  type Part,
  scratchPart,
} from './record-memory.ts';
import { SURROGATE, scanned, TARGET_GROUP, TARGET_NEW_USER, TARGET_USER } from './scan-record.ts';
import { denseText, extras, isText, isTree, KEY, putText, sectionName, writeCloudtrail } from './trail-fields.ts';
import { INSTANT_BYTES, instant, instantDay } from './trail-instant.ts';
import {
  type Action,
  type Address,
  type Caller,
  emailOf,
  NO_ACTION,
  NO_ADDRESS,
  NO_PROVIDER,
  NOBODY,
  type Provider,
  type Quoted,
  quotedOf,
  readAction,
  readAddress,
  readAgent,
  readCaller,
  readCreated,
  readProvider,
  readQuoted,
  readTls,
} from './trail-parts.ts';

export interface EncodeTrailOptions {
  /** The account in the object's key, for records that name no recipient. */
  readonly account?: string | undefined;
  /** Names of accounts by id. */
  readonly accountName?: ((id: string) => string | undefined) | undefined;
  /** When the events are read, as ISO 8601, for `event.ingested`. */
  readonly ingested?: string | undefined;
  /** The location and the network of an IP address, if known. */
  readonly locate?: ((ip: string) => AddressLocation | undefined) | undefined;
  /** Also keeps each record as text in `event.original`, which doubles the documents; as with Elastic, off unless asked for. */
  readonly preserveOriginal?: boolean | undefined;
}

/** Yields the document of the record that was scanned last. */
export type TrailEncoder = (options: EncodeTrailOptions) => Result<Document>;

/** What more than one section of the document needs. */
interface Parts {
  readonly caller: Caller;
  readonly recipient: Quoted | undefined;
  readonly action: Action;
  readonly provider: Provider;
  readonly address: Address;
  /** Of an aggregated event: its calls have different outcomes, and only their time window is known. */
  readonly aggregate: AggregatedEvent | undefined;
}

/**
 * Encodes a CloudTrail record as an ECS document with the fields of Elastic's AWS integration (docs/decisions/0005-trail-documents.md): the
 * document is a list of parts of the record and of constants, which are joined at the end, and no string is made of them. Only small parts whose
 * content matters are parsed: those of the caller, the address and so on, which repeat from event to event and are therefore cached, and the
 * responses of a few actions.
 */
export function createTrailEncoder(): TrailEncoder {
  const { starts, ends } = scanned;
  const callers = byteCache(readCaller);
  const actions = byteCache(readAction);
  const providers = byteCache(readProvider);
  const agents = byteCache(readAgent);
  const tls = byteCache(readTls);
  const accounts = byteCache(readQuoted);
  const texts = textParts();
  let locate: EncodeTrailOptions['locate'];
  let addresses = byteCache((from, to) => readAddress(from, to, locate));
  let day = -1;
  let dayIndex = '';

  return (options) => {
    // The cached part of an address contains its location.
    if (options.locate !== locate) {
      locate = options.locate;
      addresses = byteCache((from, to) => readAddress(from, to, locate));
    }
    beginRecord();
    beginDocument();
    let aggregate: AggregatedEvent | undefined;
    const eventDay = timeDay();
    if (eventDay >= 0) {
      putExactTime();
      if (eventDay !== day) {
        day = eventDay;
        dayIndex = dailyIndex(INDEX, binaryOf((starts[KEY.eventTime] as number) + 1, ends[KEY.eventTime] as number));
      }
    } else {
      const noTime = (starts[KEY.eventTime] as number) < 0;
      if (noTime && scanned.extraCount > 0) aggregate = readAggregated();
      const time = aggregate === undefined ? writtenTime() : instant(aggregate.start);
      if (time === undefined) return deadLetter(noTime ? 'has no eventTime' : 'has an eventTime that is no instant');
      put(scratchPart(`{"@timestamp":"${time}"`));
      day = -1;
      dayIndex = dailyIndex(INDEX, time);
    }

    const recipient = isText(KEY.recipientAccountId)
      ? cached(accounts, KEY.recipientAccountId)
      : quotedOrNone(quoteText(aggregate?.account));
    const parts: Parts = {
      caller: isTree(KEY.userIdentity) ? cached(callers, KEY.userIdentity) : NOBODY,
      recipient,
      action: isText(KEY.eventName) ? cached(actions, KEY.eventName) : NO_ACTION,
      provider: isText(KEY.eventSource) ? cached(providers, KEY.eventSource) : NO_PROVIDER,
      address: isText(KEY.sourceIPAddress) ? cached(addresses, KEY.sourceIPAddress) : NO_ADDRESS,
      aggregate,
    };
    // First, since the writers of engines look for the texts in it.
    writeCloudtrail(parts.caller, recipient, parts.action);
    writeEvent(parts, options, texts);
    writeCloud(parts, options, texts);
    writeNames(parts);
    put(parts.address.source);
    if (isText(KEY.userAgent)) put(cached(agents, KEY.userAgent));
    if (isTree(KEY.tlsDetails)) put(cached(tls, KEY.tlsDetails));
    put(CLOSE_OBJECT);

    const name = nameOf(aggregate);
    const owner = recipient?.text ?? options.account ?? '';
    const id = documentId(owner === '' ? name : `${name}_${owner}`);
    return ok({ index: dayIndex, id, operation: 'create', body: takeDocument() });
  };
}

const cached = <T>(cache: ByteCache<T>, key: number): T => cache(scanned.starts[key] as number, scanned.ends[key] as number);

const INDEX = 'awscli-trail-';

const HEAD = constantPart('{"@timestamp":"');
const MILLISECONDS = constantPart('.000Z"');
const EVENT = constantPart(
  ',"ecs":{"version":"8.0.0"},"data_stream":{"type":"logs","dataset":"aws.cloudtrail","namespace":"default"},' +
    '"event":{"kind":"event","module":"aws","dataset":"aws.cloudtrail"',
);
const SUCCESS = constantPart(',"outcome":"success"');
const FAILURE = constantPart(',"outcome":"failure"');
const CLOUD = constantPart('},"cloud":{"provider":"aws"');
const ID = sectionName('id');
const NAME = sectionName('name');
const ACTION = sectionName('action');
const PROVIDER = sectionName('provider');
const INGESTED = sectionName('ingested');
const ORIGINAL = sectionName('original');
const REGION = sectionName('region');
const ACCOUNT = sectionName('account', '{');
const USER = sectionName('user', '{');
const GROUP = sectionName('group', '{');
const TARGET = sectionName('target', '{');
const CHANGES = sectionName('changes', '{');
const RELATED = sectionName('related', '{');
const ENTITY = sectionName('entity', '{');
const USERS = sectionName('user', '[');
const IPS = sectionName('ip', '[');
const ENTITIES = sectionName('entity', '[');
const IDS = sectionName('id', '[');

/** The day of a time in CloudTrail's own form, as a number; -1 for any other form, or without a time. */
function timeDay(): number {
  const from = scanned.starts[KEY.eventTime] as number;
  const length = (scanned.ends[KEY.eventTime] as number) - from - 2;
  return from >= 0 && length === INSTANT_BYTES ? instantDay(memory, from + 1) : -1;
}

function putExactTime(): void {
  const from = scanned.starts[KEY.eventTime] as number;
  put(HEAD);
  putRange(from + 1, from + INSTANT_BYTES);
  put(MILLISECONDS);
}

const writtenTime = (): string | undefined =>
  isText(KEY.eventTime)
    ? instant(binaryOf((scanned.starts[KEY.eventTime] as number) + 1, (scanned.ends[KEY.eventTime] as number) - 1))
    : undefined;

function readAggregated(): AggregatedEvent | undefined {
  const { at, length } = extras();
  return length === 0 ? undefined : readAggregatedEvent(jsonAt(at, at + length));
}

const quotedOrNone = (quoted: string): Quoted | undefined => (quoted === '' ? undefined : forThisRecord(() => quotedOf(quoted)));

/** Yields a function that gives the part of a text as JSON, and keeps those of texts that repeat from record to record. */
function textParts(): (text: string) => Part {
  const parts = new Map<string, Part>();
  let generation = keptGeneration;
  return (text) => {
    if (generation !== keptGeneration || parts.size > MAX_TEXTS) {
      parts.clear();
      generation = keptGeneration;
    }
    let part = parts.get(text);
    if (part === undefined) {
      part = keptPart(quote(text));
      parts.set(text, part);
    }
    return part;
  };
}
const MAX_TEXTS = 4096;

function writeEvent({ action, provider, aggregate }: Parts, options: EncodeTrailOptions, texts: (text: string) => Part): void {
  put(EVENT);
  if (isText(KEY.eventID)) putText(ID, KEY.eventID);
  else if (aggregate !== undefined) putPair(ID, scratchPart(quoteText(aggregate.id)));
  putText(ACTION, KEY.eventName);
  putText(PROVIDER, KEY.eventSource);
  if (options.ingested !== undefined && options.ingested !== '') putPair(INGESTED, texts(options.ingested));
  if (aggregate !== undefined) put(windowOf(aggregate));
  else put(isFailure(action, provider) ? FAILURE : SUCCESS);
  put(action.classes);
  if (options.preserveOriginal === true) putPair(ORIGINAL, scratchPart(JSON.stringify(binaryOf(scanned.start, scanned.end))));
}

function windowOf({ start, end }: AggregatedEvent): Part {
  const from = instant(start);
  const to = end === undefined ? undefined : instant(end);
  const window = `${from === undefined ? '' : `,"start":"${from}"`}${to === undefined ? '' : `,"end":"${to}"`}`;
  return scratchPart(`,"outcome":"unknown"${window}`);
}

function isFailure(action: Action, { isSignIn }: Provider): boolean {
  if (isText(KEY.errorCode) || isText(KEY.errorMessage)) return true;
  if (!isSignIn && !action.isLogin) return false;
  // Sign-ins say their outcome under the event's name.
  const says = `${action.quoted}:"Failure"`;
  return denseText(KEY.responseElements).includes(says) || denseText(KEY.serviceEventDetails).includes(says);
}

function writeCloud(
  { caller, recipient, provider }: Parts,
  { account: objectAccount, accountName }: EncodeTrailOptions,
  texts: (text: string) => Part,
): void {
  put(CLOUD);
  const account = caller.account ?? recipient;
  const id = account?.text ?? objectAccount ?? '';
  if (id !== '') {
    const opened = openMember(ACCOUNT);
    putPair(ID, account?.part ?? scratchPart(`"${id}"`));
    const name = accountName?.(id);
    if (name !== undefined) putPair(NAME, texts(name));
    closeMember(opened, CLOSE_OBJECT);
  }
  putText(REGION, KEY.awsRegion);
  put(provider.service);
  put(CLOSE_OBJECT);
}

/** Writes who called, whom and what the call is about: `user`, `group`, `related`, `entity`. */
function writeNames({ caller, action, provider, address, aggregate }: Parts): void {
  const { starts, ends, entityStarts, entityEnds, entityCount, namedStarts, namedEnds, namedCount } = scanned;
  // A sign-in that failed has no identity: the name is the text that was typed.
  const typed = (provider.isSignIn || action.isLogin) && caller.userName.length === 0 ? typedName() : '';
  const response = KEY.responseElements;
  const created =
    action.creates && isTree(response) ? readCreated(starts[response] as number, ends[response] as number) : undefined;

  const user = openMember(USER);
  putMember(caller.userId);
  putPair(NAME, typed === '' ? caller.userName : scratchPart(typed));
  putMember(typed === '' ? caller.email : scratchPart(emailOf(typed)));
  const target = openMember(TARGET);
  putPair(ID, created?.userId ?? NOTHING);
  putTarget(NAME, TARGET_USER);
  closeMember(target, CLOSE_OBJECT);
  const changes = openMember(CHANGES);
  putTarget(NAME, TARGET_NEW_USER);
  closeMember(changes, CLOSE_OBJECT);
  closeMember(user, CLOSE_OBJECT);

  const group = openMember(GROUP);
  putPair(ID, created?.groupId ?? NOTHING);
  putTarget(NAME, TARGET_GROUP);
  closeMember(group, CLOSE_OBJECT);

  const related = openMember(RELATED);
  const users = openMember(USERS);
  putRelatedUsers(caller.related.length > 0 ? caller.related : scratchPart(typed), caller.related);
  closeMember(users, CLOSE_LIST);
  const ips = openMember(IPS);
  if (address.ip.length > 0) put(address.ip);
  closeMember(ips, CLOSE_LIST);
  const entities = openMember(ENTITIES);
  if (aggregate === undefined) putList(entityStarts, entityEnds, entityCount);
  else if (aggregate.entities.length > 0) put(scratchPart(aggregate.entities.map(quote).join(',')));
  closeMember(entities, CLOSE_LIST);
  closeMember(related, CLOSE_OBJECT);

  const entity = openMember(ENTITY);
  const named = openMember(TARGET);
  const ids = openMember(IDS);
  putList(namedStarts, namedEnds, namedCount);
  closeMember(ids, CLOSE_LIST);
  closeMember(named, CLOSE_OBJECT);
  closeMember(entity, CLOSE_OBJECT);
}

/** The caller, and each user whom the call names, once. */
function putRelatedUsers(first: Part, caller: Part): void {
  if (first.length > 0) put(first);
  const { targetStarts, targetEnds } = scanned;
  const user = rangeAt(targetStarts, targetEnds, TARGET_USER);
  const newUser = rangeAt(targetStarts, targetEnds, TARGET_NEW_USER);
  if (user.length > 0 && !isSame(user, caller)) {
    putSeparator();
    put(user);
  }
  if (newUser.length > 0 && !isSame(newUser, caller) && !isSame(newUser, user)) {
    putSeparator();
    put(newUser);
  }
}

const rangeAt = (starts: Int32Array, ends: Int32Array, index: number): Part => {
  const at = starts[index] as number;
  return at < 0 ? NOTHING : { at, length: (ends[index] as number) - at };
};

const isSame = (one: Part, other: Part): boolean => one.length === other.length && equals(one.at, other.at, one.length) === 1;

const typedName = (): string => {
  const key = KEY.additionalEventData;
  return isTree(key) ? quoteText(jsonAt(scanned.starts[key] as number, scanned.ends[key] as number).UserName) : '';
};

function putTarget(name: Part, which: number): void {
  const from = scanned.targetStarts[which] as number;
  if (from < 0) return;
  putMember(name);
  putRange(from, scanned.targetEnds[which] as number);
}

/** Adds the ranges, separated by commas. */
function putList(starts: Int32Array, ends: Int32Array, count: number): void {
  for (let index = 0; index < count; index++) {
    putSeparator();
    putRange(starts[index] as number, ends[index] as number);
  }
}

/** The event's own id, or the hash of a record that has none. */
function nameOf(aggregate: AggregatedEvent | undefined): string {
  if (isText(KEY.eventID)) {
    const from = scanned.starts[KEY.eventID] as number;
    const to = scanned.ends[KEY.eventID] as number;
    const hasSurrogate = ((scanned.flags[KEY.eventID] as number) & SURROGATE) !== 0;
    return hasSurrogate ? wellFormed(binaryOf(from, to)).slice(1, -1) : binaryOf(from + 1, to - 1);
  }
  const id = quoteText(aggregate?.id).slice(1, -1);
  return id !== '' ? id : createHash('sha256').update(memory.subarray(scanned.start, scanned.end)).digest('base64url');
}
