import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { HttpResponse } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { openReach, type ReachOptions } from '../aws/open-reach.ts';
import type { Reach, WireHandler } from '../aws/reach.ts';
import { groupProblems } from '../core/group-problems.ts';
import { startFaultProxy } from './support/fault-proxy.ts';
import { missing, need } from './support/needs.ts';
import { assumeInto, freshAccountId, type Keys, processEnv } from './support/organisation.ts';

/** Each form in which users have credentials leads to its account, on moto. */
const skip = missing('MOTO_URL');
const home = mkdtempSync(join(tmpdir(), 'orgscope-home-'));
const sourceAccount = freshAccountId();
const roleAccount = freshAccountId();
const ROLE = `arn:aws:iam::${roleAccount}:role/Reader`;
let source: Keys;
const open: Reach[] = [];

before(async () => {
  if (!skip) source = await assumeInto(need('MOTO_URL'), sourceAccount);
});
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_') && name !== 'AWS_CLI') delete process.env[name];
});
after(() => {
  for (const reach of open) reach.close();
  rmSync(home, { recursive: true });
});

/** A user with this configuration, without that of the machine. */
function user(config: string, lists: Record<string, string> = {}, options: Partial<ReachOptions> = {}, env: object = {}) {
  const folder = mkdtempSync(join(home, 'user-'));
  for (const [name, text] of Object.entries({ config, ...lists })) writeFileSync(join(folder, name), text);
  const {
    AWS_ACCESS_KEY_ID: _,
    AWS_SECRET_ACCESS_KEY: __,
    AWS_SESSION_TOKEN: ___,
    ...bare
  } = processEnv(need('MOTO_URL'), source);
  Object.assign(process.env, bare, { HOME: folder, AWS_CONFIG_FILE: join(folder, 'config') }, env);
  const bodies: string[] = [];
  const inner = new NodeHttpHandler();
  const requestHandler: WireHandler = {
    handle(request, handlerOptions) {
      bodies.push(String(request.body));
      return inner.handle(request as Parameters<typeof inner.handle>[0], handlerOptions);
    },
    destroy: () => inner.destroy(),
  };
  const reach = openReach({ lists: folder, env: process.env, requestHandler, ...options });
  open.push({ ...reach, close: () => inner.destroy() });
  const sent = (action: string) =>
    bodies.map((body) => new URLSearchParams(body)).filter((body) => body.get('Action') === action);
  return { reach, folder, sent };
}

const keysOf = (keys: Keys): string =>
  `aws_access_key_id = ${keys.accessKeyId}\naws_secret_access_key = ${keys.secretAccessKey}\naws_session_token = ${keys.sessionToken}\n`;

