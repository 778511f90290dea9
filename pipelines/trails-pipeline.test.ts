import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { localFolder } from '../collectors/objects/local-folder.ts';
import type { Emission } from '../core/pipeline.ts';
import { memoryStore } from '../tests/support/memory-store.ts';
import { runPipelines } from '../tests/support/run-into-store.ts';
import { EMPTY_STORE, runPipeline } from '../tests/support/run-pipeline.ts';
import { trailsPipeline } from './trails-pipeline.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orgscope-trails-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const pipeline = () => trailsPipeline({ sources: async () => ({ sources: [localFolder(folder)], problems: [] }) });
const event = (id: string) => ({ eventTime: '2026-11-20T10:00:00Z', eventName: 'Call', eventID: id });
const records = (...ids: string[]) => JSON.stringify({ Records: ids.map(event) });

test('each bad object is one message and not acknowledged; the rest is indexed', async () => {
  const whole = gzipSync(records(...Array.from({ length: 100 }, (_, number) => `cut${number}`)));
  writeFileSync(join(folder, 'a-cut.json.gz'), whole.subarray(0, whole.length - 20));
  writeFileSync(join(folder, 'b-text.json'), 'this is not JSON');
  writeFileSync(join(folder, 'c-damaged.json.gz'), Buffer.concat([whole.subarray(0, 20), Buffer.alloc(50, 7)]));
  writeFileSync(join(folder, 'd-empty.json'), '');
  writeFileSync(join(folder, 'e-other.json'), '{"hello":"world"}');
  writeFileSync(join(folder, 'f-good.json.gz'), gzipSync(records('good')));
  writeFileSync(join(folder, 'g-misnamed.json'), gzipSync(records('packed')));
  writeFileSync(join(folder, 'h-misnamed.json.gz'), records('unpacked'));
  writeFileSync(
    join(folder, 'i-members.json.gz'),
    Buffer.concat([gzipSync('{"Records":['), gzipSync(`${JSON.stringify(event('member'))}]}`)]),
  );
  const result = await runPipeline(pipeline());
  assert.deepEqual(result.documents.map(({ id }) => id).sort(), ['good', 'member', 'packed', 'unpacked']);
  assert.deepEqual(
    result.sources.map(({ key, documents }) => `${key.replace(/^.*\/|\.json.*$/g, '')} ${documents}`),
    ['d-empty 0', 'e-other 0', 'f-good 1', 'g-misnamed 1', 'h-misnamed 1', 'i-members 1'],
  );
  assert.deepEqual(
    result.problems.map(({ code, severity, where }) => `${code} ${severity} ${where.object?.split('/').pop()}`),
    ['a-cut.json.gz', 'b-text.json', 'c-damaged.json.gz'].map((name) => `malformed failed ${name}`),
  );
  assert.deepEqual(
    result.leftOut.map((each) => each.replace(folder, '')),
    ['empty: /d-empty.json', 'JSON without CloudTrail records: /e-other.json'],
  );
  assert.match(result.problems[0]?.message ?? '', /cut off/);
});

test('a record that is no event is a dead letter with its reason and content', async () => {
  writeFileSync(join(folder, 'a.json'), `{"Records":[${JSON.stringify(event('1'))},{"eventID":"2"},3]}`);
  const { documents, deadLetters, sources } = await runPipeline(pipeline());
  assert.equal(documents.length, 1);
  assert.deepEqual(
    deadLetters.map(({ reason, content }) => `${reason}: ${content}`),
    ['The record has no eventTime: {"eventID":"2"}', 'The record is no object: 3'],
  );
  assert.equal(sources.length, 1);
});

