import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { localFolder } from '../collectors/objects/local-folder.ts';
import type { SourceObject } from '../core/object.ts';
import { flowLine, flowLog, flowLogKey } from '../tests/support/make-flow-logs.ts';
import { runPipeline } from '../tests/support/run-pipeline.ts';
import { logsPipeline } from './logs-pipeline.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orgscope-logs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the pipeline over these files; `change` is applied to each object. */
async function run(files: Readonly<Record<string, string | Buffer>>, change = (object: SourceObject): SourceObject => object) {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const source = localFolder(folder);
  async function* list(...given: Parameters<typeof source.list>) {
    for await (const object of source.list(...given)) yield change(object);
  }
  const result = await runPipeline(logsPipeline({ sources: async () => ({ sources: [{ ...source, list }], problems: [] }) }));
  const taken = result.emissions.flatMap((emission) => (emission.type === 'taken-for' ? [emission.reason] : []));
  const messages = result.problems.map(({ message }) => message.replaceAll(folder, ''));
  return { ...result, taken, messages };
}

/** The object as a line of a list would give it that names the dataset. */
const listed =
  (dataset: string) =>
  (object: SourceObject): SourceObject => ({
    ...object,
    ref: { type: 's3', bucket: 'b', key: object.path, etag: '', size: object.size, modified: 0, region: 'eu-west-1', dataset },
  });

const unfit = (count: number) => Array.from({ length: count }, (_, index) => `not a flow ${index}\n`).join('');

test('the list tells the dataset before the name does, and the name before the first line', async () => {
  const named = await run({ 'any.txt': flowLog(1), [flowLogKey(1)]: gzipSync(flowLog(2)) }, listed('vpcflow'));
  assert.deepEqual(named.taken, ['vpcflow by list', 'vpcflow by list']);
  const { taken, documents } = await run({});
  assert.deepEqual(taken.sort(), ['vpcflow by first line', 'vpcflow by key']);
  assert.deepEqual(
    documents.map(({ index }) => index),
    ['awslogs-vpcflow-2026.11.21', 'awslogs-vpcflow-2026.11.21', 'awslogs-vpcflow-2026.11.21'],
  );
});

test('an object of no known kind is reported with its name and its first 80 bytes, and is not acknowledged', async () => {
  const text = `Dear "reader", ${'x'.repeat(100)}`;
  const { taken, problems, sources, documents } = await run({ 'a.txt': text, 'b.bin': Buffer.from([0, 255, 10]) });
  assert.deepEqual(taken, ['unknown', 'unknown']);
  assert.deepEqual([sources, documents], [[], []]);
  assert.deepEqual(
    problems.map(({ code, where }) => [code, where.object, where.begins]),
    [
      ['malformed', join(folder, 'a.txt'), JSON.stringify(text.slice(0, 80))],
      ['malformed', join(folder, 'b.bin'), '"\\u0000?\\n"'],
    ],
  );
  for (const { message, where } of problems) assert.ok(message.endsWith(`; it begins with ${where.begins}`), message);
});

test('of an object whose records mostly do not fit nothing is stored, not even dead letters; it is not acknowledged', async () => {
  const files = { [flowLogKey(1)]: gzipSync(`${flowLog(499)}${unfit(501)}${flowLine(1)}`) };
  const { documents, deadLetters, sources, messages } = await run(files);
  assert.deepEqual([documents, deadLetters, sources], [[], [], []]);
  assert.equal(messages.length, 1);
  assert.match(
    messages[0] ?? '',
    /^\/AWSLogs\/.*\.log\.gz was taken for vpcflow by key, and 501 of its first 1,000 records do not fit; the first one has 4 fields/,
  );
});

test('half of the records may be unfit, and after the first 1,000 any number', async () => {
  const half = await run({ [flowLogKey(1)]: gzipSync(`${flowLog(500)}${unfit(500)}`) });
  assert.deepEqual([half.documents.length, half.deadLetters.length, half.sources.length, half.messages], [500, 500, 1, []]);
  const late = await run({ [flowLogKey(1)]: gzipSync(`${flowLog(600)}${unfit(3_000)}`) });
  assert.deepEqual([late.documents.length, late.deadLetters.length, late.sources.length], [600, 3_000, 1]);
  assert.equal(late.deadLetters[0]?.reason, 'The record has 4 fields, and its header or format names 14');
  assert.match(late.deadLetters[0]?.source ?? '', /\.log\.gz, line 602$/);
});

test('a short object is on trial with all of its records', async () => {
  const most = await run({ 'a.log': `${flowLog(1)}${unfit(2)}` });
  assert.match(most.messages[0] ?? '', /taken for vpcflow by first line, and 2 of its first 3 records do not fit/);
  const half = await run({ 'a.log': `${flowLog(1)}${unfit(1)}` });
  assert.deepEqual([half.documents.length, half.deadLetters.length, half.sources.length], [1, 1, 1]);
});

test('the documents of a trial come in the order of their records, with those after it', async () => {
  const { emissions, documents } = await run({ [flowLogKey(1)]: gzipSync(`${flowLog(999)}${unfit(1)}${flowLine(999)}`) });
  assert.deepEqual(
    emissions.map(({ type }) => type),
    ['taken-for', 'dead-letter', 'documents', 'acknowledge'],
  );
  const bytes = documents.map(({ body }) => JSON.parse(Buffer.from(body).toString()).source.bytes);
  assert.deepEqual(
    bytes,
    Array.from({ length: 1_000 }, (_, index) => index),
  );
});

test('a line over 1 MiB is a dead letter with its length, and reading goes on behind it', async () => {
  const long = `2 ${'x'.repeat(2 * 1024 * 1024)}\n`;
  const { documents, deadLetters, sources } = await run({ [flowLogKey(1)]: `${flowLog(2)}${long}${flowLine(2)}` });
  assert.equal(documents.length, 3);
  assert.match(deadLetters[0]?.reason ?? '', /2,097,154 bytes/);
  assert.match(deadLetters[0]?.source ?? '', /line 4$/);
  assert.ok((deadLetters[0]?.content.length ?? 0) <= 64 * 1024);
  assert.equal(sources.length, 1);
});

test('an empty object is left out and acknowledged, one of a header alone has no documents', async () => {
  const { sources, leftOut, messages, taken } = await run({ 'a.log': '', [flowLogKey(1)]: gzipSync(''), 'c.log': flowLog(0) });
  assert.deepEqual(leftOut.map((each) => each.replace(folder, '')).sort(), [`empty: /${flowLogKey(1)}`, 'empty: /a.log']);
  assert.deepEqual(
    sources.map(({ documents }) => documents),
    [0, 0, 0],
  );
  assert.deepEqual([messages, taken.sort()], [[], ['vpcflow by first line', 'vpcflow by key']]);
});

test('objects that are no service logs are left out by their names', async () => {
  const { leftOut, documents } = await run({
    'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/21/x.json.gz': 'x',
    'AWSLogs/111122223333/Config/ConfigWritabilityCheckFile': 'x',
    'AWSLogs/111122223333/ELBAccessLogTestFile': 'x',
  });
  assert.deepEqual(
    leftOut.map((each) => each.split(':')[0]),
    [
      'objects of CloudTrail, Config and GuardDuty',
      'objects of CloudTrail, Config and GuardDuty',
      'test files of load balancers',
    ],
  );
  assert.deepEqual(documents, []);
});
