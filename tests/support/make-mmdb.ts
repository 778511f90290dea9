import type { Json } from '../../core/json.ts';

/** Yields a database of IPv4 networks in MaxMind's format, with a value for each, of strings, whole numbers, fractions, lists and objects. */
export function makeMmdb(type: string, networks: Readonly<Record<string, Json>>): Buffer {
  interface Node {
    readonly next: [Node | number | undefined, Node | number | undefined];
  }
  const root: Node = { next: [undefined, undefined] };
  const values: Buffer[] = [];
  let dataBytes = 0;
  for (const [network, value] of Object.entries(networks)) {
    const [address = '', prefix] = network.split('/');
    const bits = address
      .split('.')
      .map((octet) => Number(octet).toString(2).padStart(8, '0'))
      .join('')
      .slice(0, Number(prefix));
    let node = root;
    for (const bit of bits.slice(0, -1)) {
      const side = Number(bit) as 0 | 1;
      if (typeof node.next[side] !== 'object') node.next[side] = { next: [undefined, undefined] };
      node = node.next[side] as Node;
    }
    node.next[Number(bits.at(-1)) as 0 | 1] = dataBytes;
    const encoded = encode(value);
    values.push(encoded);
    dataBytes += encoded.length;
  }
  const nodes: Node[] = [];
  const gather = (node: Node): void => {
    nodes.push(node);
    for (const next of node.next) if (typeof next === 'object') gather(next);
  };
  gather(root);
  const numbers = new Map(nodes.map((node, number) => [node, number]));
  const tree = Buffer.alloc(nodes.length * 6);
  for (const [number, { next }] of nodes.entries()) {
    for (const [side, to] of next.entries()) {
      // A record equal to the number of nodes means that nothing is known; a larger one points to data.
      const record =
        to === undefined ? nodes.length : typeof to === 'number' ? nodes.length + 16 + to : (numbers.get(to) as number);
      tree.writeUIntBE(record, number * 6 + side * 3, 3);
    }
  }
  const metadata = {
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_700_000_000,
    database_type: type,
    description: { en: 'made by a test' },
    ip_version: 4,
    languages: ['en'],
    node_count: nodes.length,
    record_size: 24,
  };
  return Buffer.concat([tree, Buffer.alloc(16), ...values, Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'), encode(metadata)]);
}

/** Numbers of the format's types. */
const STRING = 2;
const DOUBLE = 3;
const UINT32 = 6;
const MAP = 7;
const ARRAY = 11;

function encode(value: Json): Buffer {
  if (typeof value === 'string') return Buffer.concat([control(STRING, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === 'number' && Number.isInteger(value)) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([control(UINT32, 4), bytes]);
  }
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return Buffer.concat([control(DOUBLE, 8), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([control(ARRAY, value.length), ...value.map(encode)]);
  if (value === null || typeof value !== 'object') throw new Error(`${value} can't be in the database of a test`);
  const entries = Object.entries(value);
  return Buffer.concat([control(MAP, entries.length), ...entries.flatMap(([key, inner]) => [encode(key), encode(inner)])]);
}

function control(type: number, size: number): Buffer {
  const length = size < 29 ? [size] : size < 285 ? [29, size - 29] : [];
  if (length.length === 0) throw new Error('the database of a test holds only short values');
  const [first, ...rest] = length as [number, ...number[]];
  return type > 7 ? Buffer.from([first, type - 7, ...rest]) : Buffer.from([(type << 5) | first, ...rest]);
}
