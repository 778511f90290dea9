import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Document } from '../../core/document.ts';
import type { Filter, Query, RowsQuery } from '../../core/query.ts';
import { checkAnswerRows, MOST } from '../../core/question-bounds.ts';
import { healthMeanwhile } from '../support/health-meanwhile.ts';
import { measuredCli } from '../support/measured.ts';
import { openTestStore, type TestStore } from '../support/open-test-store.ts';
import { makeLists, said, spawnCli } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-questions-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A key of every document whose parts occur in no value, so that a search for them has to look at all values. */
const LONG_NAME = Array.from({ length: 80 }, (_, index) => String.fromCharCode(97 + (index % 26), 97 + ((index * 7) % 26))).join(
  '',
);
const wordAt = (index: number): string => LONG_NAME.slice(index, index + 8);

const resources = (count: number): Document[] =>
  Array.from({ length: count }, (_, index) => ({
    index: 'awscli-current',
    id: `i-${index}`,
    operation: 'replace',
    version: 1,
    body: Buffer.from(
      JSON.stringify({
        '@timestamp': '2026-11-01T00:00:00.000Z',
        resource: { id: `i-${index}`, type: 'ec2-instance', tags: { team: 'web' } },
        aws: { ec2: { instance: { InstanceId: `i-${index}`, [LONG_NAME]: 1, Tags: [{ Key: 'team', Value: 'web' }] } } },
      }),
    ),
  }));

const fill = (store: TestStore, count: number) => store.write({ documents: resources(count), bytes: 0, sources: [] });

const rows = (filter: Filter, more: Partial<RowsQuery> = {}): RowsQuery => ({
  type: 'rows',
  view: 'awscli-current',
  filter,
  sort: [],
  limit: 10,
  offset: 0,
  ...more,
});
const pathOf = (parts: number): string => `aws.ec2.instance${'.a'.repeat(parts - 3)}`;
const term = (field: string, value: string): Filter => ({ type: 'term', field, value });
const all: Filter = { type: 'all' };
const times = <Value>(count: number, make: (index: number) => Value): Value[] =>
  Array.from({ length: count }, (_, index) => make(index));
const nested = (depth: number): Filter => times(depth, () => 0).reduce<Filter>((filter) => ({ type: 'not', filter }), all);
const query = (...queries: Query[]): string => JSON.stringify({ queries });
const search = (text: string): string => JSON.stringify({ index: 'awscli-current', query: text, limit: 1 });

