import assert from 'node:assert/strict';
import { test } from 'node:test';
import { monitorFields } from '../collectors/inventory/shared-fields.ts';
import type { HostSource, MonitoredHost } from '../core/monitored-host.ts';
import { OrgscopeError, type Problem } from '../core/problem.ts';
import { readMonitoredHosts } from './read-monitored-hosts.ts';

const source = (name: string, ...hosts: string[]): HostSource => ({
  name,
  hosts: async () => ({ hosts: hosts.map((host): MonitoredHost => ({ name: host, groups: [], source: name })), problems: [] }),
});
const away: HostSource = {
  name: 'op5',
  hosts: async () => {
    throw new OrgscopeError('unreachable', 'OP5 is away', 'Wait.', { object: 'https://op5' });
  },
};
const named = (Value: string) => ({ Tags: [{ Key: 'Name', Value }] });
const web = named('web');

async function read(...sources: HostSource[]) {
  const problems: Problem[] = [];
  const { signal } = new AbortController();
  const lookup = await readMonitoredHosts(sources, { signal, report: (problem) => problems.push(problem) });
  return { seen: [web, named('db')].map((record) => lookup(record)['resource.monitored']), problems, fields: lookup(web) };
}

test('instances are monitored or not by all sources together, in the fields that instances declare', async () => {
  const { seen, problems, fields } = await read(source('empty'), source('list', 'web'));
  assert.deepEqual([seen, problems], [[true, false], []]);
  assert.deepEqual(
    Object.keys(fields),
    monitorFields.map(({ name }) => name),
  );
});

test('without a source in use no field is added', async () => {
  assert.deepEqual(await read(), { seen: [undefined, undefined], problems: [], fields: {} });
  assert.deepEqual((await read(source('empty'))).seen, [undefined, undefined]);
});

test('a source that fails is one problem: hosts of other sources still count, and no instance counts as not monitored', async () => {
  const { seen, problems } = await read(away, source('list', 'web'));
  assert.deepEqual(seen, [true, undefined]);
  assert.deepEqual(
    problems.map(({ code, where }) => [code, where.object]),
    [['unreachable', 'https://op5']],
  );
  assert.deepEqual((await read(away)).seen, [undefined, undefined]);
});

test('a source of which no row could be read counts as failed', async () => {
  const problem: Problem = { code: 'malformed', severity: 'failed', message: 'bad line', next: '', where: {} };
  const broken: HostSource = { name: 'list', hosts: async () => ({ hosts: [], problems: [problem] }) };
  const { seen, problems } = await read(broken, source('csv', 'web'));
  assert.deepEqual([seen, problems], [[true, undefined], [problem]]);
});
