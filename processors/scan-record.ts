import { keyTable } from './key-table.ts';

/**
 * Finds the offsets of the top-level values of a JSON object, and of the names in it, without building any value. It accepts exactly
 * the grammar of JSON.parse, since most values are copied without being parsed: an accepted record is valid JSON. Scanning takes about
 * a nanosecond per byte, a third of the time of parsing.
 */

/** The top-level keys of a record that the encoder uses, in no particular order; their numbers index the offsets. */
export const RECORD_KEYS = [
  'eventVersion',
  'userIdentity',
  'eventTime',
  'eventSource',
  'eventName',
  'awsRegion',
  'sourceIPAddress',
  'userAgent',
  'errorCode',
  'errorMessage',
  'requestParameters',
  'responseElements',
  'additionalEventData',
  'serviceEventDetails',
  'insightDetails',
  'requestID',
  'eventID',
  'eventType',
  'apiVersion',
  'managementEvent',
  'readOnly',
  'resources',
  'recipientAccountId',
  'sharedEventID',
  'vpcEndpointId',
  'eventCategory',
  'tlsDetails',
  'sessionCredentialFromConsole',
  'Records',
] as const;
export type RecordKey = (typeof RECORD_KEYS)[number];

/** The largest number of unknown keys, which are stored unchanged; AWS adds some every year. A record that reaches it becomes a dead letter. */
export const MAX_EXTRAS = 1024;

/** A key's number. */
export const keyNumber = (key: RecordKey): number => RECORD_KEYS.indexOf(key);

/**
 * Keys whose value names what a call touched, where it is neither an ARN nor an id that shows by its form. `name` is not among
 * them: in filters it names a property.
 */
const NAMING_KEYS = [
  // The first three also become user.target, user.changes and group; see TARGET_*.
  'userName',
  'newUserName',
  'groupName',
  'accessKeyId',
  'alarmName',
  'alarmNames',
  'applicationName',
  'autoScalingGroupName',
  'backupVaultName',
  'bucketName',
  'cacheClusterId',
  'clusterIdentifier',
  'clusterName',
  'dBClusterIdentifier',
  'dBClusterSnapshotIdentifier',
  'dBInstanceIdentifier',
  'dBParameterGroupName',
  'dBSnapshotIdentifier',
  'dBSubnetGroupName',
  'deliveryStreamName',
  'detectorId',
  'distributionId',
  'documentName',
  'functionName',
  'globalClusterIdentifier',
  'hostedZoneId',
  'instanceProfileName',
  'keyId',
  'keyName',
  'launchTemplateName',
  'loadBalancerName',
  'logGroupName',
  'newGroupName',
  'policyName',
  'queueName',
  'queueUrl',
  'repositoryName',
  'roleName',
  'ruleName',
  'sSHPublicKeyId',
  'secretId',
  'sourceDBInstanceIdentifier',
  'stackName',
  'streamName',
  'tableName',
  'targetDBInstanceIdentifier',
  'targetKeyId',
  'trailName',
  'userPoolId',
  'virtualMFADeviceName',
] as const;
export const TARGET_USER = 0;
export const TARGET_NEW_USER = 1;
export const TARGET_GROUP = 2;

/** The value must be rewritten before it is spliced: it holds blanks, empty values or an unpaired surrogate. */
export const BLANK = 1;
export const EMPTY = 2;
export const SURROGATE = 4;

/** The bytes end before the record does. */
export const INCOMPLETE = -1;
/** Not JSON. */
export const INVALID = -2;
/** Deeper than any engine takes (Elasticsearch and OpenSearch refuse documents nested deeper than 1,000; CloudTrail stays below 30). */
export const TOO_DEEP = -3;

const MAX_DEPTH = 500;
/** The largest number of kept names: an event of 256 KB could contain thousands, which no list can show. */
const MAX_ENTITIES = 1000;
const MAX_ENTITY_BYTES = 2048;
/** No call has more of them side by side. */
const MAX_NAMED = 8;