/** Bodies of POST requests, with the bound that the answer must name. */
const TOO_MUCH: [string, string, string, RegExp][] = [
  ['a path of 230 dots', 'query', query(rows(term(pathOf(231), 'x'))), /parts of a field's name.*at most 32/],
  ['a name of 5,000 characters', 'query', query(rows(term('x'.repeat(5_000), 'x'))), /field.*512/],
  ['conditions within conditions', 'query', query(rows(nested(25))), /conditions within one another; at most 24/],
  ['brackets within brackets', 'query', `{"queries":${'['.repeat(500_000)}${']'.repeat(500_000)}}`, /nested more than 60 deep/],
  [
    '1,001 conditions',
    'query',
    query(rows({ type: 'or', filters: times(1_001, (index) => term(`f${index}`, 'x')) })),
    /1001 conditions; at most 1000/,
  ],
  [
    '1,200 conditions in two lists',
    'query',
    query(
      rows({ type: 'and', filters: times(2, () => ({ type: 'or', filters: times(600, (index) => term(`f${index}`, 'x')) })) }),
    ),
    /1200 conditions; at most 1000/,
  ],
  [
    'long paths in many conditions',
    'query',
    query(rows({ type: 'and', filters: times(100, (index) => term(`${pathOf(30)}.${index}`, 'x')) })),
    /3100 parts of all fields' names; at most 2000/,
  ],
  ['many values', 'query', query(rows({ type: 'terms', field: 'resource.id', values: times(10_001, String) })), /10000 entries/],
  [
    'many values in several lists',
    'query',
    query(rows({ type: 'or', filters: times(3, () => ({ type: 'terms', field: 'resource.id', values: times(4_000, String) })) })),
    /12000 values in lists; at most 10000/,
  ],
  [
    'wrong values in long lists',
    'query',
    `{"queries":[${times(80, () => `[${times(9_000, () => 'null')}]`)}]}`,
    /400000 members/,
  ],
  [
    '65 words anywhere',
    'query',
    query(rows({ type: 'and', filters: times(65, (index) => ({ type: 'text', value: wordAt(index) })) })),
    /65 words and phrases.*at most 64/,
  ],
  ['a page of a million', 'query', query(rows(all, { limit: 1_000_000 })), /limit.*10000/],
  ['many pages', 'query', query(...times(3, () => rows(all, { limit: 10_000 }))), /20000 documents/],
  ['a far offset', 'query', query(rows(all, { offset: 2 ** 52 })), /offset.*1000000000/],
  ['65 questions', 'query', query(...times(65, () => rows(all))), /queries.*64/],
  [
    'five levels of groups',
    'query',
    query({
      type: 'aggregate',
      view: 'awscli-current',
      filter: all,
      groups: times(5, (index) => ({ name: `g${index}`, by: 'terms', field: 'resource.type', size: 1 })),
      metrics: [],
    }),
    /groups.*4/,
  ],
  ['300 words', 'search', search('word '.repeat(300)), /300 words and phrases.*at most 64/],
  ['60,000 colons', 'search', search(':'.repeat(60_000)), /10000 words and signs/],
  ['30,000 parentheses', 'search', search('('.repeat(30_000)), /10000 words and signs/],
  ['9,000 parentheses', 'search', search('('.repeat(9_000)), /64 parentheses/],
  ['9,000 parentheses of a field', 'search', search(`a:${'('.repeat(9_000)}`), /64 parentheses/],
  ['parentheses that mean something', 'search', search(`${'(a:1 OR NOT '.repeat(40)}a:1${')'.repeat(40)}`), /at most 24/],
  ['70,000 characters', 'search', search('x'.repeat(70_000)), /query.*65536/],
  ['a long text to find', 'find', JSON.stringify({ text: 'x'.repeat(2_049), limit: 1 }), /text.*2048/],
];

describe('questions that exceed a bound, sent to `up`', () => {
  let up: ReturnType<typeof spawnCli>;
  let address = '';

  before(async () => {
    const store = await openTestStore(join(folder, 'up', 'orgscope.duckdb'));
    await fill(store, 22);
    await store.close();
    up = spawnCli(['up', '--port', '0', '--every', 'never', '--data', join(folder, 'up'), '--lists', makeLists()]);
    address = /http:\/\/127\.0\.0\.1:\d+/.exec(await said(up, /The page stays up/))?.[0] as string;
  });
  after(() => void up?.kill('SIGKILL'));

  const ask = (path: string, body: string): Promise<Response> =>
    fetch(`${address}/api/${path}`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });

  for (const [name, path, body, bound] of TOO_MUCH) {
    test(`${name}: refused with the bound, and /healthz answers meanwhile`, { timeout: 60_000 }, async () => {
      const slowestMs = await healthMeanwhile(address, async () => {
        const response = await ask(path, body);
        const { code, message } = (await response.json()) as { code: string; message: string };
        assert.equal(response.status, 400, message);
        assert.equal(code, 'usage');
        assert.match(message, bound);
        assert.ok(message.length < 300, message);
      });
      assert.ok(slowestMs < 1_000, `/healthz took ${slowestMs} ms`);
    });
  }

  test('the most that a question may hold is answered, and /healthz answers meanwhile', { timeout: 120_000 }, async () => {
    const most: Filter[] = [
      { type: 'and', filters: times(MOST.texts, (index) => ({ type: 'text', value: wordAt(index) })) },
      {
        type: 'and',
        filters: times(20, (index) => ({ type: 'not', filter: term(`${pathOf(MOST.nameParts - 1)}.${index}`, 'x') })),
      },
      { type: 'terms', field: 'resource.id', values: times(MOST.values, (index) => `i-${index}`) },
      nested(MOST.depth - 1),
    ];
    const slowestMs = await healthMeanwhile(address, async () => {
      const response = await ask('query', query(...most.map((filter) => rows(filter))));
      const lines = (await response.text()).trim().split('\n');
      const totals = lines.map((line) => JSON.parse(line)).sort((a, b) => a.index - b.index);
      assert.deepEqual(
        totals.map(({ answer }) => answer.total ?? answer.message),
        [0, 22, 22, 0],
      );
    });
    assert.ok(slowestMs < 1_000, `/healthz took ${slowestMs} ms`);
  });

  test('an export whose query exceeds a bound is refused', async () => {
    const asked = JSON.stringify(rows(term(pathOf(231), 'x')));
    const response = await fetch(`${address}/api/export?format=csv&column=_id&query=${encodeURIComponent(asked)}`);
    assert.equal(response.status, 400);
    assert.match(((await response.json()) as { message: string }).message, /parts of a field's name/);
  });

  test('`search` refuses, through `up` and by itself, at about the cost of a harmless search', async () => {
    const own = join(folder, 'own');
    const store = await openTestStore(join(own, 'orgscope.duckdb'));
    await fill(store, 1);
    await store.close();
    const searched = (data: string, text: string) =>
      measuredCli(['search', 'awscli-current', text, '--count', '--data', data, '--lists', makeLists()]);
    const harmless = await searched(own, 'resource.type:ec2-instance');
    assert.equal(harmless.stdout, '1\n', harmless.stderr);
    for (const data of [own, join(folder, 'up')]) {
      const hostile = await searched(data, '('.repeat(9_000));
      assert.equal(hostile.code, 2);
      assert.match(hostile.stderr, /64 parentheses/);
      assert.ok(hostile.cpuSeconds < 3 * harmless.cpuSeconds, `${hostile.cpuSeconds} s and ${harmless.cpuSeconds} s`);
      assert.ok(hostile.peakMib < 2 * harmless.peakMib, `${hostile.peakMib} MiB and ${harmless.peakMib} MiB`);
    }
  });
});

describe('the cost of a question', () => {
  let store: TestStore;
  before(async () => {
    store = await openTestStore(':memory:');
    await fill(store, 300);
  });
  after(() => store.close());

  async function cpuMs(work: () => Promise<unknown>): Promise<number> {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  }

  const GROWING: [string, number, (size: number) => Filter][] = [
    ['parts of a path', 28, (size) => ({ type: 'and', filters: times(8, (index) => term(`${pathOf(size)}.${index}`, 'i')) })],
    ['words anywhere', 64, (size) => ({ type: 'or', filters: times(size, (index) => ({ type: 'text', value: wordAt(index) })) })],
    [
      'conditions on paths',
      120,
      (size) => ({
        type: 'and',
        filters: times(size, (index) => ({ type: 'not', filter: term(`aws.ec2.instance.a.${index}`, 'i') })),
      }),
    ],
    [
      'values of one field',
      1_000,
      (size) => ({ type: 'or', filters: times(size, (index) => term('aws.ec2.instance.InstanceId', `n-${index}`)) }),
    ],
  ];
  for (const [name, most, filterOf] of GROWING) {
    test(`grows with the ${name}, and not with their square`, { timeout: 60_000 }, async () => {
      await store.answer(rows(filterOf(4)));
      const quarter = await cpuMs(() => store.answer(rows(filterOf(most / 4))));
      const whole = await cpuMs(() => store.answer(rows(filterOf(most))));
      assert.ok(whole < 9 * quarter, `${most}: ${whole} ms, a quarter of them: ${quarter} ms`);
    });
  }

  test('ends once the client has given up the question', { timeout: 60_000 }, async () => {
    await fill(store, 4_000);
    const words = (from: number): RowsQuery =>
      rows({ type: 'or', filters: times(30, (index) => ({ type: 'text', value: wordAt(from + index) })) });
    const whole = await cpuMs(() => store.answer(words(0)));
    const gone = new AbortController();
    const left = await cpuMs(async () => {
      const answer = store.answer(words(30), gone.signal);
      setTimeout(() => gone.abort(), 20);
      await assert.rejects(answer, { code: 'interrupted' });
    });
    assert.ok(left < whole / 2, `given up: ${left} ms, whole: ${whole} ms`);
  });

  test('an answer of more groups than an engine returns is refused', () => {
    assert.doesNotThrow(() => checkAnswerRows(MOST.answerRows));
    assert.throws(() => checkAnswerRows(MOST.answerRows + 1), /65536 groups in the answer; at most 65535/);
  });
});
