import { constant, numbersAt, planPart, planRoom } from '../record-memory.ts';

/**
 * How the fields of a line become a document, as the loops in `../wasm/line-bytes.ts` follow it: the leaves of the document in their order, each
 * with its slot. A line that lacks a leaf's field leaves it out, and the objects and lists that stay empty with it.
 */

/**
 * How the bytes of a slot are written. `json`: they are JSON already; `instant`: of a longer one the first 23 bytes, as `2026-11-21T09:30:00.123Z`; `ip`: other
 * bytes make the line unfit; `validIp`: other bytes are left out.
 */
export type LeafForm = 'text' | 'number' | 'ip' | 'validIp' | 'json' | 'instant';

/** A value of the document. */
export type Leaf = {
  /** Dotted, such as `source.ip`. Leaves of one name are items of a list. */
  readonly field: string;
} & (
  | {
      /** The name of a field of the line, or of what is derived from it. */
      readonly slot: string;
      /** The field of the line that a derived slot is made of, for messages. */
      readonly of?: string;
      readonly form: LeafForm;
      /** An item of a list: it is left out where an item of this slot has the same bytes. */
      readonly list?: { readonly unlike?: string };
    }
  | { readonly constant: string | readonly string[] }
);

export interface LinePlan {
  readonly address: number;
  readonly count: number;
  /** The leaves in the order of the document. */
  readonly leaves: readonly Leaf[];
}

const LEAF_BYTES = constant('LEAF_BYTES');
const MAX_LEAVES = constant('MAX_LEAVES');
const MAX_DEPTH = constant('MAX_DEPTH');
const FORMS = {
  json: constant('FORM_JSON'),
  text: constant('FORM_TEXT'),
  number: constant('FORM_NUMBER'),
  ip: constant('FORM_IP'),
  validIp: constant('FORM_VALID_IP'),
  instant: constant('FORM_INSTANT'),
} as const;

/** A leaf and the containers that it lies in, such as `related` and the list `ip`. */
interface Placed {
  readonly leaf: Leaf;
  readonly containers: readonly { readonly name: string; readonly isList: boolean }[];
  /** The last part of its name; empty for an item of a list. */
  readonly name: string;
}

/** Writes a plan into the memory of records, where it stays for the life of the process. */
export function linePlan(leaves: readonly Leaf[]): LinePlan {
  const placed = inOrder(leaves.map(place));
  if (placed.length > MAX_LEAVES) throw new Error(`A plan has ${placed.length} leaves, more than ${MAX_LEAVES}`);
  const address = planRoom(placed.length * LEAF_BYTES);
  const bySlot = new Map(placed.map(({ leaf, name }, number) => ['slot' in leaf && name === '' ? leaf.slot : '', number]));
  for (const [number, { leaf, containers, name }] of placed.entries()) {
    if (containers.length >= MAX_DEPTH) throw new Error(`${leaf.field} is nested deeper than ${MAX_DEPTH - 1} levels`);
    const numbers = numbersAt(address + number * LEAF_BYTES, LEAF_BYTES / 4);
    const before = placed[number - 1]?.containers ?? [];
    const value = 'constant' in leaf ? asciiJson(leaf.constant) : '';
    const opens = [...containers.map((container) => `${JSON.stringify(container.name)}:${container.isList ? '[' : '{'}`)];
    const last = `${name === '' ? '' : `${JSON.stringify(name)}:`}${value}`;
    const text = planPart(opens.join('') + last);
    const closers = planPart(
      containers
        .map(({ isList }) => (isList ? ']' : '}'))
        .reverse()
        .join(''),
    );
    const unlike = 'slot' in leaf ? leaf.list?.unlike : undefined;
    numbers[0] = 'slot' in leaf ? FORMS[leaf.form] : FORMS.json;
    numbers[1] = commonOf(before, containers);
    numbers[2] = containers.length;
    numbers[3] = closers.at;
    numbers[4] = text.at + text.length;
    numbers[5] = unlike === undefined ? -1 : (bySlot.get(unlike) ?? -1);
    let opened = text.at;
    for (let level = 0; level <= containers.length; level++) {
      numbers[6 + level] = opened;
      opened += opens[level]?.length ?? 0;
    }
  }
  return { address, count: placed.length, leaves: placed.map(({ leaf }) => leaf) };
}

function place(leaf: Leaf): Placed {
  const names = leaf.field.split('.');
  const isItem = 'slot' in leaf && leaf.list !== undefined;
  const containers = names
    .slice(0, isItem ? names.length : -1)
    .map((name, level) => ({ name, isList: isItem && level === names.length - 1 }));
  return { leaf, containers, name: isItem ? '' : (names.at(-1) as string) };
}

/** The leaves of one container side by side, in the order in which containers and leaves come first. */
function inOrder(placed: readonly Placed[], level = 0): readonly Placed[] {
  const groups = new Map<string, Placed[]>();
  for (const each of placed) {
    // An own group for a leaf of this level, since each has another name, or is an item of this list.
    const key = each.containers[level]?.name ?? `=${each.name === '' ? groups.size : each.name}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return [...groups.values()].flatMap((group) =>
    group.length === 1 || (group[0] as Placed).containers.length <= level ? group : inOrder(group, level + 1),
  );
}

function commonOf(one: Placed['containers'], other: Placed['containers']): number {
  let common = 0;
  while (common < one.length && common < other.length && one[common]?.name === other[common]?.name) common++;
  return common;
}

/** Constants are names of AWS and ECS, which are ASCII. */
function asciiJson(value: string | readonly string[]): string {
  const json = JSON.stringify(value);
  if (/[^\x20-\x7e]/.test(json)) throw new Error(`${json} is not ASCII`);
  return json;
}