export interface RecordScan {
  /** Offset of each key's value by its number, or -1 where the record lacks it or it is null. The last of duplicates counts, as in JSON.parse. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly flags: Uint8Array;
  /** Offsets of strings (with their quotes) that name what was touched. */
  readonly entityStarts: Int32Array;
  readonly entityEnds: Int32Array;
  entityCount: number;
  /** Offsets (with quotes) of userName, newUserName and groupName directly under requestParameters, or -1. */
  readonly targetStarts: Int32Array;
  readonly targetEnds: Int32Array;
  /** Offsets (with quotes) of strings directly under requestParameters that name what the call is about; a new name is none. */
  readonly namedStarts: Int32Array;
  readonly namedEnds: Int32Array;
  namedCount: number;
  /** Offsets of pairs (`"key":value`) whose key is none of RECORD_KEYS, and the flags of their values. */
  readonly extraStarts: Int32Array;
  readonly extraEnds: Int32Array;
  extraFlags: number;
  extraCount: number;
  /** Where the record begins. */
  start: number;
  end: number;
  /** Scans the object that begins at `start`; returns the offset after it, or INCOMPLETE, INVALID, TOO_DEEP. */
  scan(bytes: Uint8Array, start: number, limit: number): number;
  /** Checks any value; returns as `scan`. */
  skip(bytes: Uint8Array, start: number, limit: number): number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;

const recordKey = keyTable(RECORD_KEYS);
const namingKey = keyTable(NAMING_KEYS);
const REQUEST_PARAMETERS = keyNumber('requestParameters');

/** The values that are searched for the names of resources. */
const SEARCHED = new Uint8Array(RECORD_KEYS.length);
for (const key of ['requestParameters', 'responseElements', 'resources', 'serviceEventDetails'] as const)
  SEARCHED[keyNumber(key)] = 1;

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');

export function createRecordScan(): RecordScan {
  const starts = new Int32Array(RECORD_KEYS.length);
  const ends = new Int32Array(RECORD_KEYS.length);
  const flags = new Uint8Array(RECORD_KEYS.length);
  const entityStarts = new Int32Array(MAX_ENTITIES);
  const entityEnds = new Int32Array(MAX_ENTITIES);
  const targetStarts = new Int32Array(3);
  const targetEnds = new Int32Array(3);
  const namedStarts = new Int32Array(MAX_NAMED);
  const namedEnds = new Int32Array(MAX_NAMED);
  const extraStarts = new Int32Array(MAX_EXTRAS);
  const extraEnds = new Int32Array(MAX_EXTRAS);
  /** One entry per open container: its closing byte. */
  const stack = new Uint8Array(MAX_DEPTH);
  let entityCount = 0;
  let namedCount = 0;
  let extraCount = 0;
  let extraFlags = 0;
  let found = 0;
  let escaped = false;

  /** From after the opening quote to the closing one. */
  function stringEnd(bytes: Uint8Array, from: number, limit: number): number {
    escaped = false;
    let at = from;
    for (;;) {
      // Four bytes at a time while the end is far: this loop takes half of the whole time.
      while (
        at + 3 < limit &&
        ((PLAIN[bytes[at] as number] as number) &
          (PLAIN[bytes[at + 1] as number] as number) &
          (PLAIN[bytes[at + 2] as number] as number) &
          (PLAIN[bytes[at + 3] as number] as number)) ===
          1
      ) {
        at += 4;
      }
      while (at < limit && PLAIN[bytes[at] as number] === 1) at++;
      if (at >= limit) return INCOMPLETE;
      const byte = bytes[at] as number;
      if (byte === QUOTE) return at;
      if (byte < 0x20) return INVALID;
      escaped = true;
      if (at + 1 >= limit) return INCOMPLETE;
      const kind = bytes[at + 1] as number;
      if (kind === 0x75) {
        for (let digit = at + 2; digit < at + 6; digit++) {
          if (digit >= limit) return INCOMPLETE;
          if (HEX[bytes[digit] as number] === 0) return INVALID;
        }
        // \ud800 to \udfff: unpaired surrogates are replaced when the value is rewritten.
        if (((bytes[at + 2] as number) | 0x20) === 0x64 && (bytes[at + 3] as number) >= 0x38) found |= SURROGATE;
        at += 6;
      } else if (ESCAPES[kind] === 1) {
        at += 2;
      } else {
        return INVALID;
      }
    }
  }

  function skipBlanks(bytes: Uint8Array, from: number, limit: number): number {
    // CloudTrail writes no such characters.
    if (from >= limit || (bytes[from] as number) > 0x20) return from;
    let at = from;
    while (at < limit) {
      const byte = bytes[at] as number;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
      at++;
    }
    if (at !== from) found |= BLANK;
    return at;
  }

  function literalEnd(bytes: Uint8Array, from: number, limit: number, word: Buffer): number {
    for (let index = 0; index < word.length; index++) {
      if (from + index >= limit) return INCOMPLETE;
      if (bytes[from + index] !== word[index]) return INVALID;
    }
    return from + word.length;
  }

  function digitsEnd(bytes: Uint8Array, from: number, limit: number): number {
    let at = from;
    while (at < limit && (bytes[at] as number) >= 0x30 && (bytes[at] as number) <= 0x39) at++;
    // A number never ends a record, so one that reaches the end may go on.
    if (at >= limit) return INCOMPLETE;
    return at === from ? INVALID : at;
  }

  function numberEnd(bytes: Uint8Array, from: number, limit: number): number {
    let at = bytes[from] === MINUS ? from + 1 : from;
    if (at < limit && bytes[at] === 0x30) at++;
    else at = digitsEnd(bytes, at, limit);
    if (at < 0) return at;
    if (at >= limit) return INCOMPLETE;
    if (bytes[at] === 0x2e) {
      at = digitsEnd(bytes, at + 1, limit);
      if (at < 0) return at;
    }
    if (((bytes[at] as number) | 0x20) === 0x65) {
      at++;
      if (at < limit && (bytes[at] === 0x2b || bytes[at] === MINUS)) at++;
      at = digitsEnd(bytes, at, limit);
    }
    return at;
  }

  /** Keeps a string that is an ARN, an id of AWS's form, or the value of a naming key. `from` and `to` are its quotes. */
  function keepEntity(bytes: Uint8Array, from: number, to: number, naming: number): void {
    if (entityCount === MAX_ENTITIES) return;
    const length = to - from - 1;
    if (length > MAX_ENTITY_BYTES || length === 0) return;
    if (naming < 0 && !isArn(bytes, from + 1, length) && !isId(bytes, from + 1, to, length)) return;
    entityStarts[entityCount] = from;
    entityEnds[entityCount] = to + 1;
    entityCount++;
  }

  /** Iterative, so that no depth of nesting can overflow the call stack. */
  function valueEnd(bytes: Uint8Array, from: number, limit: number, search: boolean, targets: boolean): number {
    let at = from;
    let depth = 0;
    let naming = -1;
    for (;;) {
      if (at >= limit) return INCOMPLETE;
      const byte = bytes[at] as number;
      let opened = false;
      if (byte === QUOTE) {
        const to = stringEnd(bytes, at + 1, limit);
        if (to < 0) return to;
        if (to === at + 1) {
          found |= EMPTY;
        } else if (search && !escaped) {
          keepEntity(bytes, at, to, naming);
          if (targets && naming >= 0 && depth === 1) {
            if (naming <= TARGET_GROUP) {
              targetStarts[naming] = at;
              targetEnds[naming] = to + 1;
            }
            if (naming !== TARGET_NEW_USER && namedCount < MAX_NAMED) {
              namedStarts[namedCount] = at;
              namedEnds[namedCount++] = to + 1;
            }
          }
        }
        at = to + 1;
      } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        if (depth === MAX_DEPTH) return TOO_DEEP;
        stack[depth++] = byte + 2;
        at = skipBlanks(bytes, at + 1, limit);
        if (at >= limit) return INCOMPLETE;
        if (bytes[at] === byte + 2) {
          found |= EMPTY;
          depth--;
          at++;
        } else {
          opened = true;
        }
      } else {
        if (byte === MINUS || (byte >= 0x30 && byte <= 0x39)) at = numberEnd(bytes, at, limit);
        else if (byte === 0x74) at = literalEnd(bytes, at, limit, TRUE);
        else if (byte === 0x66) at = literalEnd(bytes, at, limit, FALSE);
        else if (byte === 0x6e) {
          at = literalEnd(bytes, at, limit, NULL);
          found |= EMPTY;
        } else return INVALID;
        if (at < 0) return at;
      }
      // After a value: close what ends here, then come to the next value; after an opening, straight to the first.
      while (!opened) {
        if (depth === 0) return at;
        at = skipBlanks(bytes, at, limit);
        if (at >= limit) return INCOMPLETE;
        const next = bytes[at] as number;
        if (next === COMMA) {
          at = skipBlanks(bytes, at + 1, limit);
          if (at >= limit) return INCOMPLETE;
          opened = true;
        } else if (next === stack[depth - 1]) {
          depth--;
          at++;
        } else {
          return INVALID;
        }
      }
      if (stack[depth - 1] === CLOSE_OBJECT) {
        if (bytes[at] !== QUOTE) return INVALID;
        const keyEnd = stringEnd(bytes, at + 1, limit);
        if (keyEnd < 0) return keyEnd;
        if (search) naming = namingKey(bytes, at + 1, keyEnd);
        at = skipBlanks(bytes, keyEnd + 1, limit);
        if (at >= limit) return INCOMPLETE;
        if (bytes[at] !== COLON) return INVALID;
        at = skipBlanks(bytes, at + 1, limit);
      }
    }
  }

