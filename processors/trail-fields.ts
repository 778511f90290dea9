import { CLOSE_LIST, CLOSE_OBJECT, OPEN_LIST, put, putMember, putOpening, putPair, putRange } from './document-parts.ts';
import { wellFormed, wellFormedTexts } from './quoted-json.ts';
import { binaryOf, constantPart, denseAt, memory, type Part, renamedResources, scratchPart } from './record-memory.ts';
import { BLANK, EMPTY, keyNumber, RECORD_KEYS, type RecordKey, SURROGATE, scanned } from './scan-record.ts';
import { type Action, type Caller, type Quoted, readLogin } from './trail-parts.ts';

/** Adds members of a CloudTrail record to its document under the names of ECS, and the whole section `aws.cloudtrail`. */

/** The number of each key of a record. */
export const KEY = Object.fromEntries(RECORD_KEYS.map((key) => [key, keyNumber(key)])) as Record<RecordKey, number>;

/** The name of a member, `,"name":`, with the byte that opens its value if it is always an object or a list. */
export const sectionName = (name: string, opening = ''): Part => constantPart(`,"${name}":${opening}`);

const QUOTE = 0x22;
const BRACE = 0x7b;
const BRACKET = 0x5b;
const LETTER_T = 0x74;
const LETTER_F = 0x66;
const REWRITE = BLANK | EMPTY | SURROGATE;

const { starts, ends, flags } = scanned;

/** Whether the value of a key is a text that is not empty. */
export function isText(key: number): boolean {
  const from = starts[key] as number;
  return from >= 0 && memory[from] === QUOTE && (ends[key] as number) - from >= 3;
}

/** Whether the value of a key is an object or a list. */
export function isTree(key: number): boolean {
  const from = starts[key] as number;
  return from >= 0 && (memory[from] === BRACE || memory[from] === BRACKET);
}

/** Adds the text of a key behind this name, or nothing where there is none. */
export function putText(name: Part, key: number): void {
  if (!isText(key)) return;
  putMember(name);
  const from = starts[key] as number;
  const to = ends[key] as number;
  if (((flags[key] as number) & SURROGATE) === 0) putRange(from, to);
  else put(scratchPart(wellFormed(binaryOf(from, to))));
}

/** The object or list of a key without its empty values; empty if nothing is left. */
function treeOf(key: number): Part {
  const at = starts[key] as number;
  const length = (ends[key] as number) - at;
  return rewritten({ at, length }, flags[key] as number);
}

/** A tree without what its flags say that it has. */
function rewritten(tree: Part, treeFlags: number): Part {
  if ((treeFlags & REWRITE) === 0) return tree;
  const dense = denseAt(tree.at, tree.at + tree.length);
  if ((treeFlags & SURROGATE) === 0) return dense;
  return scratchPart(wellFormedTexts(binaryOf(dense.at, dense.at + dense.length)));
}

/** An object or list without its empty values and blanks, as a binary string; empty where there is none. */
export function denseText(key: number): string {
  if (!isTree(key)) return '';
  const { at, length } = treeOf(key);
  return binaryOf(at, at + length);
}

const FLATTENED = members([
  ['requestParameters', 'request_parameters'],
  ['responseElements', 'response_elements'],
  ['additionalEventData', 'additional_eventdata'],
  ['serviceEventDetails', 'service_event_details'],
  ['insightDetails', 'insight_details'],
]);
const TEXTS = members([
  ['eventVersion', 'event_version'],
  ['eventType', 'event_type'],
  ['eventCategory', 'event_category'],
  ['errorCode', 'error_code'],
  ['errorMessage', 'error_message'],
  ['requestID', 'request_id'],
  ['apiVersion', 'api_version'],
]);
const MORE_TEXTS = members([
  ['sharedEventID', 'shared_event_id'],
  ['vpcEndpointId', 'vpc_endpoint_id'],
]);

interface Member {
  readonly key: number;
  readonly name: Part;
}

function members(names: readonly (readonly [RecordKey, string])[]): readonly Member[] {
  return names.map(([key, name]) => ({ key: KEY[key], name: sectionName(name) }));
}

const CLOUDTRAIL = constantPart(',"aws":{"cloudtrail":{"flattened":{');
const USER_IDENTITY = sectionName('user_identity');
const OTHER = sectionName('other');
const READ_ONLY = sectionName('read_only');
const MANAGEMENT_EVENT = sectionName('management_event');
const RECIPIENT = sectionName('recipient_account_id');
const FROM_CONSOLE = sectionName('session_credential_from_console');
const RESOURCES = sectionName('resources');
const END = constantPart('}}');
const TRUE = constantPart('true');
const FALSE = constantPart('false');
const QUOTED_TRUE = constantPart('"true"');
const QUOTED_FALSE = constantPart('"false"');

/** Adds the section `aws.cloudtrail`. */
export function writeCloudtrail(caller: Caller, recipient: Quoted | undefined, action: Action): void {
  putOpening(CLOUDTRAIL);
  for (const { key, name } of FLATTENED) if (isTree(key)) putPair(name, treeOf(key));
  putPair(USER_IDENTITY, caller.other);
  if (scanned.extraCount > 0) putPair(OTHER, extras());
  put(CLOSE_OBJECT);
  for (const { key, name } of TEXTS) putText(name, key);
  putBoolean(READ_ONLY, KEY.readOnly, TRUE, FALSE);
  putBoolean(MANAGEMENT_EVENT, KEY.managementEvent, TRUE, FALSE);
  if (recipient !== undefined) putPair(RECIPIENT, recipient.part);
  for (const { key, name } of MORE_TEXTS) putText(name, key);
  if (isText(KEY.sessionCredentialFromConsole)) putText(FROM_CONSOLE, KEY.sessionCredentialFromConsole);
  else putBoolean(FROM_CONSOLE, KEY.sessionCredentialFromConsole, QUOTED_TRUE, QUOTED_FALSE);
  if (isTree(KEY.resources)) putResources();
  put(caller.identity);
  const data = KEY.additionalEventData;
  if (action.isLogin && isTree(data)) put(readLogin(starts[data] as number, ends[data] as number));
  put(END);
}

function putBoolean(name: Part, key: number, yes: Part, no: Part): void {
  const from = starts[key] as number;
  const first = from < 0 ? 0 : memory[from];
  if (first === LETTER_T) putPair(name, yes);
  else if (first === LETTER_F) putPair(name, no);
}

/** The pairs under keys that have no field, as an object without empty values; empty if nothing is left. */
export function extras(): Part {
  const { extraStarts, extraEnds, extraCount, extraFlags } = scanned;
  let pairs = '';
  for (let index = 0; index < extraCount; index++) {
    pairs += `,${binaryOf(extraStarts[index] as number, extraEnds[index] as number)}`;
  }
  return rewritten(scratchPart(`{${pairs.slice(1)}}`), extraFlags);
}

/** Adds the resources under Elastic's names, as a list. A key can't be within a text: its quotes would be escaped there. */
function putResources(): void {
  const tree = treeOf(KEY.resources);
  if (tree.length === 0) return;
  putMember(RESOURCES);
  const isList = memory[tree.at] === BRACKET;
  if (!isList) put(OPEN_LIST);
  put(renamedResources(tree));
  if (!isList) put(CLOSE_LIST);
}
