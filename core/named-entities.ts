import type { JsonObject } from './json.ts';
import { KIND_FACTS } from './kind-facts.ts';
import { walkTexts } from './walk-texts.ts';

/** `i-0a1b2c3d4e5f60718`, `tgw-attach-…`: the hexadecimal digits make it one of a kind. */
const WHOLE_ID = /^[a-z]+(?:-[a-z]+)*-[0-9a-f]{8,17}$/;
/** The same within a text. The number of words is bounded, so that the search takes linear time. */
const IDS_WITHIN = /(?<![0-9A-Za-z])[a-z]{1,20}(?:-[a-z]{1,20}){0,3}-[0-9a-f]{8,17}(?![0-9A-Za-z])/g;

export const isUniqueId = (id: string): boolean => WHOLE_ID.test(id);
export const isArn = (text: string): boolean => text.startsWith('arn:');

/** The field of a metric's dimensions, each as `name=value`. */
export const DIMENSIONS = 'resource.dimensions';
/** Dimensions of alarms and metrics name things of any kind. */
export const ANY_KIND: readonly string[] = ['Dimensions.Value'];
const NAME_MEMBERS = [...new Set([...ANY_KIND, ...KIND_FACTS.flatMap(({ nameMembers = [] }) => nameMembers)])];

/** The longest ARN of AWS. */
const ARN_LENGTH = 2_048;
/** The parts of an ARN before that of the resource, which may have colons of its own. */
const ARN_PARTS = 5;

/**
 * Yields all by which the document of a resource may name other resources: ids and ARNs in any of its texts, and the names in members that are called
 * like a kind. An ARN also names what it lies in: `arn:aws:s3:::bucket/*` the bucket, the ARN of a version the function.
 */
export function namedEntities(document: JsonObject): readonly string[] {
  const found = new Set<string>();
  walkTexts(document, '', (text, path) => {
    if (text.includes('-')) for (const [id] of text.matchAll(IDS_WITHIN)) for (const each of idsIn(id)) found.add(each);
    if (isArn(text)) for (const each of arnsIn(text)) found.add(each);
    else if (path === DIMENSIONS) found.add(text.slice(text.indexOf('=') + 1));
    else if (NAME_MEMBERS.some((member) => path.endsWith(member))) found.add(text);
    return false;
  });
  found.delete('');
  return [...found];
}

/** The id, and the shorter ids that it ends with: the word before an id within a text may not belong to it. */
function idsIn(id: string): readonly string[] {
  const words = id.split('-');
  return words.slice(0, -1).map((_, index) => words.slice(index).join('-'));
}

/** The ARN, and its beginnings that may be ARNs themselves. */
function arnsIn(arn: string): readonly string[] {
  const found = [arn];
  if (arn.length > ARN_LENGTH) return found;
  const resource = arn.split(':', ARN_PARTS).join(':').length + 1;
  for (let at = resource + 1; at < arn.length; at++) {
    if (arn[at] === ':' || arn[at] === '/') found.push(arn.slice(0, at));
  }
  return found;
}