async function serve(answer: (url: string, method: string) => string): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => response.end(answer(request.url ?? '', request.method ?? '')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

const metadata = (): string =>
  JSON.stringify({
    Code: 'Success',
    AccessKeyId: source.accessKeyId,
    SecretAccessKey: source.secretAccessKey,
    Token: source.sessionToken,
    Expiration: new Date(Date.now() + 3_600_000).toISOString(),
  });

test('temporary keys with session token from the environment', { skip }, async () => {
  const { reach } = user('', {}, {}, processEnv(need('MOTO_URL'), source));
  assert.equal((await reach.identity()).account, sourceAccount);
});

test('another shared credentials file, and the profile chosen by option', { skip }, async () => {
  const file = join(home, 'other-credentials');
  writeFileSync(file, `[work]\n${keysOf(source)}`);
  const { reach } = user('[profile work]\nregion = eu-west-1', {}, { profile: 'work' }, { AWS_SHARED_CREDENTIALS_FILE: file });
  const identity = await reach.identity();
  assert.deepEqual([identity.account, identity.key, identity.profile], [sourceAccount, 'profile:work', 'work']);
});

test('role_arn with source_profile and external_id', { skip }, async () => {
  const config = `[profile base]\n${keysOf(source)}\n[profile reader]\nrole_arn = ${ROLE}\nsource_profile = base\nexternal_id = x-42\nregion = eu-west-1`;
  const { reach, sent } = user(config, { 'account.txt': 'reader eu-west-1' });
  const { accounts, problems } = await reach.accounts();
  assert.deepEqual(problems, []);
  assert.deepEqual(
    accounts.map(({ id, name }) => [id, name]),
    [[roleAccount, 'reader']],
  );
  assert.deepEqual(
    sent('AssumeRole').map((body) => [body.get('RoleArn'), body.get('ExternalId')]),
    [[ROLE, 'x-42']],
  );
});

test('a role_arn with blanks is named with its profile and file, also where another profile gets its credentials from it', {
  skip,
}, async () => {
  const config = `[profile base]\n${keysOf(source)}[profile mid]\nrole_arn = arn: aws: iam ::111122223333:role/Read\nsource_profile = base\n[profile top]\nrole_arn = ${ROLE}\nsource_profile = mid\n`;
  const { reach, folder } = user(config, { 'account.txt': 'mid\ntop' });
  const { accounts, problems } = await reach.accounts();
  assert.deepEqual(accounts, []);
  for (const { code, message, next } of problems) {
    assert.equal(code, 'malformed');
    assert.match(message, /^profile "mid": role_arn "arn: aws: iam ::111122223333:role\/Read" is not the ARN of a role/);
    assert.equal(
      next,
      `Correct it in ${join(folder, 'config')}: write it without blanks, as arn:aws:iam::111122223333:role/Read.`,
    );
  }
  assert.equal(groupProblems(problems).length, 1, 'one cause of two lines');
});

test('the message repeats the reason for which STS refuses the role of a profile', { skip }, async () => {
  const proxy = await startFaultProxy(need('MOTO_URL'));
  const refused = async (code: string, message: string) => {
    proxy.rules.splice(0, 1, { action: 'AssumeRole', fault: { code, status: 400, message } });
    const config = `[profile base]\n${keysOf(source)}[profile top]\nrole_arn = ${ROLE}\nsource_profile = base\n`;
    const { reach } = user(config, { 'account.txt': 'top' }, {}, { AWS_ENDPOINT_URL: proxy.url });
    return (await reach.accounts()).problems[0];
  };
  const invalid = await refused(
    'ValidationError',
    'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
  );
  assert.deepEqual([invalid?.code, invalid?.next], ['malformed', 'Correct what STS names in the AWS configuration.']);
  assert.match(invalid?.message ?? '', /profile "top": .*exceeds the MaxSessionDuration/);
  const denied = await refused(
    'AccessDenied',
    'User: arn:aws:iam::1:user/ana is not authorized to perform: sts:AssumeRole on resource: x',
  );
  assert.equal(denied?.code, 'denied');
  assert.match(denied?.message ?? '', /profile "top": .*User: arn:aws:iam::1:user\/ana is not authorized/);
  const secret = await refused('ValidationError', "Value 'eyJSECRET' at 'webIdentityToken' failed to satisfy constraint");
  assert.equal(secret?.code, 'credentials');
  assert.doesNotMatch(JSON.stringify(secret), /SECRET/);
  await proxy.close();
});

test('an external id for the member roles', { skip }, async () => {
  const { reach, sent } = user(`[default]\n${keysOf(source)}`, {}, { externalId: 'y-7' });
  assert.equal((await reach.identity(ROLE)).account, roleAccount);
  assert.equal(sent('AssumeRole')[0]?.get('ExternalId'), 'y-7');
});

test('MFA: the code is asked for once, and without a terminal the profile is one problem', { skip }, async () => {
  const config = `[profile base]\n${keysOf(source)}\n[profile reader]\nrole_arn = ${ROLE}\nsource_profile = base\nmfa_serial = arn:aws:iam::${sourceAccount}:mfa/me\nregion = eu-west-1`;
  const asked: string[] = [];
  const prompt = async (serial: string) => {
    asked.push(serial);
    return '123456';
  };
  const { reach, sent } = user(config, {}, { mfaPrompt: prompt });
  const [first] = await Promise.all([reach.identity('reader'), reach.identity('reader')]);
  await first.credentials();
  assert.equal(first.account, roleAccount);
  assert.deepEqual(asked, [`arn:aws:iam::${sourceAccount}:mfa/me`]);
  assert.equal(sent('AssumeRole')[0]?.get('TokenCode'), '123456');

  const silent = user(config);
  await assert.rejects(silent.reach.identity('reader'), { code: 'credentials', message: /"reader".*multi-factor/ });
});

test('credential_process', { skip }, async () => {
  const { accessKeyId, secretAccessKey, sessionToken } = source;
  const output = join(home, 'process.json');
  writeFileSync(
    output,
    JSON.stringify({ Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken }),
  );
  const { reach } = user(
    `[profile tool]\ncredential_process = cat ${output}\n[profile broken]\ncredential_process = false SECRET`,
  );
  assert.equal((await reach.identity('tool')).account, sourceAccount);
  await assert.rejects(reach.identity('broken'), (error: Error) => {
    assert.match(error.message, /"broken": credential_process failed/);
    assert.doesNotMatch(error.message, /SECRET/);
    return true;
  });
});

test('web identity, from a profile', { skip }, async () => {
  const token = join(home, 'token');
  writeFileSync(token, 'web-token');
  const config = `[profile web]\nrole_arn = ${ROLE}\nweb_identity_token_file = ${token}\nrole_session_name = s\nregion = eu-west-1`;
  const { reach, sent } = user(config);
  assert.equal((await reach.identity('web')).account, roleAccount);
  assert.equal(sent('AssumeRoleWithWebIdentity')[0]?.get('WebIdentityToken'), 'web-token');
});

test('web identity from environment variables, as in a pod', { skip }, async () => {
  const token = join(home, 'pod-token');
  writeFileSync(token, 'pod-token');
  const { reach } = user('', {}, {}, { AWS_WEB_IDENTITY_TOKEN_FILE: token, AWS_ROLE_ARN: ROLE });
  assert.equal((await reach.identity()).account, roleAccount);
});

test('a container role', { skip }, async () => {
  const server = await serve(metadata);
  try {
    const { reach } = user('', {}, {}, { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}/role` });
    assert.equal((await reach.identity()).account, sourceAccount);
  } finally {
    server.close();
  }
});

test('an instance role', { skip }, async () => {
  const server = await serve((url, method) => {
    if (method === 'PUT') return 'imds-token';
    return url.endsWith('/security-credentials/') ? 'the-role' : metadata();
  });
  try {
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: server.url, AWS_EC2_METADATA_DISABLED: 'false' };
    const { reach } = user('', {}, {}, env);
    assert.equal((await reach.identity()).account, sourceAccount);
  } finally {
    server.close();
  }
});

test('SSO, with a token that "aws sso login" left (the portal is a stub at the wire)', { skip }, async () => {
  const start = 'https://company.awsapps.com/start';
  const config = `[profile sso]\nsso_session = company\nsso_account_id = ${sourceAccount}\nsso_role_name = Reader\nregion = eu-west-1\n[sso-session company]\nsso_start_url = ${start}\nsso_region = eu-west-1\n`;
  const inner = new NodeHttpHandler();
  const asked: string[] = [];
  const requestHandler: WireHandler = {
    async handle(request, options) {
      if (request.headers['x-amz-sso_bearer_token'] === undefined) {
        return inner.handle(request as Parameters<typeof inner.handle>[0], options);
      }
      asked.push(`${request.headers['x-amz-sso_bearer_token']} ${request.query?.role_name} ${request.query?.account_id}`);
      const roleCredentials = { ...source, expiration: Date.now() + 3_600_000 };
      const body = Buffer.from(JSON.stringify({ roleCredentials }));
      return { response: new HttpResponse({ statusCode: 200, headers: { 'content-type': 'application/json' }, body }) };
    },
  };
  const { reach, folder } = user(config, {}, { requestHandler });
  const cache = join(folder, '.aws', 'sso', 'cache');
  mkdirSync(cache, { recursive: true });
  writeFileSync(
    join(cache, `${createHash('sha1').update('company').digest('hex')}.json`),
    JSON.stringify({ startUrl: start, accessToken: 'sso-token', expiresAt: new Date(Date.now() + 3_600_000).toISOString() }),
  );
  assert.equal((await reach.identity('sso')).account, sourceAccount);
  assert.deepEqual(asked, [`sso-token Reader ${sourceAccount}`]);
  inner.destroy();
});

test('a profile that is named like an account id wins over the account; a broken profile does not stop any other', {
  skip,
}, async () => {
  const config = `[default]\n${keysOf(source)}\n[profile ${roleAccount}]\n${keysOf(source)}\n[profile broken]\nregion = eu-west-1`;
  const other = freshAccountId();
  const { reach } = user(config, { 'account.txt': `# accounts\n${roleAccount}\nbroken\nnobody\n${other}` });
  const { accounts, problems } = await reach.accounts();
  assert.deepEqual(
    accounts.map(({ id, identity }) => [id, identity.key]),
    [
      [sourceAccount, `profile:${roleAccount}`],
      [other, `role:arn:aws:iam::${other}:role/OrganizationAccountAccessRole`],
    ],
  );
  assert.deepEqual(problems.map(({ code, where }) => [where.line, code]).sort(), [
    [3, 'credentials'],
    [4, 'missing'],
  ]);
  assert.ok(problems.find(({ code }) => code === 'missing')?.message.includes('nobody'));
});

test('no credentials at all: one cause for all lines that need them', { skip }, async () => {
  const { reach } = user('', { 'account.txt': '100000000002\n100000000003\n100000000004' });
  const { accounts, problems } = await reach.accounts();
  assert.deepEqual(accounts, []);
  const [group, ...others] = groupProblems(problems);
  assert.deepEqual([group?.code, group?.count, others], ['credentials', 3, []]);
  assert.deepEqual(
    group?.places.map(({ line }) => line),
    [1, 2, 3],
  );
});
