import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpResponse } from '@smithy/core/protocols';
import { openReach } from '../../aws/open-reach.ts';
import type { ReadScope } from '../../collectors/inventory/ask-aws.ts';
import type { ResourceKind } from '../../collectors/inventory/declare-kind.ts';
import { kinds } from '../../collectors/inventory/registry.ts';
import { s3Object } from '../../collectors/objects/s3-prefix.ts';
import { startExampleServer } from '../support/example-server.ts';
import { type HostileAws, type Hostility, startHostileAws } from '../support/hostile-aws.ts';
import { type Measured, measuredCli } from '../support/measured.ts';
import { openTestStore } from '../support/open-test-store.ts';
import { pagingOf } from '../support/paging-of.ts';
import { makeLists, spawnCli } from '../support/run-cli.ts';
import { testReach } from '../support/test-reach.ts';

/** Seconds without an answer after which a call fails: short, since the tests of missing answers take about as long. */
const PATIENCE_S = '2';

describe('a sweep that follows a good one and is answered by something other than AWS', { timeout: 300_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'orgscope-answers-'));
  let aws: HostileAws;
  let lists: string;
  let good: Measured;
  let stateBefore: unknown;

  const argsOf = (data: string) => ['run', 'inventory', '--data', join(folder, data), '--lists', lists, '--regions', 'us-east-1'];
  const run = (data: string, env: Readonly<Record<string, string>>) => measuredCli(argsOf(data), { ...aws.env, ...env });
  async function current(data: string): Promise<unknown> {
    const store = await openTestStore(join(folder, data, 'orgscope.duckdb'));
    try {
      return (await store.sql('SELECT "resource.type" AS type, count(*) AS n FROM awscli_current GROUP BY 1 ORDER BY 1')).rows;
    } finally {
      await store.close();
    }
  }

  before(async () => {
    aws = await startHostileAws();
    lists = makeLists({ 'account.txt': aws.sample.managementAccountId });
    good = await measuredCli(argsOf('good'), aws.env);
    assert.equal(good.code, 0, good.stdout);
    stateBefore = await current('good');
  });
  after(async () => {
    await aws?.close();
    rmSync(folder, { recursive: true, force: true });
    rmSync(lists, { recursive: true, force: true });
  });

  /** The message for each kind of answer. */
  const SAID: Readonly<Record<Hostility, RegExp>> = {
    html: /the answer is not from AWS: a page of HTML \(HTTP 200\)/,
    nothing: /the answer is not from AWS: nothing \(HTTP 200\)/,
    redirect: /the answer is not from AWS: a redirect to login\.example \(HTTP 302\)/,
    half: /the answer is not from AWS: the beginning of an answer \(HTTP 200\)/,
    cut: /the answer broke off before its end/,
    silent: /no answer within 2 s/,
    stalled: /no answer within 2 s/,
    trickling: /an answer was not complete after 6 s/,
    endless: /an answer is larger than 64 MiB/,
  };

  const ROUNDS: readonly { readonly of: string; readonly hostilities: HostileAws['hostility']; readonly patient?: true }[] = [
    { of: 'a page of HTML', hostilities: (service) => (service === 'sts' ? undefined : 'html') },
    {
      of: 'nothing, halves, cut ends and redirects',
      hostilities: byService({ ec2: 'nothing', rds: 'half', iam: 'cut', others: 'redirect' }),
    },
    { of: 'waits without end', hostilities: byService({ ec2: 'silent', rds: 'trickling', iam: 'stalled', others: 'silent' }) },
    // The time that 64 MiB take on a busy machine is not tested here.
    { of: 'a body without end', hostilities: byService({ others: 'endless' }), patient: true },
  ];
  for (const { of, hostilities, patient } of ROUNDS) {
    test(`${of}: the run removes nothing, ends, and says why`, async () => {
      cpSync(join(folder, 'good'), join(folder, of), { recursive: true });
      const seen = new Set<Hostility>();
      aws.hostility = (service) => {
        const hostility = hostilities(service);
        if (hostility !== undefined) seen.add(hostility);
        return hostility;
      };
      const { code, stdout, stderr, cpuSeconds, peakMib } = await run(of, patient ? {} : { ORGSCOPE_AWS_TIMEOUT: PATIENCE_S });
      assert.equal(code, 1);
      assert.deepEqual(await current(of), stateBefore);
      for (const hostility of seen) assert.match(stdout, SAID[hostility]);
      const causes = [...seen].map((hostility) => SAID[hostility]);
      const failures = stdout.split('\n').filter((text) => text.includes('✗'));
      // A cause has one line, whatever the number of calls, accounts and regions that it affected.
      assert.ok(failures.length <= seen.size, stdout);
      for (const line of failures) {
        assert.ok(
          causes.some((cause) => cause.test(line)),
          line,
        );
      }
      assert.doesNotMatch(stdout + stderr, /defect|SECRET/);
      assert.ok(cpuSeconds < 3 * good.cpuSeconds, `${cpuSeconds} s, and ${good.cpuSeconds} s where all is well`);
      assert.ok(peakMib < 2.5 * good.peakMib, `${peakMib} MiB, and ${good.peakMib} MiB where all is well`);
    });
  }

  for (const hostility of ['silent', 'trickling'] as const) {
    test(`a run that waits for a ${hostility} answer ends when it is stopped`, async () => {
      cpSync(join(folder, 'good'), join(folder, hostility), { recursive: true });
      aws.hostility = (service) => (hostility === 'silent' || service !== 'sts' ? hostility : undefined);
      const before = aws.requests;
      const child = spawnCli(argsOf(hostility), { ...aws.env, ORGSCOPE_AWS_TIMEOUT: '3000' });
      while (aws.requests < before + (hostility === 'silent' ? 1 : 8)) await sleep(20);
      child.kill('SIGTERM');
      const [code, signal] = await once(child, 'close');
      assert.deepEqual({ code, signal }, { code: 1, signal: null });
      assert.deepEqual(await current(hostility), stateBefore);
    });
  }
});

