import type { Document } from '../../core/document.ts';
import type { Field } from '../../core/field.ts';
import type { Interval } from '../../core/interval.ts';
import type { AggregateQuery, Filter, Grouping, IndexView, Metric, Query } from '../../core/query.ts';

/** Yields random documents and questions, for tests that compare the answers of two stores. */

export const FIELDS: readonly Field[] = [
  { name: '@timestamp', type: 'date', description: '' },
  { name: 'event.action', type: 'keyword', description: '' },
  { name: 'event.reason', type: 'keyword', description: '' },
  { name: 'tags', type: 'keyword', array: true, description: '' },
  { name: 'bytes', type: 'long', description: '' },
  { name: 'ratio', type: 'double', description: '' },
  { name: 'cost', type: 'decimal', description: '' },
  { name: 'ok', type: 'boolean', description: '' },
  { name: 'seen', type: 'date', description: '' },
  { name: 'source.ip', type: 'ip', description: '' },
  { name: 'related.ip', type: 'ip', array: true, description: '' },
  { name: 'raw', type: 'flattened', description: '' },
  { name: 'deep.labels', type: 'flattened', description: '' },
  { name: 'raw_text', type: 'printed', prints: 'raw', description: '' },
];

const TEXTS = [
  'a',
  'b',
  'B',
  'ab',
  'Zebra',
  'zebra crossing',
  'ünï',
  'ÜNÏ',
  'quote"s',
  'back\\slash',
  'star*',
  'que?',
  'a.b',
  '',
  ' x y ',
  '😀 smile',
  '\uF900',
  '10.0.0.1',
  '5',
  '-7',
  'true',
  '2026-11-01',
  '#~&@<>^$|(){}[]+',
  '{"a":1}',
  'line\nbreak',
  'Straße',
];
const ADDRESSES = ['10.0.0.1', '10.0.0.17', '10.1.2.3', '192.168.0.1', '2001:db8::1', '::1', 'AWS Internal'];
/** Values to search addresses by: addresses in several notations, blocks of addresses, and text that is neither. */
const BLOCKS = [
  '10.0.0.0/8',
  '10.0.0.9/28',
  '0.0.0.0/0',
  '2001:db8::/32',
  '::/0',
  '::1/128',
  '::FFFF:10.0.0.1',
  '2001:DB8:0::1',
  'x/8',
];
const DATES = [
  '2026-11-01T00:00:00Z',
  '2026-11-01T10:30:00.250Z',
  '2026-11-01T10:59:59Z',
  '2026-11-02T00:00:00Z',
  '2026-11-30T23:59:59.999Z',
  '2026-12-01T00:00:00Z',
  '2025-02-28T12:00:00Z',
];
const DECIMALS = ['0', '0.1', '0.2', '1.10', '1.1', '-3.5', '1e-10', '12345678.901234567', '100'];
const INTERVALS: readonly Interval[] = ['minute', 'hour', 'day', 'month', { seconds: 300 }, { seconds: 7 }, { seconds: 86_400 }];
const PATHS = [
  'raw',
  'raw.x',
  'raw.n',
  'raw.list',
  'raw.items.y',
  'raw.deep.z',
  'raw.a.b',
  'raw.none',
  'deep.labels',
  'deep.labels.team',
];

