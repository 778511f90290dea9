import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storeMappings } from '../app/store-mappings.ts';
import { dashboards } from '../dashboards/registry.ts';
import { kibana } from './saved-objects.ts';

interface Saved {
  type: string;
  id: string;
  attributes: Record<string, unknown> & { title: string };
  references: { name: string; type: string; id: string }[];
  migrationVersion: Record<string, string>;
}

const { text } = kibana(storeMappings());
const lines = text
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));
const summary = lines.pop();
const objects: Saved[] = lines;
const find = (type: string, id: string) => objects.find((object) => object.type === type && object.id === id);

test('an export summary ends the file, ids are unique and every reference has its object', () => {
  assert.deepEqual(summary, { exportedCount: objects.length, missingRefCount: 0, missingReferences: [] });
  assert.equal(new Set(objects.map(({ type, id }) => `${type} ${id}`)).size, objects.length);
  for (const { id, references } of objects) {
    for (const reference of references)
      assert.ok(find(reference.type, reference.id), `${id} → ${reference.type} ${reference.id}`);
  }
});

test('the version stamps are the oldest that servers accept, and no panel uses Lens', () => {
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
    'heatmap',
    'histogram',
    'horizontal_bar',
    'input_control_vis',
    'markdown',
    'metric',
    'table',
  ]);
});

