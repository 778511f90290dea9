import type { IndexMapping } from '../../core/field.ts';
import { jsonPath, literal, pathStep } from './schema.ts';

/**
 * The texts at a path inside a flattened field, as engines index them: through lists, and also where a key itself has dots, as keys of tags do. The
 * expression names each part of the path twice, as a whole key and as the first part of a key with dots, so that its length grows with the length of
 * the path and not with the number of ways in which the path can be read.
 */
export function leavesAt(name: string, root: string): string {
  if (name === root) return leavesUnder(root);
  const keys = name.slice(root.length + 1).split('.');
  // The field itself may be a list of objects.
  return texts(`flatten(list_transform(${entriesOf('document', jsonPath(root))}, lambda r: ${valuesAt(keys, 'r')}))`);
}

function valuesAt(keys: readonly string[], node: string, level = 0): string {
  const [key = '', ...rest] = keys;
  const whole = membersOf(node, keys.join('.'));
  if (rest.length === 0) return whole;
  const inner = `v${level}`;
  return `flatten([${whole}, flatten(list_transform(${membersOf(node, key)}, lambda ${inner}: ${valuesAt(rest, inner, level + 1)}))])`;
}

const membersOf = (node: string, key: string): string => entriesOf(node, `$${pathStep(key)}`);

/** The entries of what is a list; the one value of anything else. */
const entriesOf = (node: string, path: string): string =>
  `CASE WHEN json_type(${node}, ${literal(path)}) = 'ARRAY' THEN json_extract(${node}, ${literal(`${path}[*]`)}) ELSE [json_extract(${node}, ${literal(path)})] END`;

/** All texts under these flattened fields. */
export function leavesUnder(...roots: readonly string[]): string {
  const found = roots.map((root) => `json_extract(document, ${literal(`${jsonPath(root)}.**`)})`);
  return texts(found.length === 1 ? found.join() : `flatten([${found.join(', ')}])`);
}

const texts = (values: string): string =>
  `list_transform(list_filter(${values}, lambda j: json_type(j) NOT IN ('OBJECT', 'ARRAY', 'NULL')), lambda j: j ->> '$')`;

/** The fewest paths that hold all flattened fields and no other field: each path costs a pass over the document. */
export function flattenedRoots({ fields }: IndexMapping): readonly string[] {
  const others = fields.filter(({ type }) => type !== 'flattened').map(({ name }) => name);
  const roots = fields
    .filter(({ type }) => type === 'flattened')
    .map(({ name }) => {
      const keys = name.split('.');
      const parents = keys.map((_, index) => keys.slice(0, index + 1).join('.'));
      return parents.find((parent) => !others.some((other) => `${other}.`.startsWith(`${parent}.`))) ?? name;
    });
  return [...new Set(roots)];
}
