import assert from 'node:assert/strict';
import { test } from 'node:test';
import { views } from '../mappings/registry.ts';
import { indexNames } from './index-names.ts';

const { viewOf, resolve } = indexNames(views);

test('patterns keep history, trail and current state apart', () => {
  const view = (pattern: string) => resolve(pattern).view;
  assert.equal(view('awscli-*'), 'awscli');
  assert.equal(view('awscli-*,-awscli-trail-*,-awscli-current'), 'awscli');
  assert.equal(view('awscli-trail-*'), 'awscli-trail');
  assert.equal(view('awscli-current'), 'awscli-current');
  assert.equal(view('awsusers'), 'awsusers');
  assert.equal(view('awsusers-*'), 'awsusers');
  assert.deepEqual(resolve('awsbilling-2026.10'), {
    view: 'awsbilling',
    filter: { type: 'term', field: '_index', value: 'awsbilling-2026.10' },
  });
  assert.deepEqual(resolve('awscli-trail-2026.10.*').filter, { type: 'prefix', field: '_index', value: 'awscli-trail-2026.10.' });
  const ofDataset = { view: 'awslogs', filter: { type: 'prefix', field: '_index', value: 'awslogs-vpcflow-' } };
  assert.deepEqual(resolve('awslogs-vpcflow-*'), ofDataset);
  assert.deepEqual(resolve('awslogs-vpcflow'), ofDataset);
  assert.deepEqual(resolve('awslogs-vpcflow-2026.11.21'), {
    view: 'awslogs',
    filter: { type: 'term', field: '_index', value: 'awslogs-vpcflow-2026.11.21' },
  });
  for (const all of ['awslogs-*', 'awslogs', 'awslogs*'])
    assert.deepEqual(resolve(all), { view: 'awslogs', filter: { type: 'all' } });
  assert.throws(() => resolve('logs-*'), /No index is called logs-\*/);
});

test('a concrete index belongs to the view whose prefix is the longest', () => {
  assert.deepEqual(
    ['awscli-2026.11.28', 'awscli-trail-2026.11.28', 'awscli-current', 'awschanges-2026.11', 'awsbilling-2026.11'].map(viewOf),
    ['awscli', 'awscli-trail', 'awscli-current', 'awschanges', 'awsbilling'],
  );
  assert.deepEqual(['awsusers-000001', 'awsusers'].map(viewOf), ['awsusers', 'awsusers']);
  assert.deepEqual(['awslogs-vpcflow-2026.11.28', 'awslogs-route53_resolver-2026.11.28'].map(viewOf), ['awslogs', 'awslogs']);
});

for (const index of [
  'awslogs-2026.11.28',
  'awslogs-vpcflow-2026.11',
  'awslogs-vpc-flow-2026.11.28',
  'awslogs-vpcflow',
  'awscli-other-2026.11.28',
  'awsbilling-2026.11.28',
  'awsusers-000002',
  'awscli-',
  '',
]) {
  test(`no view owns "${index}"`, () => {
    assert.throws(() => viewOf(index), { code: 'unexpected', message: `No view owns the index ${index}.` });
  });
}

test('each view is named as its file, and its pattern matches its own indices and no others', () => {
  for (const { view, index, partition } of views) {
    const date = { day: '2026.11.28', month: '2026.11', none: '' }[partition];
    const name = 'exact' in index ? index.exact : `${index.prefix}${index.datasets === true ? 'some_dataset-' : ''}${date}`;
    assert.equal(viewOf(name), view);
  }
});
