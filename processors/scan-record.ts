import { configure, constant, escapedKeys, memory, numbersAt, scan, skip } from './record-memory.ts';

/**
 * Finds the top-level values of a JSON object, and the names in it, without building any value. It accepts exactly the grammar of JSON.parse, since
 * most values are copied without being parsed: an accepted record is valid JSON.
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
export const MAX_EXTRAS = constant('MAX_EXTRAS');

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
export const TARGET_NEW_USER = constant('TARGET_NEW_USER');
export const TARGET_GROUP = constant('TARGET_GROUP');
const TARGETS = 3;

/** The value must be rewritten before it is copied: it holds blanks, empty values or an unpaired surrogate. */
export const BLANK = constant('BLANK');
export const EMPTY = constant('EMPTY');
export const SURROGATE = constant('SURROGATE');

/** The bytes end before the record does. */
export const INCOMPLETE = constant('INCOMPLETE');
/** Not JSON. */
export const INVALID = constant('INVALID');
/** Deeper than any engine takes. */
export const TOO_DEEP = constant('TOO_DEEP');

/** What was found in the record that was scanned last. All positions are addresses in the memory of records (record-memory.ts). */
export interface RecordScan {
  /** Where each key's value begins, by the key's number; -1 where the record lacks it or it is null. The last of duplicates counts, as in JSON.parse. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly flags: Uint8Array;
  /** Strings (with their quotes) that name what was touched, each once. */
  readonly entityStarts: Int32Array;
  readonly entityEnds: Int32Array;
  entityCount: number;
  /** userName, newUserName and groupName directly under requestParameters (with quotes), or -1. */
  readonly targetStarts: Int32Array;
  readonly targetEnds: Int32Array;
  /** Strings (with quotes) directly under requestParameters that name what the call is about, each once; a new name is none. */
  readonly namedStarts: Int32Array;
  readonly namedEnds: Int32Array;
  namedCount: number;
  /** Pairs (`"key":value`) whose key is none of RECORD_KEYS, and the flags of their values. */
  readonly extraStarts: Int32Array;
  readonly extraEnds: Int32Array;
  extraFlags: number;
  extraCount: number;
  /** Where the record begins and ends. */
  start: number;
  end: number;
}

const MAX_ENTITIES = constant('MAX_ENTITIES');
const MAX_NAMED = constant('MAX_NAMED');
const keys = RECORD_KEYS.length;
const counts = numbersAt(constant('COUNTS'), 4);

/** The record that was scanned last. */
export const scanned: RecordScan = {
  starts: numbersAt(constant('STARTS'), keys),
  ends: numbersAt(constant('ENDS'), keys),
  flags: memory.subarray(constant('FLAGS'), constant('FLAGS') + keys),
  entityStarts: numbersAt(constant('ENTITY_STARTS'), MAX_ENTITIES),
  entityEnds: numbersAt(constant('ENTITY_ENDS'), MAX_ENTITIES),
  entityCount: 0,
  targetStarts: numbersAt(constant('TARGET_STARTS'), TARGETS),
  targetEnds: numbersAt(constant('TARGET_ENDS'), TARGETS),
  namedStarts: numbersAt(constant('NAMED_STARTS'), MAX_NAMED),
  namedEnds: numbersAt(constant('NAMED_ENDS'), MAX_NAMED),
  namedCount: 0,
  extraStarts: numbersAt(constant('EXTRA_STARTS'), MAX_EXTRAS),
  extraEnds: numbersAt(constant('EXTRA_ENDS'), MAX_EXTRAS),
  extraFlags: 0,
  extraCount: 0,
  start: 0,
  end: 0,
};

const WINDOW = constant('WINDOW');
/** More than the largest record that is held (record-limits.ts). */
const WINDOW_BYTES = constant('WINDOW_BYTES');
/** So much is copied into the window at a time: many records, and it stays in the processor's cache. */
const STEP_BYTES = 256 * 1024;

/** What the window holds: these bytes, from the offset `base` to before `held`. */
let source: Buffer | undefined;
let base = 0;
let held = 0;

function load(bytes: Buffer, from: number, to: number): void {
  bytes.copy(memory, WINDOW, from, to);
  source = bytes;
  base = from;
  held = to;
}

/** Applies one of the loops to the value that begins at the offset `from`; yields the offset after it, or INCOMPLETE, INVALID, TOO_DEEP. */
function inWindow(loop: (from: number, limit: number) => number, bytes: Buffer, from: number, limit: number): number {
  if (bytes !== source || from < base || from >= held) load(bytes, from, Math.min(limit, from + STEP_BYTES));
  let end = loop(WINDOW + from - base, WINDOW + Math.min(limit, held) - base);
  if (end === INCOMPLETE && held < limit) {
    load(bytes, from, Math.min(limit, from + STEP_BYTES));
    end = loop(WINDOW, WINDOW + held - base);
    if (end === INCOMPLETE && held < limit) {
      load(bytes, from, Math.min(limit, from + WINDOW_BYTES));
      end = loop(WINDOW, WINDOW + held - base);
    }
  }
  return end < 0 ? end : end - WINDOW + base;
}

/** Scans the object that begins at the offset `start` into `scanned`; yields the offset after it, or INCOMPLETE, INVALID, TOO_DEEP. */
export function scanRecord(bytes: Buffer, start: number, limit: number): number {
  const end = inWindow(scan, bytes, start, limit);
  scanned.start = WINDOW + start - base;
  scanned.end = WINDOW + end - base;
  scanned.entityCount = counts[0] as number;
  scanned.namedCount = counts[1] as number;
  scanned.extraCount = counts[2] as number;
  scanned.extraFlags = counts[3] as number;
  return end;
}

/** Checks any value; yields as `scanRecord`, but leaves `scanned` as it is. */
export const skipValue = (bytes: Buffer, start: number, limit: number): number => inWindow(skip, bytes, start, limit);

const SLOTS = constant('SLOTS');

/**
 * Writes a table by which names are found from their bytes: the first name of each slot, then for each name the next of the same slot, its length and
 * its address.
 */
function writeKeys(address: number, names: readonly string[]): void {
  const entries = address + SLOTS * 2;
  let text = entries + (names.length + 1) * 8;
  for (const [index, name] of names.entries()) {
    const { length } = name;
    memory.write(name, text, 'latin1');
    const code = (at: number): number => name.charCodeAt(at);
    const slot = address + ((length * 37 + code(0) * 5 + code(length - 1) * 11 + code(length >> 1) * 17) & (SLOTS - 1)) * 2;
    const entry = entries + (index + 1) * 8;
    memory.writeUInt16LE(memory.readUInt16LE(slot), entry);
    memory.writeUInt16LE(length, entry + 2);
    memory.writeInt32LE(text, entry + 4);
    memory.writeUInt16LE(index + 1, slot);
    text += length;
  }
}

writeKeys(constant('RECORD_KEYS'), RECORD_KEYS);
writeKeys(constant('NAMING_KEYS'), NAMING_KEYS);
configure(keyNumber('requestParameters'));
/** The values that are searched for the names of resources. */
for (const key of ['requestParameters', 'responseElements', 'resources', 'serviceEventDetails'] as const)
  memory[constant('SEARCHED') + keyNumber(key)] = 1;
// No service writes `"event\u004eame"`, but it would be the same key.
escapedKeys.find = (from, to) => {
  const name: string = JSON.parse(memory.toString('utf8', from, to + 1));
  return (RECORD_KEYS as readonly string[]).indexOf(name);
};
