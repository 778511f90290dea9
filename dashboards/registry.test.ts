import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { storeMappings } from '../cli/store-mappings.ts';
import type { Field } from '../core/field.ts';
import { parseLucene } from '../core/parse-lucene.ts';
import type { Filter, IndexView } from '../core/query.ts';
import { fieldsOf } from './dashboard.ts';
import { knowsField } from './knows-field.ts';
import { dashboards } from './registry.ts';

const mapped = new Map<IndexView, ReadonlyMap<string, Field>>(
  storeMappings().map(({ view, fields }) => [view, new Map(fields.map((field) => [field.name, field]))]),
);

function namedIn(filter: Filter): string[] {
  if ('filters' in filter) return filter.filters.flatMap(namedIn);
  if (filter.type === 'not') return namedIn(filter.filter);
  return 'field' in filter ? [filter.field] : [];
}

test('every file that declares a dashboard is in the registry', () => {
  const others = new Set(['dashboard.ts', 'compile-panel.ts', 'knows-field.ts', 'registry.ts']);
  const files = readdirSync(import.meta.dirname).filter((file) => !file.endsWith('.test.ts') && !others.has(file));
  assert.deepEqual(dashboards.map(({ id }) => `${id}.ts`).sort(), files.sort());
});

for (const { id, selector, panels } of dashboards) {
  test(`${id}: a panel, a condition and a selector name only fields that its documents have`, () => {
    for (const panel of panels) {
      for (const field of [...fieldsOf(panel), ...namedIn(parseLucene(panel.where))])
        assert.ok(mapped.get(panel.view)?.has(field), `${panel.title}: ${panel.view} has no ${field}`);
    }
    for (const { field } of selector.fields) assert.ok(mapped.get(selector.view)?.has(field), `${selector.title}: ${field}`);
  });

  test(`${id}: what is added up is a number, what runs over time is a date, and the page can narrow by what it offers`, () => {
    const typeOf = (view: IndexView, field: string) => mapped.get(view)?.get(field)?.type as string;
    for (const panel of panels) {
      if ('measure' in panel && panel.measure.op === 'sum')
        assert.match(typeOf(panel.view, panel.measure.field), /^(long|double|decimal)$/, panel.title);
      if (panel.type === 'timeseries') assert.equal(typeOf(panel.view, panel.over), 'date', panel.title);
      if (panel.type === 'bars') assert.ok(knowsField(panel.view, panel.by), panel.title);
      if (panel.type === 'timeseries' && panel.split !== undefined) assert.ok(knowsField(panel.view, panel.split), panel.title);
    }
    for (const { field } of selector.fields) assert.ok(knowsField(selector.view, field), field);
  });

  test(`${id}: titles are unique, and rows are filled to twelve columns`, () => {
    assert.equal(new Set(panels.map(({ title }) => title)).size, panels.length);
    let column = 0;
    for (const { title, width } of panels) {
      column += width;
      assert.ok(column <= 12, `${title} does not fit into its row`);
      if (column === 12) column = 0;
    }
    assert.equal(column, 0);
  });
}
