import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { storeMappings } from '../app/store-mappings.ts';
import type { Field } from '../core/field.ts';
import { parseLucene } from '../core/parse-lucene.ts';
import type { Filter, IndexView } from '../core/query.ts';
import { fieldsOf, measuresOf, UNIT } from './dashboard.ts';
import { dashboards } from './registry.ts';
import { rowsOf } from './rows.ts';
import { tone } from './tone.ts';
import { knowsField } from './view-facts.ts';

/** Panels that users look for by their names. A new dashboard or panel needs no line here. */
const PROMISED: Readonly<Record<string, readonly string[]>> = {
  Overview: [
    'Overview Selector',
    'Total Instances',
    'Total CPU Running Instances',
    'Total Memory Running Instances [MB]',
    'Total RDS Instances',
    'Total CPU Running RDS',
    'Total Memory Running RDS [GB]',
    'Instance List',
    'RDS Instance List',
    'Alarm List',
    'Tags List',
    'CloudWatch Metrics',
  ],
  EC2: [
    'State Selector',
    'Total Instances',
    'Total CPU Running Instances',
    'Running histogram',
    'Total Memory Running Instances [GiB]',
    'OP5 Monitored Count',
    'OP5 NOT Monitored Count',
    'OP5 Monitored Details',
    'Instance Details List',
    'CloudWatch Metrics',
  ],
  RDS: [
    'RDS State Selector',
    'Total RDS Instances',
    'Total CPU Running RDS',
    'Total Memory Running RDS [GiB]',
    'RDS Running histogram',
    'RDS Instance Details',
    'RDS Details',
    'CloudWatch Metrics',
  ],
  AMI: ['Image Selector', 'Image Details', 'Image by Admin Details', 'AMI type by time'],
  Security: [
    'Security Selector',
    'Security Group ID by InstanceID',
    'Instance by Security Group',
    'Security Group connect state',
  ],
  S3: ['S3 Selector', 'S3 Buckets', 'S3 Objects', 'S3 Size by Class', 'S3 Biggest Objects', 'S3 Oldest Objects', 'S3 Growth'],
  Snapshots: ['Snapshot Selector', 'Snapshots List', 'Snapshots by time'],
  Backups: ['Backup Selector', 'Backup List', 'Backup by time'],
  CloudTrail: [
    'Event Selector',
    'Events Name Activity',
    'CloudTrail',
    'Failed Events',
    'Root and Console Sign-ins',
    'Changes by User',
  ],
  IAM: ['IAM Selector', 'IAM Details', 'User last login'],
  Billing: [
    'Billing Selector',
    'Billing Month to Date',
    'Billing Forecast',
    'Billing by Account',
    'Billing by Service',
    'Billing by Region',
    'Billing by Tag',
    'Billing by Day',
    'Billing Top Resources',
    'Billing Commitments',
  ],
  Gateways: ['Gateways Selector', 'Internet Gateway', 'Transit Gateways', 'Nat Gateway'],
};

const mapped = new Map<IndexView, ReadonlyMap<string, Field>>(
  storeMappings().map(({ view, fields }) => [view, new Map(fields.map((field) => [field.name, field]))]),
);

function namedIn(filter: Filter): string[] {
  if ('filters' in filter) return filter.filters.flatMap(namedIn);
  if (filter.type === 'not') return namedIn(filter.filter);
  return 'field' in filter ? [filter.field] : [];
}

test('every file that declares a dashboard is in the registry', () => {
  const declares = (file: string) =>
    /^export const \w+: Dashboard = /m.test(readFileSync(join(import.meta.dirname, file), 'utf8'));
  const files = readdirSync(import.meta.dirname).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && declares(file),
  );
  assert.deepEqual(dashboards.map(({ id }) => `${id}.ts`).sort(), files.sort());
});

for (const [title, names] of Object.entries(PROMISED)) {
  test(`${title}: the panels that users look for go by their names`, () => {
    const dashboard = dashboards.find((each) => each.title === title);
    const found = [dashboard?.selector.title, ...(dashboard?.panels ?? []).map((panel) => panel.title)];
    for (const name of names) assert.ok(found.includes(name), `${title} has no ${name}`);
  });
}

