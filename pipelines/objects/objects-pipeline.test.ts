import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { localFolder } from '../../collectors/objects/local-folder.ts';
import { localTree } from '../../collectors/objects/local-tree.ts';
import type { PipelineName } from '../../core/batch.ts';
import type { ObjectSource, SourceObject } from '../../core/object.ts';
import type { Pipeline } from '../../core/pipeline.ts';
import { OrgscopeError } from '../../core/problem.ts';
import { parseAwsLogsKey } from '../../processors/parse-aws-logs-key.ts';
import { lineFormat, makeTable, noteViews, tableFormat } from '../../tests/support/made-up-formats.ts';
import { type RunPipelineOptions, runPipeline as runAnyPipeline } from '../../tests/support/run-pipeline.ts';
import { findRegionFolders } from './find-region-folders.ts';
import type { RecognizedObject } from './object-format.ts';
import { type ObjectsOptions, objectsPipeline } from './objects-pipeline.ts';

const ACCOUNT = '111122223333';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orgscope-objects-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

function recognize(name: string): RecognizedObject {
  const { account, region } = parseAwsLogsKey(name) ?? {};
  if (name.endsWith('.table')) return { type: 'ours', account, region, format: tableFormat };
  return /\.txt(\.gz)?$/.test(name)
    ? { type: 'ours', account, region, format: lineFormat }
    : { type: 'other', reason: 'objects of other kinds' };
}

const runPipeline = (pipeline: Pipeline, options: RunPipelineOptions = {}) =>
  runAnyPipeline(pipeline, { views: noteViews, ...options });

/** A pipeline of notes, over the test's folder or the given sources. */
const notes = (options: Partial<ObjectsOptions> = {}) =>
  objectsPipeline(
    {
      name: 'notes' as PipelineName,
      concurrency: 1,
      records: 'notes',
      hint: 'Check the prefix.',
      recognize,
      days: { noun: 'notes', find: (tree, filter, signal) => findRegionFolders(tree, { services: /^Notes$/ }, filter, signal) },
    },
    { sources: async () => ({ sources: [localFolder(folder)], problems: [] }), clock: { now: () => new Date(0) }, ...options },
  );

/** The folder, each of whose objects is passed through `change`. */
function changed(change: (object: SourceObject) => SourceObject): Partial<ObjectsOptions> {
  const source = localFolder(folder);
  const list: ObjectSource['list'] = async function* (signal, trouble) {
    for await (const object of source.list(signal, trouble)) yield change(object);
  };
  return { sources: async () => ({ sources: [{ ...source, list }], problems: [] }) };
}

const bodies = (documents: readonly { readonly body: Uint8Array }[]) =>
  documents.map(({ body }) => JSON.parse(Buffer.from(body).toString('utf8')));

test('the name of an object chooses its format, and the format may depend on the first line', async () => {
  write({ 'a.txt': 'one\ntwo', 'b.txt.gz': gzipSync('#upper\nthree\n'), 'c.table': makeTable(['four', 'five']), 'd.bin': 'x' });
  const { documents, sources, leftOut, problems, jobs } = await runPipeline(notes());
  assert.deepEqual(
    documents.map(({ id }) => id),
    ['one', 'two', 'THREE', 'four', 'five'],
  );
  assert.deepEqual(
    sources.map(({ pipeline, documents }) => `${pipeline} ${documents}`),
    ['notes 2', 'notes 1', 'notes 2'],
  );
  assert.deepEqual(leftOut, [`objects of other kinds: ${join(folder, 'd.bin')}`]);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    jobs.map(({ id, lane }) => `${id} ${lane}`),
    ['notes/0/a.txt notes/0/'],
  );
});

test('documents come before the acknowledgement of their object, which counts them', async () => {
  write({ 'a.txt': '1\n2\n3', 'b.txt': '4', 'c.txt': '' });
  const { emissions, sources } = await runPipeline(notes());
  assert.deepEqual(
    emissions.map(({ type }) => type),
    ['documents', 'acknowledge', 'documents', 'acknowledge', 'left-out', 'acknowledge'],
  );
  assert.deepEqual(
    sources.map(({ documents }) => documents),
    [3, 1, 0],
  );
});

