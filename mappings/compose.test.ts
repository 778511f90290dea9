import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeViews } from './compose.ts';
import { views } from './registry.ts';

const composed = composeViews(views, []);

test('a view leaves out what its pattern matches of other views', () => {
  const of = (name: string) => composed.find(({ view }) => view === name);
  assert.equal(of('awscli')?.pattern, 'awscli-*');
  assert.deepEqual(of('awscli')?.excludes, ['awscli-trail-*', 'awscli-current']);
  assert.equal(of('awsusers')?.pattern, 'awsusers-*');
  for (const { view, excludes } of composed) if (view !== 'awscli') assert.deepEqual(excludes, [], view);
});

test('the template of a view that another pattern matches as well has the higher priority', () => {
  for (const wide of composed) {
    for (const narrow of composed) {
      if (wide.excludes.includes(narrow.pattern)) assert.ok(narrow.templatePriority > wide.templatePriority, narrow.view);
    }
  }
});

test('current state has neither a time nor a retention, and all else has both', () => {
  for (const { view, partition, timeField, retentionDays, index } of views) {
    assert.equal('exact' in index, partition === 'none', view);
    assert.equal(timeField === null, partition === 'none', view);
    assert.equal(retentionDays === null, partition === 'none', view);
  }
});

test('the fields that a view names are its own', () => {
  for (const { view, fields, rows, resourceField, timeField, delivery } of views) {
    const own = new Set(fields.map(({ name }) => name));
    const named = [...rows.columns, rows.sort.field, resourceField, timeField, delivery?.monthField];
    assert.deepEqual(
      named.filter((name) => name !== undefined && name !== null && !own.has(name)),
      [],
      view,
    );
  }
});

test('one view at most is loaded by deliveries', () => {
  assert.ok(views.filter(({ delivery }) => delivery !== undefined).length <= 1);
});

test('a field that a kind declares with another type is refused', () => {
  const name = views.find(({ takesKindFields }) => takesKindFields)?.fields[0]?.name as string;
  assert.throws(() => composeViews(views, [{ name, type: 'long', description: '' }]), /is declared twice/);
});
