import assert from 'node:assert/strict';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, PutBucketNotificationConfigurationCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Problem } from '../core/problem.ts';
import type { RunReport } from '../core/store.ts';
import { flowLine, flowLog, flowLogKey } from './support/make-flow-logs.ts';
import { missing, need } from './support/needs.ts';
import { assumeInto, freshAccountId, processEnv } from './support/organisation.ts';
import { makeLists, runCli } from './support/run-cli.ts';

const REGION = 'us-east-1';
const folder = mkdtempSync(join(tmpdir(), 'orgscope-cli-logs-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Where a test puts objects, and what the command line reads them by. */
interface Location {
  readonly source: string;
  readonly env: Record<string, string>;
  put(key: string, content: string | Buffer): Promise<unknown>;
  close(): void;
}

function folderLocation(): Location {
  const source = mkdtempSync(join(folder, 'source-'));
  let seconds = 1_790_000_000;
  return {
    source,
    env: {},
    async put(key, content) {
      const path = join(source, key);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      // Each write has another time, whatever the resolution of the file system's clock.
      utimesSync(path, ++seconds, seconds);
    },
    close: () => undefined,
  };
}

async function bucketLocation(): Promise<Location & { readonly bucket: string; readonly s3: S3Client; readonly sqs: SQSClient }> {
  const account = freshAccountId();
  const keys = await assumeInto(need('MOTO_URL'), account);
  const client = { endpoint: need('MOTO_URL'), region: REGION, credentials: keys };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const sqs = new SQSClient(client);
  const bucket = `logs-${account}`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  return {
    bucket,
    s3,
    sqs,
    source: `s3://${bucket}/some prefix`,
    env: processEnv(need('MOTO_URL'), keys),
    put: (key, content) => s3.send(new PutObjectCommand({ Bucket: bucket, Key: `some prefix/${key}`, Body: content })),
    close() {
      s3.destroy();
      sqs.destroy();
    },
  };
}

/** The command line over a new embedded store. */
function commandLine(env: Record<string, string>, lists = makeLists()) {
  const common = ['--data', mkdtempSync(join(folder, 'data-')), '--lists', lists];
  const cli = (...args: string[]) => runCli([...args, ...common], env);
  return {
    data: common[1] as string,
    cli,
    async run(...args: string[]): Promise<RunReport & { readonly messages: readonly string[] }> {
      const { stdout, stderr } = await cli('run', 'logs', '--json', ...args);
      assert.ok(stdout.startsWith('{'), stderr);
      const report = JSON.parse(stdout) as RunReport & { problems: readonly Problem[] };
      return { ...report, messages: report.problems.map(({ message }) => message) };
    },
    count: async (index: string, query = '') => Number((await cli('search', index, query, '--count')).stdout),
  };
}

for (const [name, skip, open] of [
  ['a folder', false, async () => folderLocation()],
  ['S3', missing('MOTO_URL'), bucketLocation],
] as const) {
  describe(`logs from ${name}`, { skip }, () => {
    test('objects in every condition: what can be read is stored, and what cannot be is reported and read again', async () => {
      const { source, env, put, close } = await open();
      const { run, count, cli, data } = commandLine(env);
      const args = ['--source', source];
      const long = `2 ${'x'.repeat(2 * 1024 * 1024)}\n`;
      const cut = gzipSync(flowLog(500, 100));
      await put(flowLogKey(1), gzipSync(flowLog(3, 1)));
      await put(flowLogKey(2), cut.subarray(0, cut.length / 2));
      await put(flowLogKey(3), '');
      await put(flowLogKey(4), gzipSync(`${flowLog(2, 10)}${long}${flowLine(12)}`));
      await put(flowLogKey(5), gzipSync('{"message":"not a flow log"}\n'.repeat(3)));
      await put('by line/mark.log', `\uFEFF${flowLog(2, 20)}`.replaceAll('\n', '\r\n'));
      const invalid = Buffer.from(flowLog(1, 30).replace('eni-0a', 'eni-\u00ff'), 'latin1');
      await put('by line/not-utf8.log', invalid);
      await put('letter.txt', `Dear reader, ${'y'.repeat(100)}`);

      const first = await run(...args);
      assert.equal(first.state, 'failed');
      assert.deepEqual([first.totals.written, first.totals.deadLetters], [9, 1]);
      const begins = `"Dear reader, ${'y'.repeat(67)}"`;
      const expected = [
        /00000002\.log\.gz is a gzip file that was cut off/,
        /00000005\.log\.gz was taken for vpcflow by key, and 3 of its first 3 records do not fit; the first one has 4 fields/,
        new RegExp(`letter\\.txt is of no kind of log that is known; it begins with ${begins}`),
        /what could not be indexed is kept as dead letters/,
        /^Left out as empty: .*00000003\.log\.gz\.$/,
        /^logs: 4 vpcflow by key, 2 vpcflow by first line, 1 unknown$/,
      ];
      for (const each of expected)
        assert.ok(
          first.messages.some((message) => each.test(message)),
          `${each} in ${first.messages.join('\n')}`,
        );
      const [letter] = readFileSync(globSync(join(data, 'dead-letters/*.ndjson'))[0] ?? '', 'utf8')
        .trim()
        .split('\n');
      const { source: where, reason } = JSON.parse(letter ?? '') as { source: string; reason: string };
      assert.match(where, /00000004\.log\.gz, line 4$/);
      assert.match(reason, /2,097,154 bytes/);

      assert.equal(await count('awslogs-vpcflow-*'), 9);
      assert.equal(await count('awslogs-vpcflow-2026.11.21', 'event.dataset:aws.vpcflow AND source.bytes:>=20'), 3);
      const rows = await cli(
        'sql',
        `SELECT count(*)::INT AS n, count(DISTINCT _id)::INT AS ids,
          any_value("aws.vpcflow.interface_id") FILTER ("source.bytes" = 30) AS invalid,
          any_value("log.offset"::INT) FILTER ("source.bytes" = 20) AS offset FROM awslogs`,
        '--json',
      );
      // The line after a byte order mark, and a header that ends with CRLF.
      const offset = flowLog(0).length + 4;
      assert.deepEqual(JSON.parse(rows.stdout), [{ n: 9, ids: 9, invalid: 'eni-\uFFFD1b2c3d4e5f60718', offset }]);

      const second = await run(...args);
      assert.deepEqual([second.totals.written, second.totals.skippedSources], [0, 5], 'three objects are tried again');
      assert.equal(second.messages.filter((message) => /letter|cut off|taken for vpcflow by key/.test(message)).length, 3);
      const again = await run(...args, '--again');
      assert.deepEqual([again.totals.documents, again.totals.written], [9, 0], 'a replay changes nothing');
      await put(flowLogKey(1), gzipSync(flowLog(3, 40)));
      await put(flowLogKey(2), cut);
      await put(flowLogKey(5), gzipSync(flowLog(1, 50)));
      assert.deepEqual((await run(...args)).totals.written, 3 + 500 + 1, 'another content has other ids');
      const status = JSON.parse((await cli('status', '--json')).stdout);
      assert.equal(status.counts.awslogs, 9 + 504);
      close();
    });

    test('a backfill reads the days of flow logs, with the names of Hive too', async () => {
      const { source, env, put, close } = await open();
      const { cli, count } = commandLine(env);
      const account = '111122223333';
      await put(
        `AWSLogs/${account}/vpcflowlogs/eu-west-1/2026/11/20/${account}_vpcflowlogs_eu-west-1_fl-0_20261120T0000Z_0.log.gz`,
        gzipSync(flowLog(1)),
      );
      await put(flowLogKey(1), gzipSync(flowLog(2, 1)));
      const hive = `AWSLogs/aws-account-id=${account}/aws-service=vpcflowlogs/aws-region=us-east-1/year=2026/month=11/day=21/hour=00`;
      await put(`${hive}/${account}_vpcflowlogs_us-east-1_fl-0_20261121T0000Z_0.log.gz`, gzipSync(flowLog(4, 3)));
      const backfill = (...args: string[]) => cli('backfill', 'logs', '--from', '2026-11-21', '--source', source, ...args);
      const { code, stdout } = await backfill('--to', '2026-11-21');
      assert.equal(code, 0, stdout);
      assert.match(stdout, /logs \(backfill\) {2}succeeded in .* 6 documents \(6 new\), 2 jobs/);
      const ofRegion = await cli(
        'backfill',
        'logs',
        '--from',
        '2026-11-20',
        '--to',
        '2026-11-21',
        '--source',
        source,
        '--regions',
        'eu-west-1',
      );
      assert.match(ofRegion.stdout, / 1 documents \(1 new\), 2 jobs/);
      assert.equal(await count('awslogs-*', 'cloud.region:us-east-1'), 4);
      close();
    });
  });
}

test('a line of the list names the dataset, for a bucket and for a queue, whose messages are deleted; retention removes old days', {
  skip: missing('MOTO_URL'),
}, async () => {
  const { bucket, s3, sqs, put, env, close } = await bucketLocation();
  const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName: bucket }));
  const { Attributes: { QueueArn } = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  // Without a header, and with a version that begins no default line: only the list can tell what these are.
  const headless = (day: string) => flowLog(2, 1, day).split('\n').slice(1).join('\n').replaceAll(/^2 /gm, '3 ');
  await put('copies/a', headless('2020-01-01'));
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: bucket,
      NotificationConfiguration: { QueueConfigurations: [{ QueueArn, Events: ['s3:ObjectCreated:*'] }] },
    }),
  );
  await put('live/b', headless('2026-11-21'));
  const named = makeLists({
    'logs.txt': `"${bucket}/some prefix/copies" vpcflow\n${url} vpcflow\n`,
    'retention.txt': 'awslogs-* 2000\n',
  });
  const { run, count, cli } = commandLine(env, named);
  const report = await run();
  assert.deepEqual([report.state, report.messages], ['succeeded', ['logs: 2 vpcflow by list']]);
  assert.equal(await count('awslogs-vpcflow-*'), 4);
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }));
  assert.deepEqual([Attributes.ApproximateNumberOfMessages, Attributes.ApproximateNumberOfMessagesNotVisible], ['0', '0']);

  const doctor = JSON.parse((await cli('doctor', '--json')).stdout).findings as {
    check: string;
    level: string;
    message: string;
  }[];
  const of = (check: string) =>
    doctor.filter((finding) => finding.check === check).map(({ level, message }) => `${level} ${message}`);
  assert.match(of('lists').join('\n'), /ok logs\.txt: every line is understood/);
  assert.match(of('buckets').join('\n'), /ok \S*logs\.txt:1: s3:\/\/\S+ prefix\/copies can be listed and read/);
  assert.match(of('queues').join('\n'), /ok \S*logs\.txt:2: .* can be received from/);

  const pruned = JSON.parse((await cli('prune', '--json')).stdout).indices as {
    view: string;
    index: string;
    documents: number;
  }[];
  const ofLogs = pruned.find(({ view }) => view === 'awslogs');
  assert.deepEqual([ofLogs?.index, ofLogs?.documents], ['awslogs-*', 2]);
  assert.deepEqual([await count('awslogs-vpcflow-2020.01.01'), await count('awslogs-*')], [0, 2]);
  close();
});