test('a format is given the account, its name, the region, the time and the metadata of the object', async () => {
  write({ [`AWSLogs/${ACCOUNT}/Notes/eu-west-1/a.txt`]: 'one' });
  const accountNames = async () => new Map([[ACCOUNT, 'Payments']]);
  const noted = changed((object) => ({
    ...object,
    read: async (signal) => ({ ...(await object.read(signal)), metadata: { signature: 'f00' } }),
  }));
  for (const [options, metadata] of [
    [{}, {}],
    [noted, { metadata: { signature: 'f00' } }],
  ] as const) {
    const { documents, jobs } = await runPipeline(notes({ accountNames, ...options }));
    assert.deepEqual(bodies(documents), [
      {
        text: 'one',
        from: `AWSLogs/${ACCOUNT}/Notes/eu-west-1/a.txt`,
        account: ACCOUNT,
        region: 'eu-west-1',
        name: 'Payments',
        ingested: '1970-01-01T00:00:00.000Z',
        ...metadata,
      },
    ]);
    assert.deepEqual([jobs[0]?.account, jobs[0]?.lane], [ACCOUNT, `notes/0/${ACCOUNT}`]);
  }
});

test('each record that becomes no document is counted or shown, and its neighbours are kept', async () => {
  write({ 'a.txt': 'one\n!\n?\n-\n*\n?\n-\n-\ntwo' });
  const { documents, deadLetters, emissions } = await runPipeline(notes());
  assert.deepEqual(
    documents.map(({ id }) => id),
    ['one', 'two'],
  );
  assert.deepEqual(
    deadLetters.map(({ pipeline, source, reason, content }) => [pipeline, source.slice(folder.length), reason, content]),
    [
      ['notes', '/a.txt, line 2', 'The record is an exclamation mark', '!'],
      ['notes', '/a.txt, line 5', 'The record is a star', '*'],
    ],
  );
  assert.deepEqual(
    emissions.flatMap((each) => (each.type === 'dropped' ? [`${each.count} ${each.reason}`] : [])),
    ['3 values that are no records', '2 questions'],
  );
});

test('dead letters of one object show at most a megabyte of records, and then only their locations', async () => {
  const long = `!${'x'.repeat(100_000)}`;
  write({ 'a.txt': Array.from({ length: 20 }, () => long).join('\n') });
  const { deadLetters } = await runPipeline(notes());
  assert.deepEqual(
    deadLetters.map(({ content }) => content.length),
    [...Array.from({ length: 16 }, () => 65_536), 0, 0, 0, 0],
  );
  assert.match(deadLetters.at(-1)?.source ?? '', /line 20$/);
});