test('Insight events are read, digests and logs of other services are not; links are followed, but not in circles', async () => {
  const place = (kind: string) => {
    const path = join(folder, 'x/AWSLogs/o-abc123/111122223333', kind, 'eu-west-1/2026/11/20');
    mkdirSync(path, { recursive: true });
    return join(path, `111122223333_${kind}_eu-west-1_20261120T1000Z_x.json.gz`);
  };
  writeFileSync(place('CloudTrail'), gzipSync(records('a')));
  writeFileSync(place('CloudTrail-Insight'), gzipSync(records('b')));
  writeFileSync(place('CloudTrail-Digest'), gzipSync('{"digestStartTime":"2026"}'));
  writeFileSync(place('Config'), gzipSync('{"configurationItems":[]}'));
  symlinkSync(folder, join(folder, 'x', 'loop'));
  const { documents, jobs, problems } = await runPipeline(pipeline());
  assert.deepEqual(problems, []);
  assert.deepEqual(documents.map(({ id }) => id).sort(), ['a_111122223333', 'b_111122223333']);
  assert.ok(jobs.every(({ account }) => account === '111122223333'));
});

test('an object too large to hold is streamed, packed or not, and found to be cut off', async () => {
  // Random bytes keep it from packing well, so that the packed file is over the limit for whole objects too.
  const many = Array.from({ length: 500 }, (_, number) => ({
    ...event(`e${number}`),
    noise: randomBytes(9_000).toString('base64'),
  }));
  const text = JSON.stringify({ Records: many });
  const packed = gzipSync(text, { level: 1 });
  assert.ok(packed.length > 4 * 1024 * 1024);
  writeFileSync(join(folder, 'a.json'), text);
  writeFileSync(join(folder, 'b.json.gz'), packed);
  writeFileSync(join(folder, 'c.json.gz'), packed.subarray(0, packed.length - 1000));
  const { documents, sources, problems } = await runPipeline(pipeline());
  assert.equal(new Set(documents.map(({ id }) => id)).size, many.length);
  assert.deepEqual(
    sources.map(({ documents }) => documents),
    [many.length, many.length],
  );
  assert.deepEqual(
    problems.map(({ code, message }) => [code, /cut off/.test(message)]),
    [['malformed', true]],
  );
});