  function scanObject(bytes: Uint8Array, start: number, limit: number): number {
    // Small arrays: a loop is much cheaper than a call of fill.
    for (let key = 0; key < starts.length; key++) starts[key] = -1;
    for (let which = 0; which < targetStarts.length; which++) targetStarts[which] = -1;
    entityCount = 0;
    namedCount = 0;
    extraCount = 0;
    extraFlags = 0;
    let at = skipBlanks(bytes, start + 1, limit);
    if (at < limit && bytes[at] === CLOSE_OBJECT) return at + 1;
    for (;;) {
      if (at >= limit) return INCOMPLETE;
      if (bytes[at] !== QUOTE) return INVALID;
      const keyEnd = stringEnd(bytes, at + 1, limit);
      if (keyEnd < 0) return keyEnd;
      const key = escaped ? escapedKey(bytes, at, keyEnd) : recordKey(bytes, at + 1, keyEnd);
      const pairStart = at;
      found = 0;
      at = skipBlanks(bytes, keyEnd + 1, limit);
      if (at >= limit) return INCOMPLETE;
      if (bytes[at] !== COLON) return INVALID;
      at = skipBlanks(bytes, at + 1, limit);
      if (key >= 0) found = 0;
      const end = valueEnd(bytes, at, limit, key >= 0 && SEARCHED[key] === 1, key === REQUEST_PARAMETERS);
      if (end < 0) return end;
      if (key >= 0) {
        const isNull = bytes[at] === 0x6e;
        starts[key] = isNull ? -1 : at;
        ends[key] = end;
        flags[key] = found;
      } else if (extraCount < MAX_EXTRAS) {
        extraStarts[extraCount] = pairStart;
        extraEnds[extraCount] = end;
        extraFlags |= found;
        extraCount++;
      }
      at = skipBlanks(bytes, end, limit);
      if (at >= limit) return INCOMPLETE;
      const next = bytes[at];
      if (next === CLOSE_OBJECT) return at + 1;
      if (next !== COMMA) return INVALID;
      at = skipBlanks(bytes, at + 1, limit);
    }
  }

