import { isExactNumber, parseExactJson } from '../../core/exact-json.ts';
import type { FieldType, IndexMapping } from '../../core/field.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { Product } from './engine.ts';
import { printedFields } from './print-fields.ts';
import { FLATTENED_DEPTH, ID_FIELD, IGNORE_ABOVE } from './schema.ts';

/**
 * Yields a body that the engine can index, for the rare one that it refused. Values that no index can hold (a text of more than 32,766 bytes inside a
 * flat_object, an object under a keyword, `yes?` for a boolean) move into one field without a mapping, and back when the document is read. So the
 * document is kept and shown whole, and its other fields can be searched.
 */

/** Holds the moved values: JSON text with their paths. */
const KEPT_FIELD = 'orgscope.not_indexed';

/** The longest term that Lucene takes; flat_object indexes `path=value`. */
const MAX_TERM_BYTES = 32_766;

interface Node {
  type?: FieldType;
  readonly fields: Map<string, Node>;
}

export type Fit = (body: Uint8Array) => Uint8Array | undefined;

/** Yields undefined for a body that is no JSON object. */
export function fitter(mapping: IndexMapping, product: Product): Fit {
  const root: Node = { fields: new Map() };
  for (const { name, type } of mapping.fields) {
    let node = root;
    for (const key of name.split('.')) {
      let next = node.fields.get(key);
      if (next === undefined) {
        next = { fields: new Map() };
        node.fields.set(key, next);
      }
      node = next;
    }
    node.type = type;
  }

  return (body) => {
    const document = parse(body);
    if (!isObject(document)) return undefined;
    const kept: [path: string[], value: unknown][] = [];

    /** Removes the values that the engine can't index. Lists stay or go as a whole, since positions would shift otherwise. */
    function trim(node: Node, object: Record<string, unknown>, path: readonly string[], depth: number): void {
      for (const [key, value] of Object.entries(object)) {
        const child = childOf(node, key);
        if (child === undefined) continue;
        const childPath = [...path, key];
        if (isObject(value) && isSplit(child) && !isOdd(child, key, depth)) trim(child, value, childPath, depthIn(child, depth));
        else if (isOdd(child, key, depth) || !suits(child, value, childPath.join('.'), depthIn(child, depth), product)) {
          kept.push([childPath, value]);
          delete object[key];
        }
      }
    }

    trim(root, document, [], 0);
    return Buffer.from(print(kept.length === 0 ? document : { ...document, [KEPT_FIELD]: print(kept) }));
  };
}

/** The mapping below a key. All content of a flattened field belongs to it; a key with dots is a path. */
const childOf = (node: Node, key: string): Node | undefined =>
  node.type === 'flattened' ? node : key.split('.').reduce<Node | undefined>((at, part) => at?.fields.get(part), node);

const isSplit = ({ type }: Node): boolean => type === undefined || type === 'flattened';

/** 0 outside of flattened fields, 1 at one itself. */
const depthIn = ({ type }: Node, depth: number): number => (type === 'flattened' ? depth + 1 : 0);

const isOdd = ({ type }: Node, key: string, depth: number): boolean =>
  type === 'flattened' && depth > 0 && (depth >= FLATTENED_DEPTH || key.includes('\0'));

function suits(node: Node, value: unknown, path: string, depth: number, product: Product): boolean {
  if (value === null) return true;
  if (Array.isArray(value)) return value.every((one) => suits(node, one, path, depth, product));
  if (isObject(value)) {
    return (
      isSplit(node) &&
      Object.entries(value).every(([key, inner]) => {
        const child = childOf(node, key);
        if (child === undefined) return true;
        return !isOdd(child, key, depth) && suits(child, inner, `${path}.${key}`, depthIn(child, depth), product);
      })
    );
  }
  if (node.type === undefined || (node.type === 'flattened' && depth === 1)) return false;
  if (node.type === 'flattened') return Buffer.byteLength(path) + 1 + indexedBytes(value, product) <= MAX_TERM_BYTES;
  return node.type !== 'boolean' || typeof value === 'boolean' || value === 'true' || value === 'false';
}

/** The bytes that are indexed of a value: `flattened` leaves longer texts out by its `ignore_above`. */
function indexedBytes(value: unknown, product: Product): number {
  if (typeof value !== 'string') return 0;
  return product === 'opensearch' ? Buffer.byteLength(value) : Math.min(Buffer.byteLength(value), 3 * IGNORE_ABOVE);
}

/** The document as it was given to the store, from its `_source` in the engine. */
export function shownSource(
  source: JsonObject,
  mapping: IndexMapping,
  parseKept: (text: string) => unknown = JSON.parse,
): JsonObject {
  const { [ID_FIELD]: _, [KEPT_FIELD]: kept, ...document } = source;
  for (const { name } of printedFields(mapping)) delete document[name];
  if (typeof kept !== 'string') return document;
  for (const [path, value] of parseKept(kept) as [string[], Json][]) {
    let at = document;
    for (const key of path.slice(0, -1)) at = at[key] as JsonObject;
    Object.defineProperty(at, path.at(-1) as string, { value, enumerable: true, configurable: true, writable: true });
  }
  return document;
}

function parse(body: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}

const print = (value: unknown): string => JSON.stringify(value);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value);