test('any object that may hold events is read by its content, whatever its name is and however often it is compressed', async () => {
  const envelope = (messageType: string, ...messages: string[]) =>
    JSON.stringify({
      messageType,
      owner: '1',
      logGroup: 'trail',
      logStream: 's',
      subscriptionFilters: [],
      logEvents: messages.map((message) => ({ id: '1', timestamp: 1, message })),
    });
  const line = (id: string) => JSON.stringify(event(id));
  const files: Record<string, string | Buffer> = {
    'app.log': `${line('log1')}\n${line('log2')}\n`,
    'packed.log.gz': gzipSync(records('loggz')),
    'firehose-1-2026-11-20-10-00-00-uuid': gzipSync(records('nameless')),
    'twice.json.gz.gz': gzipSync(gzipSync(records('twice'))),
    'logs-1': Buffer.concat([
      gzipSync(envelope('CONTROL_MESSAGE', 'CWL CONTROL MESSAGE')),
      gzipSync(envelope('DATA_MESSAGE', line('message'), 'START')),
    ]),
    'logs-2.gz': gzipSync(
      Buffer.concat([gzipSync(envelope('DATA_MESSAGE', line('member1'))), gzipSync(envelope('DATA_MESSAGE', line('member2')))]),
    ),
    'plain.log': '2026-11-20 10:00:00 INFO started',
    'bracket.log': '[2026-11-20] started',
    'table.parquet': 'PAR1\x15\x04',
    'other.ndjson': '{"level":"info"}\n{"level":"warn"}',
    'AWSLogs/111122223333/CloudTrail-Lake/Query/2026/11/20/q/result_1.csv.gz': 'x',
    'copy/result_sign.json': '{"version":"1.0"}',
    'AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/20/d.json.gz': 'x',
    'AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/11/20/f.log.gz': 'x',
    'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/damaged': 'no JSON',
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const result = await runPipeline(pipeline());
  assert.deepEqual(result.documents.map(({ id }) => id).sort(), [
    'log1',
    'log2',
    'loggz',
    'member1',
    'member2',
    'message',
    'nameless',
    'twice',
  ]);
  assert.deepEqual(result.leftOut.map((each) => each.replace(`${folder}/`, '')).sort(), [
    'JSON without CloudTrail records: other.ndjson',
    'digests of CloudTrail: AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/20/d.json.gz',
    'logs of services other than CloudTrail: AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/11/20/f.log.gz',
    'no JSON: bracket.log',
    'no JSON: plain.log',
    'no JSON: table.parquet',
    'results of CloudTrail Lake queries: AWSLogs/111122223333/CloudTrail-Lake/Query/2026/11/20/q/result_1.csv.gz',
    'results of CloudTrail Lake queries: copy/result_sign.json',
  ]);
  // Below a trail's own folder, an object without events is damaged.
  assert.deepEqual(
    result.problems.map(({ severity, message }) => `${severity} ${message.replace(/^.*\//, '')}`),
    ['failed damaged is not JSON'],
  );
  assert.deepEqual(result.deadLetters, []);
  const dropped = result.emissions.filter((emission) => emission.type === 'dropped');
  assert.deepEqual(
    dropped.map(({ count }) => count),
    [1],
    'the log line beside a record',
  );
  // An object that was opened and left out is not opened again.
  const again = await runPipeline(pipeline(), { known: new Set(result.sources.map(({ key }) => key)) });
  assert.deepEqual(
    again.jobs.map(({ object }) => object?.replace(/^.*\//, '')),
    ['damaged'],
  );
});

test('the run reports each reason for leaving out objects once, with their number and one of them', async () => {
  for (const number of [1, 2, 3]) writeFileSync(join(folder, `${number}.txt`), 'hello');
  mkdirSync(join(folder, 'AWSLogs/111122223333/Config'), { recursive: true });
  writeFileSync(join(folder, 'AWSLogs/111122223333/Config/a.json.gz'), 'x');
  writeFileSync(join(folder, 'good.json'), records('good'));
  const store = memoryStore();
  const { report } = await runPipelines(store, [pipeline()]);
  assert.deepEqual(
    [
      report.state,
      report.totals.documents,
      report.problems.map(({ severity, message }) => `${severity} ${message.replaceAll(`${folder}/`, '')}`),
    ],
    [
      'succeeded',
      1,
      [
        'notice Left out as logs of services other than CloudTrail: AWSLogs/111122223333/Config/a.json.gz.',
        'notice Left out as no JSON: 3 objects, such as 1.txt.',
      ],
    ],
  );
  const { report: again } = await runPipelines(store, [pipeline()]);
  assert.deepEqual([again.totals.jobs, again.totals.skippedSources], [0, 4]);
});

test('a job that an earlier version planned is still read, with the account and name that it carries', async () => {
  const path = join(folder, 'a.json');
  writeFileSync(path, records('old'));
  const { size, mtimeMs: modified } = statSync(path);
  const objects = [{ type: 'file', path, size, modified }];
  const { run } = await pipeline().revive({
    id: 'trails/0/a.json',
    pipeline: 'trails',
    lane: 'trails/0/111122223333',
    payload: { objects, account: '111122223333', name: 'Payments' },
  });
  const { signal } = new AbortController();
  const context = {
    sweepTime: 0,
    signal,
    ledger: { known: async () => new Set<string>() },
    checkpoint: async () => undefined,
    ...EMPTY_STORE,
  };
  const emissions: Emission[] = [];
  for await (const emission of run(context)) emissions.push(emission);
  const [first, last] = emissions;
  assert.ok(first?.type === 'documents' && last?.type === 'acknowledge');
  assert.deepEqual(
    first.documents.map(({ id }) => id),
    ['old_111122223333'],
  );
  assert.equal(last.source.key, `file://${path}#${size}-${modified}`);
});
