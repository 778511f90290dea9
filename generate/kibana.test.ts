import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storeMappings } from '../cli/store-mappings.ts';
import { dashboards } from '../dashboards/registry.ts';
import { kibana } from './kibana.ts';

interface Saved {
  type: string;
  id: string;
  attributes: Record<string, unknown> & { title: string };
  references: { name: string; type: string; id: string }[];
  migrationVersion: Record<string, string>;
}

const { text } = kibana();
const lines = text
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));
const summary = lines.pop();
const objects: Saved[] = lines;
const find = (type: string, id: string) => objects.find((object) => object.type === type && object.id === id);

test('an export summary closes the file, ids are unique and every reference is there', () => {
  assert.deepEqual(summary, { exportedCount: objects.length, missingRefCount: 0, missingReferences: [] });
  assert.equal(new Set(objects.map(({ type, id }) => `${type} ${id}`)).size, objects.length);
  for (const { id, references } of objects) {
    for (const reference of references)
      assert.ok(find(reference.type, reference.id), `${id} → ${reference.type} ${reference.id}`);
  }
});

test('the stamps are the oldest that servers take, and nothing is Lens', () => {
  const stamps: Record<string, string> = {
    dashboard: '7.9.3',
    visualization: '7.10.0',
    search: '7.9.3',
    'index-pattern': '7.6.0',
  };
  for (const { type, migrationVersion } of objects) assert.deepEqual(migrationVersion, { [type]: stamps[type] });
  const kinds = objects
    .filter(({ type }) => type === 'visualization')
    .map(({ attributes }) => JSON.parse(attributes.visState as string).type);
  assert.deepEqual([...new Set(kinds)].sort(), [
    'histogram',
    'horizontal_bar',
    'input_control_vis',
    'markdown',
    'metric',
    'table',
  ]);
});

test('what importers expect as text is text, and holds the names that it refers by', () => {
  for (const { type, id, attributes, references } of objects) {
    const texts = {
      'index-pattern': ['fields', 'fieldFormatMap'],
      visualization: ['visState', 'uiStateJSON'],
      search: [],
      dashboard: ['panelsJSON', 'optionsJSON'],
    }[type] as string[];
    for (const name of texts) assert.equal(typeof attributes[name], 'string', `${id} ${name}`);
    const held = JSON.stringify(attributes);
    for (const { name } of references) assert.ok(held.includes(name), `${id} has a reference ${name} that it does not use`);
    if (type === 'dashboard') {
      const panels: { panelRefName: string; gridData: { x: number; y: number; w: number; h: number } }[] = JSON.parse(
        attributes.panelsJSON as string,
      );
      assert.deepEqual(panels.map((panel) => panel.panelRefName).sort(), references.map(({ name }) => name).sort());
      for (const [index, { gridData: a }] of panels.entries()) {
        assert.ok(a.x + a.w <= 48);
        for (const { gridData: b } of panels.slice(0, index))
          assert.ok(
            a.x >= b.x + b.w || b.x >= a.x + a.w || a.y >= b.y + b.h || b.y >= a.y + a.h,
            `panel ${index} lies on another`,
          );
      }
    }
  }
});

test('every field that a saved object names is in the index pattern that it refers to, and can be aggregated where it must', () => {
  const fields = (pattern: string) =>
    new Map<string, { aggregatable: boolean; type: string }>(
      (
        JSON.parse(find('index-pattern', pattern)?.attributes.fields as string) as {
          name: string;
          aggregatable: boolean;
          type: string;
        }[]
      ).map((field) => [field.name, field]),
    );
  let seen = 0;
  for (const { type, id, attributes, references } of objects) {
    const known = (reference: string) => fields(references.find(({ name }) => name === reference)?.id as string);
    const INDEX = 'kibanaSavedObjectMeta.searchSourceJSON.index';
    if (type === 'search') {
      for (const column of attributes.columns as string[]) {
        seen++;
        assert.ok(known(INDEX).has(column), `${id} ${column}`);
      }
    }
    if (type !== 'visualization') continue;
    const { aggs, params } = JSON.parse(attributes.visState as string);
    for (const agg of aggs) {
      if (agg.params.field === undefined) continue;
      seen++;
      assert.equal(known(INDEX).get(agg.params.field)?.aggregatable, true, `${id} ${agg.params.field}`);
      if (agg.type === 'sum') assert.equal(known(INDEX).get(agg.params.field)?.type, 'number', id);
      if (agg.type === 'date_histogram') assert.equal(known(INDEX).get(agg.params.field)?.type, 'date', id);
    }
    for (const control of params.controls ?? []) {
      seen++;
      assert.equal(known(control.indexPatternRefName).get(control.fieldName)?.aggregatable, true, `${id} ${control.fieldName}`);
    }
  }
  assert.ok(seen > 100, `only ${seen} fields were checked`);
});

test('the history is kept apart from the trail and from current state, which no time range hides', () => {
  assert.equal(find('index-pattern', 'awscli')?.attributes.title, 'awscli-*,-awscli-trail-*,-awscli-current');
  assert.equal(find('index-pattern', 'awscli-current')?.attributes.timeFieldName, undefined);
  assert.equal(find('index-pattern', 'awscli-trail')?.attributes.timeFieldName, '@timestamp');
  assert.equal(objects.filter(({ type }) => type === 'index-pattern').length, storeMappings().length);
});

test('every view is there under its own name', () => {
  const titles = new Set(objects.map(({ attributes }) => attributes.title));
  assert.ok(titles.has('[AWS] Navigation'));
  for (const { title, selector, panels } of dashboards) {
    for (const name of [title, selector.title, ...panels.map((panel) => panel.title)])
      assert.ok(titles.has(`[AWS] ${name}`), name);
  }
});

test('the same definitions give the same bytes', () => {
  assert.equal(kibana().text, text);
});