export function randomQuestions(below: (limit: number) => number) {
  const one = <T>(of: readonly T[]): T => of[below(of.length)] as T;
  const maybe = <T>(make: () => T): T | undefined => (below(4) === 0 ? undefined : make());
  const some = <T>(limit: number, make: () => T): T[] => Array.from({ length: below(limit + 1) }, make);
  const text = () => one(TEXTS);

  const leaf = (): unknown => one([text(), below(20), below(2) === 0, null]);

  function document(view: IndexView, number: number): Document {
    const value = {
      '@timestamp': one(DATES),
      event: { action: maybe(text), reason: one([undefined, undefined, null, text()]) },
      tags: one<unknown>([undefined, [], text(), [null], [...some(3, text), 'a', 'a']]),
      bytes: one<unknown>([undefined, below(10), 5, -7, 2 ** 40, 'no number', null]),
      ratio: one<unknown>([undefined, 0.1, 0.2, 0.30000000000000004, -1.5, below(100) / 8]),
      cost: maybe(() => one(DECIMALS)),
      ok: one([undefined, true, false, null]),
      seen: one<unknown>([undefined, one(DATES), one(DATES), 'never']),
      source: { ip: maybe(() => one(ADDRESSES)) },
      related: { ip: one<unknown>([undefined, one(ADDRESSES), some(3, () => one(ADDRESSES))]) },
      raw: one<unknown>([
        undefined,
        {},
        { x: leaf(), n: below(30), 'a.b': text(), a: { c: leaf() } },
        { x: leaf(), list: some(3, leaf), items: [{ y: leaf() }, { y: [text(), text()] }, {}] },
        { items: { y: text() }, deep: [{ z: [leaf()] }, { z: leaf() }], a: { b: text() } },
      ]),
      deep: { labels: maybe(() => ({ team: text(), [text() || 'k']: text() })) },
      unmapped: { word: `only-here ${text()}` },
    };
    const day = 1 + below(3);
    const index = view === 'awsbilling' ? `${view}-2026.11` : view === 'awscli-current' ? view : `${view}-2026.11.0${day}`;
    const id = one([`id-${number}`, `ID:${number}/ü`, `${number}`]);
    return { index, id, operation: 'create', body: Buffer.from(JSON.stringify(value)) };
  }

  const NAMES = FIELDS.filter(({ type }) => type !== 'printed').map(({ name }) => name);
  const searched = () => one([...NAMES, 'source.ip', 'related.ip', ...PATHS, '_index', '_id', 'event', 'unmapped.word']);
  const scalar = () =>
    one<string | number | boolean>([
      text(),
      one(DATES),
      one(DECIMALS),
      one(ADDRESSES),
      one(BLOCKS),
      below(12),
      5.5,
      true,
      'FALSE',
      1e30,
    ]);
  const bound = () =>
    one<string | number>([
      text(),
      one(DATES),
      '2026-11',
      '2026-11-01',
      one(DECIMALS),
      one(ADDRESSES),
      below(12),
      5.5,
      -1e30,
      1e30,
    ]);
  const part = (whole: string) => whole.slice(below(3), 2 + below(6)) || 'a';

  /** The text fields, which patterns may search. */
  const patterned = () => one(['event.action', 'tags', 'source.ip', 'related.ip', 'raw', 'raw_text', '_index', '_id']);
  const wild = () => one(['*', '?', '**', '']);
  const plain = (part: string) => part.replace(/[\\*?]/g, '\\$&');
  const pattern = () =>
    wild() +
    plain(part(one([text(), '10.0', 'awscli-trail', 'id-1']))) +
    wild() +
    one(['', plain(text().slice(-1)), '1']) +
    wild();

  function filter(depth: number): Filter {
    const kind = below(depth > 0 ? 12 : 9);
    if (kind === 0) return { type: 'all' };
    if (kind === 1) return { type: 'term', field: searched(), value: scalar() };
    if (kind === 2) return { type: 'terms', field: searched(), values: some(4, scalar) };
    if (kind === 3)
      return {
        type: 'prefix',
        field: searched(),
        value: one([text().slice(0, 2), '10.', '2026-11', '2026-11-01T10', 'awscli-', 'awsbilling-2026', 'id-1', '']),
      };
    if (kind === 4 || kind === 5) return { type: 'exists', field: searched() };
    if (kind === 6) {
      const bounds = { gte: bound(), gt: bound(), lte: bound(), lt: bound() };
      const kept = Object.fromEntries(Object.entries(bounds).filter(() => below(3) === 0));
      return { type: 'range', field: searched(), ...kept };
    }
    if (kind === 7) return { type: 'text', value: one([part(text()), part(text()).toUpperCase(), 'only-here', 'x', '10.0']) };
    if (kind === 8) return { type: 'wildcard', field: patterned(), value: pattern() };
    if (kind === 9) return { type: 'not', filter: filter(depth - 1) };
    return { type: kind === 10 ? 'and' : 'or', filters: some(3, () => filter(depth - 1)) };
  }

  function metric(name: string): Metric {
    const op = one(['count', 'sum', 'avg', 'min', 'max', 'distinct', 'percentile', 'last'] as const);
    if (op === 'count') return { name, op };
    if (op === 'distinct') return { name, op, field: one(NAMES.filter((field) => field !== 'raw' && field !== 'deep.labels')) };
    const numbers = ['bytes', 'ratio', 'cost'];
    if (op === 'percentile') return { name, op, field: one(numbers), percent: one([0.001, 7, 25, 50, 95, 99.9, 100]) };
    if (op === 'last') return { name, op, field: one(numbers), over: one(['@timestamp', 'seen']) };
    return { name, op, field: one(op === 'min' || op === 'max' ? [...numbers, '@timestamp', 'seen'] : numbers) };
  }

  function grouping(name: string, metrics: readonly Metric[]): Grouping {
    if (below(3) === 0) return { name, by: 'time', field: one(['@timestamp', 'seen']), interval: one(INTERVALS) };
    const field = one(['event.action', 'event.reason', 'tags', 'bytes', 'ok', 'source.ip', 'cost', 'ratio', 'seen', '_index']);
    const by = one([name, '_count', ...metrics.map((each) => each.name)]);
    const order = below(3) === 0 ? {} : { order: { by, direction: one(['asc', 'desc'] as const) } };
    const except =
      ['event.action', 'event.reason', 'tags'].includes(field) && below(3) === 0
        ? { exceptPrefix: one(['a', 'Z', '{', '\\uF900']) }
        : {};
    return { name, by: 'terms', field, size: 1 + below(12), ...order, ...except };
  }

  function query(view: IndexView): Query {
    const asked = { view, filter: filter(3), ...(below(4) === 0 ? { time: { from: one(DATES), to: one(DATES) } } : {}) };
    if (below(2) === 0) {
      const direction = () => one(['asc', 'desc'] as const);
      const sortable = [...NAMES.filter((field) => field !== 'raw' && field !== 'deep.labels'), '_index', '_id'];
      const sort = some(2, () => ({ field: one(sortable), direction: direction() }));
      return { type: 'rows', ...asked, sort, limit: one([0, 3, 1000]), offset: one([0, 0, 5, 50]) };
    }
    const metrics = some(3, () => 0).map((_, index) => metric(`m${index}`));
    const groups = some(3, () => 0).map((_, index) => grouping(`g${index}`, metrics));
    return { type: 'aggregate', ...asked, groups, metrics } satisfies AggregateQuery;
  }

  return { document, query };
}