test('an object that can not be read is one message and not acknowledged; the objects after it are read', async () => {
  const whole = gzipSync(Array.from({ length: 100 }, (_, number) => `cut ${number}`).join('\n'));
  write({
    'a.txt.gz': whole.subarray(0, whole.length - 20),
    'b.txt.gz': Buffer.concat([whole.subarray(0, 10), Buffer.alloc(50, 7)]),
    'c.txt': 'before\n~\nafter',
    'd.table': 'no table at the end',
    'e.txt': 'good',
  });
  const { problems, sources } = await runPipeline(notes());
  assert.deepEqual(
    problems.map(({ code, severity, message, next }) => [code, severity, message.slice(folder.length), next]),
    [
      'a.txt.gz is a gzip file that was cut off',
      'b.txt.gz is a damaged gzip file',
      'c.txt has a line of waves',
      'd.table has no table at its end',
    ].map((message) => [
      'malformed',
      'failed',
      `/${message}`,
      'Nothing of it is acknowledged, and the next run tries it again: restore the object, or remove it.',
    ]),
  );
  assert.deepEqual(
    sources.map(({ key }) => key.replace(/^.*\/|#.*$/g, '')),
    ['e.txt'],
  );
});

test('many small objects share jobs; known objects are left out and not opened', async () => {
  write(Object.fromEntries(Array.from({ length: 150 }, (_, number) => [`${number}.txt`, `${number}`])));
  const first = await runPipeline(notes());
  assert.equal(first.documents.length, 150);
  assert.equal(first.jobs.length, Math.ceil(150 / 64));
  assert.equal(new Set(first.jobs.map(({ id }) => id)).size, first.jobs.length);
  const known = new Set(first.sources.map(({ key }) => key));
  const closed = changed((object) => ({ ...object, open: () => assert.fail(), read: () => assert.fail() }));
  const again = await runPipeline(notes(closed), { known });
  assert.deepEqual([again.jobs, again.skipped], [[], 150]);
});

test('a source that is missing or holds nothing is one message', async () => {
  write({ 'a.bin': 'x' });
  const sources = [localFolder(join(folder, 'absent')), localFolder(folder)];
  const { problems } = await runPipeline(notes({ sources: async () => ({ sources, problems: [] }) }));
  assert.deepEqual(
    problems.map(({ code, severity, message }) => [code, severity, message.replace(folder, '')]),
    [
      ['missing', 'failed', '/absent does not exist'],
      ['empty', 'notice', ' holds no objects that may hold notes.'],
    ],
  );
});

/** The folder's objects as objects of S3, whose reading fails as `failure` says. */
const failing = (failure: (object: SourceObject) => OrgscopeError | undefined): Partial<ObjectsOptions> =>
  changed((object) => {
    const error = failure(object);
    const { key, size, modified } = object;
    return {
      ...object,
      ref: { type: 's3', bucket: 'b', key, etag: 'e', size, modified, region: 'eu-west-1' },
      ...(error && { read: () => Promise.reject(error) }),
    };
  });

test('an object that can not be reached fails the job at its end, and the other objects are read', async () => {
  write(Object.fromEntries([1, 2, 3, 4].map((number) => [`${number}.txt`, `${number}`])));
  const options = failing(({ path }) =>
    path === '2.txt' ? new OrgscopeError('unreachable', 'It broke off.', 'Run again.') : undefined,
  );
  const { documents, problems, emissions } = await runPipeline(notes(options));
  assert.deepEqual([documents.map(({ id }) => id), problems.map(({ code }) => code)], [['1', '3', '4'], ['unreachable']]);
  assert.equal(emissions.at(-1)?.type, 'acknowledge');
});

test('three objects in a row that may not be read end their job; any other failure does at once', async () => {
  write(Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8].map((number) => [`${number}.txt`, `${number}`])));
  const denied = new OrgscopeError('denied', 'No.', 'Ask.');
  const some = await runPipeline(notes(failing(({ path }) => (path === '1.txt' || path === '3.txt' ? denied : undefined))));
  assert.deepEqual([some.sources.length, some.problems.length], [6, 2]);
  const all = await runPipeline(notes(failing(({ path }) => (path === '1.txt' ? undefined : denied))));
  assert.deepEqual([all.sources.length, all.problems.map(({ code }) => code)], [1, ['denied', 'denied', 'denied']]);
  const throttled = new OrgscopeError('throttled', 'Slower.', 'Wait.');
  const stopped = await runPipeline(notes(failing(({ path }) => (path === '2.txt' ? throttled : undefined))));
  assert.deepEqual([stopped.sources.length, stopped.problems.map(({ code }) => code)], [1, ['throttled']]);
});

test('of a large file whose format reads from anywhere only the requested parts are read', async () => {
  const record = 'r'.repeat(1024 * 1024);
  const table = makeTable(['first', record, record, record, record, 'last']);
  write({ 'a.table': table });
  let bytes = 0;
  const watched = changed((object) => ({
    ...object,
    open: () => assert.fail('it is not read as a stream'),
    read: () => assert.fail('it is not read at once'),
    slice: async (start, end, signal) => {
      const part = await object.slice(start, end, signal);
      bytes += part.length;
      return part;
    },
  }));
  const { documents, sources } = await runPipeline(notes(watched));
  assert.deepEqual(
    documents.map(({ id }) => id.length),
    [5, record.length, record.length, record.length, record.length, 4],
  );
  assert.deepEqual(
    sources.map(({ documents }) => documents),
    [6],
  );
  // Each byte once: more would be a second download.
  assert.equal(bytes, table.length);
});