test('members that importers expect as text are text, and name the references that they use', () => {
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

test('the pattern of the history excludes the trail and the current state, which has no time field', () => {
  assert.equal(find('index-pattern', 'awscli')?.attributes.title, 'awscli-*,-awscli-trail-*,-awscli-current');
  assert.equal(find('index-pattern', 'awscli-current')?.attributes.timeFieldName, undefined);
  assert.equal(find('index-pattern', 'awscli-trail')?.attributes.timeFieldName, '@timestamp');
  assert.equal(objects.filter(({ type }) => type === 'index-pattern').length, storeMappings().length);
});

test('the navigation and every dashboard, selector and panel have an object with their title', () => {
  const titles = new Set(objects.map(({ attributes }) => attributes.title));
  assert.ok(titles.has('[AWS] Navigation'));
  for (const { title, selector, panels } of dashboards) {
    for (const name of [title, selector.title, ...panels.map((panel) => panel.title)])
      assert.ok(titles.has(`[AWS] ${name}`), name);
  }
});

test('the same definitions yield the same bytes', () => {
  assert.equal(kibana(storeMappings()).text, text);
});

interface Placed {
  readonly saved: Saved;
  readonly grid: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly timeRange: { readonly from: string; readonly to: string } | undefined;
}

function placedOn(dashboard: Saved): Placed[] {
  const panels: { panelRefName: string; gridData: Placed['grid']; embeddableConfig: { timeRange?: Placed['timeRange'] } }[] =
    JSON.parse(dashboard.attributes.panelsJSON as string);
  return panels.map(({ panelRefName, gridData, embeddableConfig }) => {
    const { type, id } = dashboard.references.find(({ name }) => name === panelRefName) as Saved['references'][number];
    return { saved: find(type, id) as Saved, grid: gridData, timeRange: embeddableConfig.timeRange };
  });
}

const ofType = (type: string) => objects.filter((object) => object.type === type);
const visStateOf = ({ attributes }: Saved) => JSON.parse(attributes.visState as string);
const patternOf = ({ references }: Saved) =>
  find('index-pattern', references.find(({ type }) => type === 'index-pattern')?.id ?? '') as Saved;
const attribute = (saved: Saved, name: string) => JSON.parse(saved.attributes[name] as string);

test('a rounded end of a range lies before today, whose end Kibana would take', () => {
  const ranges = ofType('dashboard').flatMap((dashboard) => [
    ...placedOn(dashboard).flatMap(({ timeRange }) => (timeRange === undefined ? [] : [timeRange])),
    { from: dashboard.attributes.timeFrom as string, to: dashboard.attributes.timeTo as string },
  ]);
  assert.ok(ranges.some(({ to }) => to.includes('/')));
  for (const { to } of ranges) assert.match(to, /^now(-[1-9]\d*d\/d)?$/);
  // In conditions a rounded end would mean yet another moment: there are none.
  for (const { attributes } of objects) assert.doesNotMatch(JSON.stringify(attributes.kibanaSavedObjectMeta ?? ''), /now/);
});

/** Of a window of 1,600 pixels, less a scroll bar; 8 pixels between panels. */
const widthPx = (columns: number): number => ((1_600 - 15 - 8) / 48) * columns - 8;
/** A panel of so many rows, less its title. */
const heightPx = (rows: number): number => rows * 28 - 8 - 26;
/** The width of text in the bold font of Kibana, in parts of the font size: a digit and a capital at most 0.7, a point, comma, colon, blank or stroke half as much. */
const emsOf = (text: string): number =>
  text.replaceAll(/[.,: -]/g, '').length * 0.7 + (text.match(/[.,: -]/g)?.length ?? 0) * 0.35;

test('every number has room for its largest value, and its unit stands beside it or in the title', () => {
  let seen = 0;
  for (const { saved, grid } of ofType('dashboard').flatMap(placedOn)) {
    if (saved.type !== 'visualization') continue;
    const { type, params, aggs } = visStateOf(saved);
    if (type !== 'metric') continue;
    seen++;
    const [{ params: agg }] = aggs;
    const format = attribute(patternOf(saved), 'fieldFormatMap')[agg.field];
    const widest = { '$0,0.00': '$1,123,456.78', '0,0.[00]b': '1,023.99GB', 'YYYY-MM-DD HH:mm': '2019-03-07 09:15' };
    const text = widest[format?.params.pattern as keyof typeof widest] ?? '7,788,544.5';
    // 16 pixels around the number and 8 around the chart; a point is 4/3 of a pixel.
    const { fontSize } = params.metric.style;
    const wide = emsOf(text) * fontSize * (4 / 3);
    assert.ok(wide <= widthPx(grid.w) - 48, `${saved.id}: ${text} is ${wide} wide`);
    assert.ok(fontSize * (4 / 3) * 1.3 + 32 <= heightPx(grid.h), `${saved.id} is too low`);
    assert.ok(fontSize >= 24, `${saved.id} is hard to read`);
    assert.equal(params.metric.labels.show, false);
    if (/_gib$/.test(agg.field ?? '')) assert.match(saved.attributes.title, /\[(GiB|GB)\]$/);
    // A title is cut rather than broken: 12 pixels high, with a menu beside it.
    assert.ok(saved.attributes.title.length * 7 <= widthPx(grid.w) - 40, `${saved.attributes.title} is cut`);
  }
  assert.ok(seen > 40, `${seen} numbers`);
});

test('a selector is as high as its rows of controls, sliders with their scale included', () => {
  for (const { saved, grid } of ofType('dashboard').flatMap(placedOn)) {
    if (saved.type !== 'visualization') continue;
    const { type, params } = visStateOf(saved);
    if (type !== 'input_control_vis') continue;
    // Each is 250 pixels wide or more, with 24 between them.
    const inRow = Math.floor((widthPx(grid.w) - 32 + 24) / (250 + 24));
    const rows = Math.ceil(params.controls.length / inRow);
    assert.ok(rows * 88 + 16 <= heightPx(grid.h), `${saved.id}: ${rows} rows of controls in ${grid.h}`);
    assert.ok(grid.h <= rows * 4 + 3, `${saved.id} is mostly empty`);
  }
});

test('panels of a row are equally high, and a list of many columns has the whole width', () => {
  for (const dashboard of ofType('dashboard')) {
    const panels = placedOn(dashboard);
    for (const { saved, grid } of panels) {
      for (const other of panels) if (other.grid.y === grid.y) assert.equal(other.grid.h, grid.h, saved.id);
      if (saved.type === 'search' && (saved.attributes.columns as string[]).length > 7) assert.equal(grid.w, 48, saved.id);
    }
    const rows = Map.groupBy(panels, ({ grid }) => grid.y);
    for (const [y, row] of rows)
      assert.equal(
        row.reduce((sum, { grid }) => sum + grid.w, 0),
        48,
        `${dashboard.id}, ${y}`,
      );
  }
});

test('every number, group and column has a name that people read', () => {
  /** As a field is written, or as Kibana names one itself. */
  const raw = /[._@]|: (Descending|Ascending)$|^(Count|Sum|Max|Min|Unique count)\b|^[a-z]/;
  const readable = (name: string | undefined, where: string) => {
    assert.ok(name !== undefined && name !== '' && (name.startsWith('vCPU') || !raw.test(name)), `${where}: ${name}`);
  };
  for (const saved of ofType('visualization')) {
    const { type, aggs, params } = visStateOf(saved);
    for (const agg of aggs) if (type !== 'metric') readable(agg.params.customLabel, `${saved.id} ${agg.type}`);
    for (const axis of params.valueAxes ?? []) readable(axis.title.text, saved.id);
  }
  for (const saved of ofType('search')) {
    const pattern = patternOf(saved);
    const labels = attribute(pattern, 'fieldAttrs');
    const columns = saved.attributes.columns as string[];
    for (const column of columns) readable(labels[column]?.customLabel, `${saved.id} ${column}`);
    assert.ok(!columns.includes(pattern.attributes.timeFieldName as string), `${saved.id} shows its time twice`);
    const { highlightAll } = JSON.parse(
      (saved.attributes.kibanaSavedObjectMeta as { searchSourceJSON: string }).searchSourceJSON,
    );
    assert.equal(highlightAll, false, saved.id);
  }
  for (const pattern of ofType('index-pattern')) {
    const labels = Object.values(attribute(pattern, 'fieldAttrs') as Record<string, { customLabel: string }>);
    assert.equal(new Set(labels.map(({ customLabel }) => customLabel)).size, labels.length, `${pattern.id} has a heading twice`);
    const formats = attribute(pattern, 'fieldFormatMap');
    for (const { name, type } of attribute(pattern, 'fields'))
      if (type === 'date') assert.equal(formats[name]?.params.pattern, 'YYYY-MM-DD HH:mm', `${pattern.id} ${name}`);
  }
});

test('good and bad values have their own colours, keyed by the values of documents', () => {
  const coloured = ofType('visualization').filter(({ attributes }) => attributes.uiStateJSON !== '{}');
  assert.deepEqual(coloured.map(({ id }) => id).sort(), [
    'orgscope-backups-backup-by-time',
    'orgscope-cloudtrail-cloudtrail',
    'orgscope-ecs-logs-lines-by-level',
    'orgscope-overview-api-activity',
    'orgscope-s3-access-requests',
  ]);
  const colours = (id: string) => attribute(find('visualization', id) as Saved, 'uiStateJSON').vis.colors;
  const { success, failure } = colours('orgscope-overview-api-activity');
  const { COMPLETED, FAILED, ABORTED } = colours('orgscope-backups-backup-by-time');
  assert.match(success, /^#[0-9A-F]{6}$/);
  assert.notEqual(success, failure);
  assert.deepEqual([COMPLETED, FAILED, ABORTED], [success, failure, failure]);
});

test('the tags that only name a resource are left out by a pattern that matches nothing else', () => {
  const { aggs } = visStateOf(find('visualization', 'orgscope-overview-tags-list') as Saved);
  assert.equal(aggs.find(({ type }: { type: string }) => type === 'terms').params.exclude, 'Name=.*');
});