test('the navigation shows the dashboards by their order', () => {
  const orders = dashboards.map(({ order }) => order);
  assert.deepEqual(
    orders,
    orders.toSorted((a, b) => a - b),
  );
});

test('no two dashboards share a name or a position', () => {
  assert.equal(new Set(dashboards.map(({ id }) => id)).size, dashboards.length);
  for (const { id, order } of dashboards) {
    const other = dashboards.find((each) => each.order === order && each.id !== id);
    assert.equal(
      other,
      undefined,
      `dashboards/${id}.ts and dashboards/${other?.id}.ts both have the order ${order}: choose another.`,
    );
  }
});

for (const { id, selector, panels } of dashboards) {
  test(`${id}: a panel, a condition and a selector name only fields that its documents have`, () => {
    for (const panel of panels) {
      for (const field of [...fieldsOf(panel), ...namedIn(parseLucene(panel.where))])
        assert.ok(mapped.get(panel.view)?.has(field), `${panel.title}: ${panel.view} has no ${field}`);
    }
    for (const { field, as } of selector.fields) {
      const view = as === 'unit' ? 'awscli-current' : selector.view;
      assert.ok(mapped.get(view)?.has(field), `${selector.title}: ${field}`);
    }
  });

  test(`${id}: sums are over numbers, time axes over dates, and the page can filter by the fields that it offers`, () => {
    const typeOf = (view: IndexView, field: string) => mapped.get(view)?.get(field)?.type as string;
    for (const panel of panels) {
      for (const measure of measuresOf(panel)) {
        if (measure.op === 'sum') assert.match(typeOf(panel.view, measure.field), /^(long|double|decimal)$/, panel.title);
      }
      if (panel.type === 'groups') for (const { field } of panel.keys) assert.ok(knowsField(panel.view, field), field);
      if (panel.type === 'timeseries') assert.equal(typeOf(panel.view, panel.over), 'date', panel.title);
      if (panel.type === 'bars') assert.ok(knowsField(panel.view, panel.by), panel.title);
      if (panel.type === 'timeseries' && panel.split !== undefined) assert.ok(knowsField(panel.view, panel.split), panel.title);
    }
    for (const { field, as } of selector.fields) {
      if (as === 'unit') continue;
      assert.ok(knowsField(selector.view, field), field);
      if (as === 'range') assert.match(typeOf(selector.view, field), /^(long|double)$/, field);
    }
  });

  test(`${id}: where accounts can be chosen, so can units, and all panels can be narrowed to accounts`, () => {
    const accounts = selector.fields.some(({ field }) => field.startsWith('cloud.account.'));
    assert.equal(selector.fields.includes(UNIT), accounts);
    if (accounts) for (const { view } of panels) assert.ok(knowsField(view, 'cloud.account.id'), view);
  });

  test(`${id}: a sum has its unit in its format or in the title`, () => {
    for (const panel of panels) {
      if (panel.type === 'table') {
        for (const { field, label } of panel.columns)
          if (/_(gib|mib)$/.test(field)) assert.match(label, /\[(GiB|MiB)\]$/, `${panel.title}: ${label}`);
        continue;
      }
      for (const measure of measuresOf(panel))
        if (measure.op === 'sum' && /_(gib|mib)$/.test(measure.field)) assert.match(panel.title, /\[(GiB|MB|GB)\]$/);
    }
  });

  test(`${id}: a list of many columns has the whole width, and a value has the same tone in charts and lists`, () => {
    for (const panel of panels) {
      if (panel.type === 'table' && panel.columns.length > 7) assert.equal(panel.width, 12, panel.title);
      if (panel.type !== 'timeseries') continue;
      for (const [value, meant] of Object.entries(panel.tones ?? {})) assert.equal(tone(value), meant, value);
    }
  });

  test(`${id}: titles are unique, and rows are filled to twelve columns`, () => {
    assert.equal(new Set(panels.map(({ title }) => title)).size, panels.length);
    assert.equal(rowsOf({ id, panels }).flat().length, panels.length);
  });
}