test('days of a backfill are one job each, newest first, and another process makes the same of them', async () => {
  for (const [account, day] of [
    [ACCOUNT, '2026/11/20'],
    [ACCOUNT, '2026/11/21'],
    ['444455556666', '2026/11/21'],
  ] as const) {
    write({ [`AWSLogs/${account}/Notes/eu-west-1/${day}/a.txt`]: `${account} ${day}`, [`AWSLogs/${account}/Notes/x.txt`]: 'x' });
    write({ [`AWSLogs/${account}/Notes/eu-west-1/${day}/b.bin`]: 'x' });
  }
  const backfill = {
    range: { from: '2026-11-19', to: '2026-11-21' },
    trees: async () => ({ trees: [localTree(folder)], problems: [] }),
  };
  const accountNames = async () => new Map([[ACCOUNT, 'Payments']]);
  const here = await runPipeline(notes({ backfill, accountNames }));
  assert.deepEqual(
    here.jobs.map(({ id }) => id),
    [
      `notes/backfill/0/2026-11-21/${ACCOUNT}/eu-west-1`,
      'notes/backfill/0/2026-11-21/444455556666/eu-west-1',
      `notes/backfill/0/2026-11-20/${ACCOUNT}/eu-west-1`,
    ],
  );
  assert.deepEqual(
    bodies(here.documents).map(({ text, name }) => [text, name]),
    [
      [`${ACCOUNT} 2026/11/21`, 'Payments'],
      ['444455556666 2026/11/21', undefined],
      [`${ACCOUNT} 2026/11/20`, 'Payments'],
    ],
  );
  assert.equal(here.leftOut.length, 3);
  assert.deepEqual(
    here.problems.map(({ message, where }) => `${where.account ?? ''} ${message}`),
    [
      ' Nothing was written by any account on 2026-11-19 (1 of 3 days).',
      '444455556666 Nothing was written on 2026-11-20 (1 of 3 days).',
    ],
  );
  const elsewhere = await runPipeline(notes({ backfill, accountNames }), { reviving: notes() });
  assert.deepEqual(bodies(elsewhere.documents), bodies(here.documents));
  const absent = await runPipeline(
    notes({ backfill: { ...backfill, range: { ...backfill.range, accounts: ['777788889999'] } } }),
  );
  assert.deepEqual(
    absent.problems.map(({ message }) => message),
    [`No notes were found in ${folder}.`],
  );
});

test('a job that was planned elsewhere reads the same objects, except those that are no longer recognised', async () => {
  write({
    [`AWSLogs/${ACCOUNT}/Notes/a.txt`]: 'one',
    [`AWSLogs/${ACCOUNT}/Notes/b.table`]: makeTable(['two']),
    [`AWSLogs/${ACCOUNT}/Notes/c.txt`]: 'three',
  });
  const accountNames = async () => new Map([[ACCOUNT, 'Payments']]);
  const here = await runPipeline(notes({ accountNames }));
  const elsewhere = await runPipeline(notes({ accountNames }), { reviving: notes() });
  // Not the path: it is relative to the source that found the object.
  const facts = (documents: Parameters<typeof bodies>[0]) => bodies(documents).map(({ from: _, ...others }) => others);
  assert.deepEqual(facts(elsewhere.documents), facts(here.documents));
  assert.deepEqual(elsewhere.sources, here.sources);
  const newer = objectsPipeline(
    {
      name: 'notes' as PipelineName,
      concurrency: 1,
      records: 'notes',
      hint: '',
      recognize: (name) => (name.endsWith('.table') ? { type: 'other', reason: 'tables' } : recognize(name)),
    },
    { sources: async () => ({ sources: [], problems: [] }) },
  );
  const { documents, leftOut } = await runPipeline(notes(), { reviving: newer });
  assert.deepEqual(
    documents.map(({ id }) => id),
    ['one', 'three'],
  );
  assert.deepEqual(leftOut, [`tables: ${join(folder, `AWSLogs/${ACCOUNT}/Notes/b.table`)}`]);
});
