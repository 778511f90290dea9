import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import type { Reach } from '../aws/reach.ts';
import type { ResourceKind } from '../collectors/inventory/declare-kind.ts';
import { kinds } from '../collectors/inventory/registry.ts';
import type { JsonObject } from '../core/json.ts';
import { type ExampleServer, outputSchema, startExampleServer, withDates } from './support/example-server.ts';
import { missing, need } from './support/needs.ts';
import { pagingOf } from './support/paging-of.ts';
import { testReach } from './support/test-reach.ts';

/** The management account of the organisation in the examples. */
const ACCOUNT = '111111111111';
const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret', sessionToken: 'token' };

/** Reads every kind with the real SDK and the real CLI from a server that answers with the kind's examples: a new kind needs no code here. */
describe('every kind, read over the wire', { concurrency: 2 }, () => {
  for (const kind of kinds) {
    describe(kind.name, () => {
      const items = kind.items(kind.example);
      let server: ExampleServer;
      let read: Awaited<ReturnType<typeof readKind>>;
      before(async () => {
        server = await startExampleServer(kind);
        read = await readKind(kind, server.url);
      });
      after(() => server?.close());

      test('its records are those of its example, from both pages', async () => {
        assert.deepEqual(server.refused, []);
        const filled = server.answers.filter(({ call, filled }) => call === kind.call && filled);
        const pages = (await pagingOf(await kind.sdk(), kind.call)) === undefined ? [1] : [1, 2];
        assert.deepEqual([...new Set(filled.map(({ page }) => page))], pages);
        assert.deepEqual(
          read.records.map((record, index) => pick(record, Object.keys(items[index] ?? {}))),
          items,
        );
        for (const record of read.records) assert.ok(kind.describe(record, { partition: 'aws', account: ACCOUNT, region: 'x' }));
      });

      test('it makes the calls that it declares, and its records contain the answers of follow-up calls', () => {
        const asked = [...new Set(server.answers.map(({ call }) => call))];
        for (const call of kind.calls) if (!(call in SPARED)) assert.ok(asked.includes(call), call);
        const followed = asked.slice(asked.indexOf(kind.call) + 1);
        if (followed.length === 0) assert.deepEqual(read.records, items);
        for (const call of followed) {
          const example = kind.examples[call];
          assert.ok(example !== undefined, `${call} has no example`);
          const members = read.records.flatMap((record) => Object.entries(record));
          const arrived = (value: unknown) => members.some(([, member]) => isEqual(member, value));
          assert.ok(arrived(example) || Object.values(example).every(arrived), call);
        }
      });

      test('its records contain no secret', () => {
        assert.doesNotMatch(JSON.stringify(read.records), /secret/i);
      });

      test('the AWS CLI prints the same, field by field', { skip: missing('AWS_CLI') }, async (t) => {
        const other = await startExampleServer(kind);
        t.after(() => other.close());
        const printed = await runCli(kind, read.input, other.url);
        assert.deepEqual(other.refused, []);
        const output = withDates(outputSchema(await kind.sdk(), kind.call), printed) as JsonObject;
        assert.deepEqual(
          kind.items(output),
          read.records.map((record, index) => pick(record, Object.keys(items[index] ?? {}))),
        );
      });
    });
  }
});

/** Calls that are not made here, since their result is already known: the region of a bucket is in its listing. */
const SPARED: Readonly<Record<string, true>> = { GetBucketLocation: true };

/** The records, and the input of the first call for them, which the CLI is given too. */
async function readKind(kind: ResourceKind, endpoint: string): Promise<{ records: readonly JsonObject[]; input: object }> {
  const reach = testReach(endpoint, ACCOUNT, KEYS);
  const inputs: object[] = [];
  const listening: Reach = {
    ...reach,
    client(type, identity, region) {
      const client = reach.client(type, identity, region) as ReturnType<typeof reach.client<typeof type.prototype>>;
      client.middlewareStack.add(
        (next: (args: object) => unknown, { commandName }: { commandName?: string }) =>
          (args: { input: object }) => {
            if (commandName === `${kind.call}Command`) inputs.push({ ...args.input });
            return next(args);
          },
        { step: 'initialize' },
      );
      return client;
    },
  };
  const account = { id: ACCOUNT, name: 'test', identity: reach.self, regions: undefined, origin: 'test' };
  const region = kind.scope === 'global' ? 'global' : 'eu-west-1';
  const records: JsonObject[] = [];
  const scope = { reach: listening, account, region, signal: new AbortController().signal, wait: async () => {} };
  for await (const page of kind.read(scope)) records.push(...page);
  return { records, input: inputs[0] ?? {} };
}

const run = promisify(execFile);

async function runCli(kind: ResourceKind, input: object, endpoint: string): Promise<JsonObject> {
  // The CLI pages by itself unless an option says otherwise.
  const { token, size } = (await pagingOf(await kind.sdk(), kind.call)) ?? {};
  const own = Object.entries(input).filter(([name]) => name !== token && name !== size);
  const { stdout } = await run(
    need('AWS_CLI'),
    [
      ...kind.command.split(' '),
      ...['--cli-input-json', JSON.stringify(Object.fromEntries(own))],
      ...['--region', 'eu-west-1', '--endpoint-url', endpoint, '--output', 'json'],
    ],
    {
      env: {
        PATH: process.env.PATH,
        AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
        AWS_SESSION_TOKEN: KEYS.sessionToken,
        AWS_MAX_ATTEMPTS: '1',
      },
    },
  );
  return JSON.parse(stdout) as JsonObject;
}

const pick = (record: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name)));

function isEqual(a: unknown, b: unknown): boolean {
  try {
    assert.deepEqual(a, b);
    return true;
  } catch {
    return false;
  }
}
