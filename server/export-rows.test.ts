import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Filter, Hit, RowsQuery } from '../core/query.ts';
import type { Asker } from './asker.ts';
import { csvCell, exportRows } from './export-rows.ts';

test('text that a spreadsheet would calculate stays text; numbers stay numbers', () => {
  for (const formula of ['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1']) assert.match(csvCell(formula), /^"?'/, formula);
  for (const formula of [
    '\n=1',
    '\n1',
    '＝1+1',
    '＋1',
    '－1+1',
    '＠SUM(A1)',
    ' =1',
    '\u00a0=1',
    '\u200b=1',
    '\ufeff@A',
    '\u0000=1',
  ])
    assert.match(csvCell(formula), /^"?'/, JSON.stringify(formula));
  for (const text of ['a=1', ' a', 'e-mail', 'ａ＝１', '']) assert.equal(csvCell(text), text);
  assert.equal(csvCell('=HYPERLINK("http://x","y")'), '"\'=HYPERLINK(""http://x"",""y"")"');
  assert.equal(csvCell(-5), '-5');
  assert.equal(csvCell('-0.000000000000000001'), '-0.000000000000000001');
  assert.equal(csvCell(['=a', 'b']), `"'=a, b"`);
  assert.equal(csvCell('a,b\n"c"'), '"a,b\n""c"""');
  assert.equal(csvCell(null), '');
  assert.equal(csvCell({ a: 1 }), '"{""a"":1}"');
});

/** So many rows, by their ids; says what was asked. */
function store(count: number): Asker & { asked: RowsQuery[] } {
  const asked: RowsQuery[] = [];
  const idAt = (index: number): string => String(index).padStart(7, '0');
  const after = (filter: Filter): number => {
    if (filter.type === 'range') return Number(filter.gt) + 1;
    return filter.type === 'and' ? Math.max(0, ...filter.filters.map(after)) : 0;
  };
  return {
    asked,
    async rows(query) {
      asked.push(query);
      const start = after(query.filter) + query.offset;
      const length = Math.max(0, Math.min(query.limit, count - start));
      const hits: Hit[] = Array.from({ length }, (_, index) => {
        const id = idAt(start + index);
        return { _index: 'i', _id: id, _source: { id } };
      });
      return { type: 'rows', total: count - after(query.filter), hits };
    },
    aggregate: async () => [],
  };
}

const query: RowsQuery = {
  type: 'rows',
  view: 'awscli-current',
  filter: { type: 'all' },
  sort: [{ field: 'name', direction: 'desc' }],
  limit: 0,
  offset: 0,
};

async function exported(ask: Asker, format: 'csv' | 'json'): Promise<string> {
  let text = '';
  for await (const piece of exportRows(ask, query, format, ['id'])) text += piece;
  return text;
}

for (const count of [0, 1, 2_000, 4_001, 60_001]) {
  test(`${count} rows are exported once each`, async () => {
    const lines = (await exported(store(count), 'csv')).split('\r\n').slice(1, -1);
    assert.equal(new Set(lines).size, count);
    assert.equal(lines.length, count);
    assert.equal((JSON.parse(await exported(store(count), 'json')) as unknown[]).length, count);
  });
}

test('a table is exported in its order; more than can be sorted page by page in that of the ids', async () => {
  const few = store(4_001);
  await exported(few, 'csv');
  assert.ok(few.asked.every(({ sort }) => sort[0]?.field === 'name'));
  const many = store(60_001);
  await exported(many, 'csv');
  assert.ok(many.asked.slice(1).every(({ sort, offset }) => sort[0]?.field === '_id' && offset === 0));
});
