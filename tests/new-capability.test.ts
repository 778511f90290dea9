import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { PipelineName } from '../core/batch.ts';
import type { IndexView } from '../core/query.ts';
import { connect } from '../stores/elasticsearch/connect.ts';
import { copyProject } from './support/copy-project.ts';
import { documentedFile } from './support/documented-file.ts';
import { useEngine } from './support/engine.ts';
import { missing, need } from './support/needs.ts';
import { makeLists, result, spawnApart } from './support/run-cli.ts';

const FILES = ['mappings/flow-logs.ts', 'pipelines/flows.ts', 'dashboards/flows.ts'] as const;
// The compiler does not know these names here, since only the copy declares them.
const VIEW = 'flow-logs' as IndexView;
const PIPELINE = 'flows' as PipelineName;
const NOW = new Date('2026-11-21T12:00:00Z');

const folder = mkdtempSync(join(tmpdir(), 'orgscope-capability-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const project = copyProject(folder);
const read = (path: string) => readFileSync(join(project, path), 'utf8');
const { NODE_TEST_CONTEXT: _, ...env } = process.env;
const node = (...args: string[]) => execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8', env });
/** A module of the copy, in this process. */
const load = (path: string) => import(pathToFileURL(join(project, path)).href);

const PIPELINE_TEST = 'pipelines/flows.test.ts';
const PROCESSOR = ['processors/mask-address.ts', 'processors/mask-address.test.ts'] as const;
for (const path of [...FILES, PIPELINE_TEST, ...PROCESSOR]) writeFileSync(join(project, path), documentedFile(path));
const written = node('generate/run.ts').trim().split('\n').sort();

const source = join(folder, 'flows');
mkdirSync(source);
writeFileSync(
  join(source, '111122223333_2026-11-21T11h.log'),
  '2026-11-21T10:59:00Z 10.0.0.1 10.0.0.2 700\n2026-11-21T11:00:00Z 10.0.0.3 10.0.0.2 300\nnot a flow\n',
);
writeFileSync(join(source, '111122223333_2026-09-01T00h.log'), '2026-09-01T00:00:00Z 10.0.0.1 10.0.0.9 5\n');
writeFileSync(join(source, 'readme.txt'), 'not ours');

type OpenLocal = typeof import('../app/open-local.ts');
type Application = Awaited<ReturnType<typeof application>>;

/** The application of the copy, over one store. */
async function application(data: string, store: string) {
  const [{ openLocal }, { openStore }, { world }, { readSettings }, { readEnvironment }, { prometheusMeter }, { deliveryTimes }] =
    (await Promise.all([
      load('app/open-local.ts'),
      load('app/open-store.ts'),
      load('app/choose-world.ts'),
      load('app/settings.ts'),
      load('app/environment.ts'),
      load('server/prometheus-meter.ts'),
      load('app/delivery-times.ts'),
    ])) as [
      OpenLocal,
      typeof import('../app/open-store.ts'),
      typeof import('../app/choose-world.ts'),
      typeof import('../app/settings.ts'),
      typeof import('../app/environment.ts'),
      typeof import('../server/prometheus-meter.ts'),
      typeof import('../app/delivery-times.ts'),
    ];
  const environment = readEnvironment({});
  const settings = readSettings({ data, store, lists: makeLists() }, environment);
  mkdirSync(data, { recursive: true });
  const clock = { now: () => NOW };
  const { signal } = new AbortController();
  const meter = prometheusMeter({ clock, version: '1.2.3', deliveryTimes });
  return {
    meter,
    open: () =>
      openLocal({
        world: world(settings, false),
        settings,
        environment,
        version: '1.2.3',
        clock,
        signal,
        meter,
        purpose: 'write',
      }),
    openStore: () => openStore(world(settings, false), { settings, purpose: 'write', signal }),
  };
}

/** Runs the pipeline, and checks the answers that every store must give. */
async function useCapability({ open, meter }: Application): Promise<void> {
  const orgscope = await open();
  try {
    const report = await orgscope.follow(await orgscope.submit({ pipelines: [PIPELINE], source }), () => undefined);
    // The line that is no flow, and the file that is no log.
    assert.deepEqual(
      report.problems.map(({ code }) => code),
      ['malformed', 'empty'],
      JSON.stringify(report.problems),
    );
    assert.deepEqual([report.totals.written, report.totals.deadLetters], [3, 1]);

    const found = await orgscope.search({ index: 'awsflow-*', query: 'source.ip:10.0.0.1', limit: 10 });
    assert.deepEqual(
      found.hits.map(({ _index }) => _index),
      ['awsflow-2026.09.01', 'awsflow-2026.11.21'],
    );
    const ofDay = await orgscope.search({ index: 'awsflow-2026.11.21', query: 'network.bytes:>=500', limit: 10 });
    assert.deepEqual(
      ofDay.hits.map(({ _source }) => (_source as { source: { ip: string } }).source.ip),
      ['10.0.0.1'],
    );
    const history = await orgscope.search({ index: 'awscli-*', query: '', limit: 10 });
    assert.equal(history.total, 0);

    const [{ dashboards }, { compilePanel }] = (await Promise.all([
      load('dashboards/registry.ts'),
      load('dashboards/compile-panel.ts'),
    ])) as [typeof import('../dashboards/registry.ts'), typeof import('../dashboards/compile-panel.ts')];
    const [total, talkers] = (dashboards.find(({ id }) => id === 'flows')?.panels ?? []) as never[];
    const choice = {
      filter: { type: 'all' },
      time: { from: '2026-11-20T00:00:00.000Z', to: '2026-11-22T00:00:00.000Z' },
    } as const;
    const answers = [total, talkers].map(async (panel) => {
      const answer = await orgscope.answer(compilePanel(panel as never, choice));
      return answer.type === 'aggregate' ? answer.rows : [];
    });
    assert.deepEqual(await Promise.all(answers), [
      [{ value: 1000 }],
      [
        { group: '10.0.0.1', value: 700 },
        { group: '10.0.0.3', value: 300 },
      ],
    ]);

    assert.equal((await orgscope.status()).counts[VIEW], 3);
    const pruned = (await orgscope.prune({ dryRun: false })).indices.find(({ view }) => view === VIEW);
    assert.deepEqual([pruned?.index, pruned?.retentionDays, pruned?.documents], ['awsflow-*', 30, 1]);
    assert.equal((await orgscope.status()).counts[VIEW], 2);

    const metrics = await meter.text();
    assert.match(metrics, /^orgscope_documents_total\{pipeline="flows",result="stored"\} 3$/m);
    assert.match(metrics, /^orgscope_flows_lag_seconds 3600$/m);
  } finally {
    await orgscope.close();
  }
}

/** Checks that a write fails to an index that begins like those of the view, and to one that begins like no view's. */
async function refusesUnknownIndices({ openStore }: Application): Promise<void> {
  const { store } = await openStore();
  try {
    for (const index of ['awsflow-late', 'awslogs-2026.11.28']) {
      const document = { index, id: '1', operation: 'create' as const, body: Buffer.from('{}') };
      await assert.rejects(
        store.write({ documents: [document], bytes: 2, sources: [] }),
        new RegExp(`No view owns the index ${index}`),
      );
    }
  } finally {
    await store.close();
  }
}

test('three files and `npm run generate`: registries, docs, the Kibana file and the list follow', () => {
  assert.deepEqual(written, [
    'core/declared-pipelines.ts',
    'core/view-names.ts',
    'dashboards/registry.ts',
    'docs/dashboards.md',
    'docs/fields.md',
    'docs/permissions.md',
    'kibana-dashboards/orgscope.ndjson',
    'lists/flows.txt',
    'mappings/registry.ts',
    'pipelines/registry.ts',
  ]);
  assert.match(read('docs/fields.md'), /^## `awsflow-\*`\n\nOne flow between two addresses\..*Kept for 30 days.*`flow_logs`/m);
  assert.match(read('docs/dashboards.md'), /^### Flows\n\nWho talks to whom/m);
  assert.match(read('docs/permissions.md'), /`trails\.txt`, `flows\.txt`, .* names for a bucket/);
  assert.match(read('lists/flows.txt'), /flow logs[\s\S]*QUEUE/);
  const objects = read('kibana-dashboards/orgscope.ndjson')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; attributes?: { title?: string } });
  const titles = (type: string) => objects.filter((object) => object.type === type).map(({ attributes }) => attributes?.title);
  assert.ok(titles('index-pattern').includes('awsflow-*'));
  assert.ok(titles('dashboard').includes('[AWS] Flows'));
  assert.ok(titles('visualization').includes('[AWS] Talkers'));
});

test('the documented processor passes its documented test', () => {
  assert.match(node('--test', PROCESSOR[1]), /✔ the last part of an address is masked/);
});

test('the pipeline passes its documented test', () => {
  assert.match(node('--test', PIPELINE_TEST), /✔ a flow is a document of its day/);
});

test('help names the pipeline; its list alone ends the sample, and is checked by doctor', async () => {
  const cli = (...args: string[]) =>
    result(
      spawnApart([process.execPath, join(project, 'cli/main.ts'), ...args], {
        AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
        AWS_ACCESS_KEY_ID: 'x',
        AWS_SECRET_ACCESS_KEY: 'x',
        AWS_MAX_ATTEMPTS: '1',
      }),
    );
  assert.match((await cli('worker', '--help')).stdout, /inventory 64, .*flows 3, /);
  assert.match(
    (await cli('run', '--help')).stdout.replaceAll(/\s+/g, ' '),
    /flows \(flow logs\).*\(.*flows, .*; s3: only s3:\/\/\)/,
  );
  assert.match((await cli('doctor', '--lists', makeLists())).stdout, /nothing of your own is named/);
  const { stdout } = await cli(
    'doctor',
    '--json',
    '--lists',
    makeLists({ 'flows.txt': 'flow-bucket/logs\nnot a bucket at all\n' }),
  );
  const findings = (JSON.parse(stdout) as { findings: { check: string; message: string }[] }).findings;
  const messages = (check: string) => findings.filter((finding) => finding.check === check).map(({ message }) => message);
  assert.match(messages('lists').join('\n'), /flows\.txt:2: /);
  assert.match(messages('buckets').join('\n'), /flows\.txt:1: s3:\/\/flow-bucket\/logs/);

  const { worldToRun } = (await load('app/choose-world.ts')) as typeof import('../app/choose-world.ts');
  const naming = (texts: Readonly<Record<string, string>>) => ({
    data: folder,
    lists: makeLists(texts),
    store: { type: 'duckdb' as const },
    organization: false,
    sample: false,
  });
  assert.equal(worldToRun(naming({}), undefined).sample, true);
  assert.equal(worldToRun(naming({ 'flows.txt': 'flow-bucket\n' }), undefined).sample, false);
});

test('its schedule is that of its declaration', async () => {
  const { readSchedules } = (await load('app/read-schedules.ts')) as typeof import('../app/read-schedules.ts');
  const { schedules } = readSchedules(join(folder, 'none.txt'), { type: 'once' });
  assert.deepEqual([schedules.get(PIPELINE), schedules.get('trails')], [{ type: 'every', everyMs: 30_000 }, { type: 'once' }]);
});

test('the embedded store: run, search, panels, prune, metrics, SQL, the page, and unknown indices', async () => {
  const app = await application(join(folder, 'embedded'), 'duckdb');
  await useCapability(app);
  const orgscope = await app.open();
  const { serve } = (await load('server/serve.ts')) as typeof import('../server/serve.ts');
  const token = 'a-token-of-the-test';
  const serving = await serve({
    orgscope,
    webRoot: folder,
    host: '127.0.0.1',
    port: 0,
    token,
    metrics: app.meter,
    onDefect: (error) => assert.fail(String(error)),
    onUnready: (error) => assert.fail(String(error)),
  });
  try {
    const sums = await orgscope.sql('SELECT sum("network.bytes")::INT AS n FROM flow_logs');
    const read: unknown[] = [];
    for await (const some of sums.rows) read.push(...some);
    assert.deepEqual([sums.columns, read], [['n'], [{ n: 1000 }]]);
    const post = (path: string, body: object) =>
      fetch(`${serving.address}/api/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      });
    const rows = await post('search', { index: 'awsflow-*', query: '', limit: 5 });
    assert.equal(((await rows.json()) as { total: number }).total, 2);
    const run = await post('runs', { pipelines: ['flows'], source });
    const { id } = (await run.json()) as { id: string };
    assert.equal((await orgscope.follow(id, () => undefined)).totals.skippedSources, 2, 'both objects were read before');
    const backfill = await post('runs', { pipelines: ['flows'], backfill: { from: '2026-11-01', to: '2026-11-02' } });
    assert.match(await backfill.text(), /Only trails and logs can be backfilled/);
  } finally {
    await serving.close();
    await orgscope.close();
  }
  await refusesUnknownIndices(app);
});

for (const service of ['OPENSEARCH_URL', 'ELASTICSEARCH_URL'] as const) {
  const skip = missing(service);
  describe(service, { skip }, () => {
    if (skip !== false) return;
    const engine = useEngine(service);
    /** Removes the indices and the template that the shared clean-up does not know. */
    const removeMadeUp = async () => {
      const connection = await connect({ nodes: [engine.url] });
      const path = '/awsflow-*';
      const query = { allow_no_indices: true, ignore_unavailable: true };
      const { body } = await connection.request<object>({ method: 'GET', path: `${path}/_alias`, query, allow: [404] });
      for (const index of Object.keys(body)) await connection.request({ method: 'DELETE', path: `/${index}`, allow: [404] });
      await connection.request({ method: 'DELETE', path: '/_index_template/orgscope-flow-logs', allow: [404] });
      await connection.close();
    };
    let app: Application;
    before(async () => {
      await removeMadeUp();
      app = await application(join(folder, service), need(service));
    });
    after(removeMadeUp);

    test('the engine gives the same answers as the embedded store, and has the template', async () => {
      await useCapability(app);
      await refusesUnknownIndices(app);
      const connection = await connect({ nodes: [engine.url] });
      const { body } = await connection.request<{
        index_templates: { index_template: { index_patterns: string[]; priority: number } }[];
      }>({
        method: 'GET',
        path: '/_index_template/orgscope-flow-logs',
      });
      await connection.close();
      const [template] = body.index_templates;
      assert.deepEqual([template?.index_template.index_patterns, template?.index_template.priority], [['awsflow-*'], 100]);
    });

    test('its documents are copied to an embedded store', async () => {
      const { copyStore } = (await load('runner/copy-store.ts')) as typeof import('../runner/copy-store.ts');
      const target = await application(join(folder, `copy-of-${service}`), 'duckdb');
      const [from, to] = await Promise.all([app.openStore(), target.openStore()]);
      try {
        const { signal } = new AbortController();
        const report = await copyStore({ from: from.store, to: to.store, name: service, signal, show: () => undefined });
        assert.equal(report.complete, true);
        assert.deepEqual((await to.store.counts())[VIEW], 2);
      } finally {
        await Promise.all([from.store.close(), to.store.close()]);
      }
    });
  });
}
