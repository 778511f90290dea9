import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { ClientConstructor, Reach } from '../../aws/reach.ts';
import type { ReadScope } from './ask-aws.ts';
import { iamCredentialReport } from './iam-credential-report.ts';
import { instanceTypeLookup } from './look-up-instance-types.ts';

interface Answer {
  readonly status?: number;
  readonly body: string;
}

/** A scope with the clients of the SDK, whose HTTP handler answers by the parameters of the request. */
function scopeOf(answer: (parameters: URLSearchParams) => Answer | Promise<Answer>) {
  const asked: URLSearchParams[] = [];
  const waited: number[] = [];
  const requestHandler = {
    handle: async ({ body }: { body: string }) => {
      const parameters = new URLSearchParams(body);
      asked.push(parameters);
      const { status = 200, body: text } = await answer(parameters);
      return {
        response: { statusCode: status, headers: { 'content-type': 'text/xml' }, body: Readable.from([Buffer.from(text)]) },
      };
    },
  };
  const credentials = async () => ({ accessKeyId: 'a', secretAccessKey: 'b' });
  const reach = {
    client: <Client>(type: ClientConstructor<Client>, _: unknown, region: string) =>
      new type({ region, credentials, requestHandler, maxAttempts: 1 } as never),
    call: async <Result>(_: unknown, run: () => Promise<Result>) => run(),
  } as unknown as Reach;
  const identity = { key: 'k', credentials, partition: 'aws', homeRegion: 'us-east-1', account: '111111111111' };
  const scope: ReadScope = {
    reach,
    account: { id: '111111111111', name: 'one', identity, regions: undefined, origin: 'test' },
    region: 'eu-west-1',
    signal: new AbortController().signal,
    wait: async (delayMs) => void waited.push(delayMs),
  };
  return { scope, asked, waited };
}

const values = (parameters: URLSearchParams) =>
  [...parameters].filter(([key]) => key.startsWith('Filter.1.Value')).map(([, value]) => value);

const sizesOf = (types: readonly string[]): Answer => ({
  body: `<DescribeInstanceTypesResponse><instanceTypeSet>${types
    .filter((type) => !type.startsWith('unknown'))
    .map(
      (type) =>
        `<item><instanceType>${type}</instanceType><vCpuInfo><defaultVCpus>2</defaultVCpus></vCpuInfo><memoryInfo><sizeInMiB>4096</sizeInMiB></memoryInfo></item>`,
    )
    .join('')}</instanceTypeSet></DescribeInstanceTypesResponse>`,
});

test('instance types are requested in groups of a hundred, once per region; an unknown type is absent and does not affect the rest', async () => {
  const { scope, asked } = scopeOf((parameters) => sizesOf(values(parameters)));
  const lookUp = instanceTypeLookup();
  const types = Array.from({ length: 150 }, (_, index) => `t${index}.large`);
  const sizes = await lookUp(scope, [...types, 'unknown.large', 't1.large']);
  assert.deepEqual(
    asked.map((parameters) => values(parameters).length),
    [100, 51],
  );
  assert.equal(sizes.size, 150);
  assert.deepEqual(sizes.get('t149.large'), { vcpus: 2, memoryMib: 4096 });
  await lookUp(scope, types);
  assert.equal(asked.length, 2);
  await lookUp({ ...scope, region: 'us-east-1' }, ['t1.large']);
  assert.equal(asked.length, 3);
});

test('an account without the permission fails alone, even when another account waits for its answer', async () => {
  const denial = { status: 403, body: '<Response><Errors><Error><Code>UnauthorizedOperation</Code></Error></Errors></Response>' };
  const asked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const denied = scopeOf(async () => {
    asked.resolve();
    await released.promise;
    return denial;
  });
  const allowed = scopeOf((parameters) => sizesOf(values(parameters)));
  const lookUp = instanceTypeLookup();
  const refused = lookUp(denied.scope, ['m5.large']);
  await asked.promise;
  const both = Promise.allSettled([refused, lookUp(allowed.scope, ['m5.large'])]);
  released.resolve();
  const [first, second] = await both;
  assert.equal(first.status === 'rejected' && (first.reason as Error).name, 'UnauthorizedOperation');
  assert.equal(second.status === 'fulfilled' && second.value.size, 1);
  // The answer that came is kept: the denied account has it now.
  assert.equal((await lookUp(denied.scope, ['m5.large'])).size, 1);
  assert.equal(denied.asked.length, 1);
});

test('a credential report is waited for, longer each time, before it is fetched', async () => {
  const csv = 'user,arn\nann,arn:aws:iam::111111111111:user/ann\n';
  const states = ['STARTED', 'INPROGRESS', 'INPROGRESS', 'COMPLETE'];
  const { scope, asked, waited } = scopeOf((parameters) =>
    parameters.get('Action') === 'GenerateCredentialReport'
      ? {
          body: `<GenerateCredentialReportResponse><GenerateCredentialReportResult><State>${states.shift()}</State></GenerateCredentialReportResult></GenerateCredentialReportResponse>`,
        }
      : {
          body: `<GetCredentialReportResponse><GetCredentialReportResult><Content>${Buffer.from(csv).toString('base64')}</Content></GetCredentialReportResult></GetCredentialReportResponse>`,
        },
  );
  const rows = [];
  for await (const page of iamCredentialReport.read({ ...scope, region: 'global' })) rows.push(...page);
  assert.deepEqual(rows, [{ user: 'ann', arn: 'arn:aws:iam::111111111111:user/ann' }]);
  assert.deepEqual(
    asked.map((parameters) => parameters.get('Action')),
    [...Array(4).fill('GenerateCredentialReport'), 'GetCredentialReport'],
  );
  assert.deepEqual(waited, [500, 1000, 2000]);
});
