import type { Json } from '../../core/json.ts';

/** A field in which another value is right. */
export interface Deviation {
  readonly field: string;
  /** Only where this value is expected. */
  readonly expected?: Json;
  readonly reason: string;
}

/** What Elastic's processors make with data files of their own, and what depends on how a document came: MASKS.md of the cases. */
const MASKED =
  /(?:^|\.)(?:geo|as)\.|^user_agent\.(?!original$)|^url\.(?:registered_domain|top_level_domain|subdomain)$|^dns\.question\.(?:registered_domain|top_level_domain|subdomain)$|^network\.community_id$|^threat\.|^ecs\.version$|^tags$|^event\.(?:ingested|created|module|dataset)$|^input\.type$|^log\.offset$|^fileset\.name$|^service\.type$|^agent\.|^host\.name$/;

/** Each unmasked field of the expected document that the other one lacks, or has with another value. A number equals its text, and one value a list of it. */
export function differences(expected: object, document: object | undefined, deviations: readonly Deviation[]): readonly string[] {
  const found = leavesOf(document as Json);
  return [...leavesOf(expected as Json)].flatMap(([field, values]) => {
    if (MASKED.test(field)) return [];
    const own = found.get(field) ?? [];
    if (isEqual(values, own)) return [];
    const isMeant = deviations.some(
      (each) => each.field === field && (each.expected === undefined || isEqual([each.expected], values)),
    );
    return isMeant ? [] : [`${field}: expected ${JSON.stringify(values)}, found ${JSON.stringify(own)}`];
  });
}

function leavesOf(value: Json | undefined, name = '', leaves = new Map<string, Json[]>()): Map<string, Json[]> {
  if (value === undefined || value === null) return leaves;
  if (Array.isArray(value)) for (const item of value) leavesOf(item, name, leaves);
  else if (typeof value === 'object') {
    for (const [key, member] of Object.entries(value)) leavesOf(member, name === '' ? key : `${name}.${key}`, leaves);
  } else leaves.set(name, [...(leaves.get(name) ?? []), value]);
  return leaves;
}

const isEqual = (one: readonly Json[], other: readonly Json[]): boolean =>
  one.length === other.length && one.every((value, index) => sameValue(value, other[index] as Json));

/** Instants of the same millisecond are equal in whatever form. */
function sameValue(one: Json, other: Json): boolean {
  if (one === other || String(one) === String(other)) return true;
  if (typeof one === 'number' || typeof other === 'number') return Number(one) === Number(other);
  const isTime = (value: Json): value is string => typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value);
  return isTime(one) && isTime(other) && Date.parse(one) === Date.parse(other);
}