  const record: RecordScan = {
    starts,
    ends,
    flags,
    entityStarts,
    entityEnds,
    entityCount: 0,
    targetStarts,
    targetEnds,
    namedStarts,
    namedEnds,
    namedCount: 0,
    extraStarts,
    extraEnds,
    extraFlags: 0,
    extraCount: 0,
    start: 0,
    end: 0,
    scan(bytes, start, limit) {
      record.start = start;
      record.end = scanObject(bytes, start, limit);
      record.entityCount = entityCount;
      record.namedCount = namedCount;
      record.extraCount = extraCount;
      record.extraFlags = extraFlags;
      return record.end;
    },
    skip: (bytes, start, limit) => valueEnd(bytes, start, limit, false, false),
  };
  return record;
}

/** No service writes `"event\u004eame"`, but it would be the same key. */
function escapedKey(bytes: Uint8Array, quote: number, keyEnd: number): number {
  const name: string = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + quote, keyEnd + 1 - quote).toString('utf8'));
  return (RECORD_KEYS as readonly string[]).indexOf(name);
}

function isArn(bytes: Uint8Array, from: number, length: number): boolean {
  return length > 10 && bytes[from] === 0x61 && bytes[from + 1] === 0x72 && bytes[from + 2] === 0x6e && bytes[from + 3] === COLON;
}

/** `i-0123456789abcdef0`, `vpce-svc-…`: a lowercase prefix, then 17 digits and letters, or 8 hexadecimal ones in ids from before 2016. */
function isId(bytes: Uint8Array, from: number, to: number, length: number): boolean {
  const digits = length > 18 && bytes[to - 18] === MINUS ? 17 : length > 9 && bytes[to - 9] === MINUS ? 8 : 0;
  if (digits === 0 || length - digits > 30) return false;
  // Ids are hexadecimal; anonymised logs use the whole alphabet. Eight letters would be a word, so there only hexadecimal counts.
  const lastLetter = digits === 17 ? 0x7a : 0x66;
  let numeric = false;
  for (let at = to - digits; at < to; at++) {
    const byte = bytes[at] as number;
    if (byte >= 0x30 && byte <= 0x39) numeric = true;
    else if (byte < 0x61 || byte > lastLetter) return false;
  }
  if (!numeric) return false;
  for (let at = from; at < to - digits - 1; at++) {
    const byte = bytes[at] as number;
    if (!((byte >= 0x61 && byte <= 0x7a) || (byte === MINUS && at > from))) return false;
  }
  return true;
}

/** The bytes that a string may contain unescaped: all but quotes, backslashes and control characters. */
const PLAIN = new Uint8Array(256).fill(1, 0x20);
PLAIN[0x22] = 0;
PLAIN[0x5c] = 0;
const HEX = new Uint8Array(256);
for (const digit of '0123456789abcdefABCDEF') HEX[digit.charCodeAt(0)] = 1;
const ESCAPES = new Uint8Array(256);
for (const kind of '"\\/bfnrt') ESCAPES[kind.charCodeAt(0)] = 1;