function byService({ others, ...some }: Readonly<Record<string, Hostility>>): HostileAws['hostility'] {
  return (service) => (service === 'sts' ? undefined : (some[service] ?? others));
}

/** The scope that kinds are read in, in which every request gets this answer. */
function scopeOf(kind: ResourceKind, answer: () => HttpResponse): ReadScope {
  const credentials = { accessKeyId: 'AKIA', secretAccessKey: 's' };
  const reach = openReach({
    lists: tmpdir(),
    env: {},
    credentials,
    requestHandler: { handle: async () => ({ response: answer() }) },
  });
  const identity = {
    key: 'default',
    credentials: async () => credentials,
    partition: 'aws',
    homeRegion: 'us-east-1',
    account: '111111111111',
  };
  return {
    reach,
    account: { id: identity.account, name: 'one', identity, regions: undefined, origin: 'test' },
    region: kind.scope === 'global' ? 'global' : 'us-east-1',
    signal: new AbortController().signal,
    wait: async () => assert.fail('the kind waits, and nothing here takes time'),
  };
}

async function readAll(kind: ResourceKind, scope: ReadScope): Promise<number> {
  let count = 0;
  for await (const page of kind.read(scope)) count += page.length;
  return count;
}

describe('no kind takes an answer of another form for an empty list', () => {
  const answers: readonly [string, string, Record<string, string>][] = [
    ['a page of HTML', '<!doctype html>\n<title>Sign in</title>', { 'content-type': 'text/html' }],
    ['nothing', '', {}],
    ['a word', 'OK', { 'content-type': 'text/plain' }],
    ['the answer to another question', '<GetSomethingElseResponse/>', { 'content-type': 'text/xml' }],
  ];
  for (const [what, text, headers] of answers) {
    test(what, async () => {
      for (const kind of kinds) {
        const scope = scopeOf(kind, () => new HttpResponse({ statusCode: 200, headers, body: Buffer.from(text) }));
        await assert.rejects(readAll(kind, scope), { code: 'malformed', message: /the answer is not from AWS/ }, kind.name);
      }
    });
  }
});

test('an answer that is not the requested object of S3 is an error: a page of HTML, a body without end', async () => {
  const object = { bucket: 'trails', key: 'a.json.gz', etag: 'e', size: 20, modified: 0, region: 'us-east-1' };
  const [kind] = kinds;
  assert.ok(kind);
  const answers: readonly HttpResponse[] = [
    new HttpResponse({ statusCode: 200, headers: { 'content-length': '20' }, body: Readable.from([Buffer.alloc(20, '<')]) }),
    new HttpResponse({ statusCode: 200, headers: { etag: '"e"' }, body: Readable.from(withoutEnd()) }),
  ];
  for (const answer of answers) {
    const { reach, account } = scopeOf(kind, () => answer);
    const source = s3Object({ reach, identity: account.identity }, object, object.key);
    await assert.rejects(source.read(), { code: 'malformed', message: /something else than S3 answered/ });
  }
});

function* withoutEnd(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(1024);
}

test('a listing of any kind whose page tokens repeat ends with an error', async () => {
  for (const kind of kinds) {
    const sdk = await kind.sdk();
    const paged = (await Promise.all(kind.calls.map((call) => pagingOf(sdk, call)))).some((paging) => paging !== undefined);
    if (!paged) continue;
    for (const round of [1, 3]) {
      const server = await startExampleServer(kind, undefined, round);
      const reach = testReach(server.url, '111111111111', { accessKeyId: 'AKIA', secretAccessKey: 's' });
      const scope = { ...scopeOf(kind, () => assert.fail()), reach };
      try {
        await assert.rejects(readAll(kind, scope), { code: 'malformed', message: /does not end/ }, `${kind.name} by ${round}`);
        // Includes the calls about each single resource of a page.
        assert.ok(server.answers.length < 100, `${kind.name} by ${round}: ${server.answers.length} answers`);
      } finally {
        server.close();
      }
    }
  }
});
