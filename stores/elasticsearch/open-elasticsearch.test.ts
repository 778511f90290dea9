import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery } from '../../core/batch.ts';
import type { Document } from '../../core/document.ts';
import type { Problem } from '../../core/problem.ts';
import { VIEW_NAMES } from '../../core/view-names.ts';
import { useEngine } from '../../tests/support/engine.ts';
import { startEngineProxy } from '../../tests/support/engine-proxy.ts';
import { missing } from '../../tests/support/needs.ts';
import {
  currentDocument,
  rowsOf,
  SUITE_MAPPINGS,
  storeSuite,
  trailDocument,
  writeDocuments,
} from '../../tests/support/store-suite.ts';
import { connect } from './connect.ts';
import type { Engine } from './engine.ts';
import { type ElasticsearchOptions, openElasticsearch } from './open-elasticsearch.ts';
import { LEDGER_INDEX, SCHEMA_VERSION } from './schema.ts';
import { applySetup, planSetup } from './setup.ts';

for (const service of ['OPENSEARCH_URL', 'ELASTICSEARCH_URL'] as const) {
  const skip = missing(service);
  const used = skip === false ? useEngine(service) : undefined;
  const url = used?.url ?? '';
  const product = service === 'OPENSEARCH_URL' ? 'OpenSearch' : 'Elasticsearch';
  const openAgain = (options: Partial<ElasticsearchOptions> = {}) =>
    openElasticsearch({ nodes: [url], mappings: SUITE_MAPPINGS, ...options });
  const open = async (options: Partial<ElasticsearchOptions> = {}) => {
    await used?.wipe();
    return openAgain(options);
  };
  const raw = async (work: (engine: Engine) => Promise<void>) => {
    const engine = await connect({ nodes: [url] });
    await work(engine).finally(() => engine.close());
  };

  storeSuite(product, open, skip);

  test(`${product}: a second setup changes nothing; a new field is added to existing indices; a field of another type is refused`, {
    skip,
  }, async () => {
    const store = await open();
    await writeDocuments(store, [trailDocument('a', { extra: { word: 'old' } })]);
    await store.close();
    const withField = (type: 'keyword' | 'long', name: string) =>
      SUITE_MAPPINGS.map((one) => ({
        ...one,
        fields: [...one.fields.filter((field) => field.name !== name), { name, type, description: '' }],
      }));
    await raw(async (engine) => {
      const actions = async (mappings = SUITE_MAPPINGS) => {
        const { steps } = await planSetup(engine, mappings);
        return new Set(steps.filter(({ action }) => action !== 'notice').map(({ action }) => action));
      };
      // The previous tests left the templates and no index.
      await applySetup(engine, await planSetup(engine, SUITE_MAPPINGS));
      assert.deepEqual(await actions(), new Set(['unchanged']));
      const wider = withField('keyword', 'extra.word');
      const plan = await planSetup(engine, wider);
      const step = plan.steps.find(({ name }) => name === 'awscli-trail-2026.10.01');
      assert.deepEqual([step?.action, step?.detail], ['update', 'new fields: extra.word']);
      assert.deepEqual(await actions(wider), new Set(['update', 'unchanged']), 'planning does nothing');
      await applySetup(engine, plan);
      assert.deepEqual(await actions(wider), new Set(['unchanged']));

      const narrower = withField('long', 'event.action');
      const refused = await planSetup(engine, narrower);
      await assert.rejects(applySetup(engine, refused), (error: { code: string; message: string; next: string }) => {
        assert.equal(error.code, 'conflict');
        assert.match(error.message, /awscli-current: its field event\.action is keyword in place of long/);
        assert.match(error.next, /Reindex awscli-current/);
        return true;
      });
      assert.deepEqual(await actions(wider), new Set(['unchanged']), 'and nothing was done');
      await applySetup(engine, await planSetup(engine, SUITE_MAPPINGS));
    });
    const wider = await openAgain();
    assert.equal((await rowsOf(wider, 'awscli-trail')).length, 1);
    await wider.close();
  });

  test(`${product}: a ledger that another process is just making is waited for`, { skip }, async () => {
    const store = await open();
    await raw(async (engine) => {
      const path = `/${LEDGER_INDEX}`;
      for (let turn = 0; turn < 5; turn++) {
        await engine.request({ method: 'DELETE', path, allow: [404] });
        const made = { done: false };
        const making = engine.request({ method: 'PUT', path, body: {} }).then(() => (made.done = true));
        while (!made.done) assert.equal(await store.ledger.note('owner'), undefined);
        await making;
      }
    });
    await store.close();
  });

  test(`${product}: the set-up of a newer orgscope is left unchanged`, { skip }, async () => {
    await (await open()).close();
    await raw(async (engine) => {
      const path = '/_index_template/orgscope-awscli-trail';
      const read = async () => {
        const { body } = await engine.request<{ index_templates: { index_template: Record<string, unknown> }[] }>({
          method: 'GET',
          path,
        });
        return body.index_templates[0]?.index_template as { _meta: { orgscope: { version: number; fingerprint: string } } };
      };
      const template = await read();
      const newer = { orgscope: { ...template._meta.orgscope, version: SCHEMA_VERSION + 1, fingerprint: 'newer' } };
      await engine.request({ method: 'PUT', path, body: { ...template, _meta: newer } });
      await (await openAgain()).close();
      assert.equal((await read())._meta.orgscope.fingerprint, 'newer');
      await engine.request({ method: 'PUT', path, body: template });
    });
  });

  test(`${product}: a read-only index is waited for, with a message that names the watermark, and then written`, {
    skip,
  }, async () => {
    const waits: (Problem | undefined)[] = [];
    const store = await open({ onWaiting: (problem) => void waits.push(problem) });
    await writeDocuments(store, [currentDocument('first', 1)]);
    await raw(async (engine) => {
      const block = (on: boolean | null) =>
        engine.request({
          method: 'PUT',
          path: '/awscli-current/_settings',
          body: { 'index.blocks.read_only_allow_delete': on },
        });
      await block(true);
      const writing = writeDocuments(store, [currentDocument('a', 1), trailDocument('b')], ['s3://x#1']);
      while (waits.length === 0) await sleep(20);
      assert.match(
        `${waits[0]?.message} → ${waits[0]?.next}`,
        /does not take writes: .*flood-stage watermark.* → Free disk space/,
      );
      assert.deepEqual(
        await store.ledger.known('trails', ['s3://x#1']),
        new Set(),
        'not acknowledged before all documents are stored',
      );
      await block(null);
      assert.deepEqual(await writing, { written: 2, unchanged: 0, rejected: [] });
    });
    assert.equal(waits.at(-1), undefined);
    assert.deepEqual(await store.ledger.known('trails', ['s3://x#1']), new Set(['s3://x#1']));
    await store.close();
  });

  test(`${product}: a run that is stopped waits no longer, and nothing is acknowledged`, { skip }, async () => {
    const aborter = new AbortController();
    const store = await open({ signal: aborter.signal, onWaiting: () => aborter.abort() });
    await writeDocuments(store, [currentDocument('first', 1)]);
    await raw(async (engine) => {
      const body = { 'index.blocks.write': true };
      await engine.request({ method: 'PUT', path: '/awscli-current/_settings', body });
      await assert.rejects(writeDocuments(store, [currentDocument('a', 1)], ['s3://x#1']), { code: 'interrupted' });
    });
    const again = await openAgain();
    assert.deepEqual(await again.ledger.known('trails', ['s3://x#1']), new Set());
    await again.close();
    await store.close();
  });

  test(`${product}: an index that another user deletes is made again by its template, and reading again fills it`, {
    skip,
  }, async () => {
    const store = await open();
    const documents = [trailDocument('a', { tags: ['x'] }), { ...trailDocument('b'), index: 'awscli-trail-2026.10.02' }];
    const user: Document = { ...currentDocument('user', 1), index: 'awsusers-000001' };
    await writeDocuments(store, [...documents, user, currentDocument('c', 1)]);
    await raw(async (engine) => {
      for (const name of ['awscli-trail-2026.10.01', 'awscli-current', 'awsusers-000001']) {
        await engine.request({ method: 'DELETE', path: `/${name}` });
      }
    });
    const nothing = Object.fromEntries(VIEW_NAMES.map((view) => [view, 0]));
    assert.deepEqual(await store.counts(), { ...nothing, 'awscli-trail': 1 });
    const again = await writeDocuments(store, [...documents, user, currentDocument('c', 1)]);
    assert.deepEqual(again, { written: 3, unchanged: 1, rejected: [] });
    const filter = { type: 'term', field: 'tags', value: 'x' } as const;
    const found = await store.answer({ type: 'rows', view: 'awscli-trail', filter, sort: [], limit: 1, offset: 0 });
    assert.equal(found.type === 'rows' && found.total, 1);
    await raw(async (engine) => {
      assert.equal((await engine.request({ method: 'HEAD', path: '/_alias/awsusers', allow: [404] })).status, 200);
    });
    await store.close();
  });

  test(`${product}: of two processes that load the same month, one delivery is shown, whole`, { skip }, async () => {
    const one = await open();
    const other = await openAgain();
    const delivery = (name: string, modified: number): Delivery => ({ report: 'r', month: '2026-10', delivery: name, modified });
    const load = async (store: typeof one, of: Delivery, ids: string[]) => {
      await store.beginDelivery(of);
      const documents = ids.map((id): Document => ({ ...trailDocument(id), index: 'awsbilling-2026.10' }));
      await writeDocuments(store, documents, [], of);
    };
    // Another worker begins the same delivery again: the first one can neither continue nor publish its half.
    await load(one, delivery('d1', 1), ['1', '2']);
    await load(other, delivery('d1', 1), ['1', '2', '3']);
    await assert.rejects(writeDocuments(one, [{ ...trailDocument('3'), index: 'awsbilling-2026.10' }], [], delivery('d1', 1)), {
      code: 'conflict',
    });
    await assert.rejects(one.publishDelivery(delivery('d1', 1)), { code: 'conflict' });
    assert.equal((await rowsOf(other, 'awsbilling')).length, 0);
    assert.equal(await other.publishDelivery(delivery('d1', 1)), true);
    assert.equal((await rowsOf(one, 'awsbilling')).length, 3);

    // Two processes publish at the same time, repeatedly.
    for (let round = 2; round < 6; round++) {
      const older = delivery(`older-${round}`, round * 10);
      const newer = delivery(`newer-${round}`, round * 10 + 1);
      await load(one, older, [`o${round}`]);
      // Beginning a delivery removes unpublished ones of its report, so each process begins under another report's name.
      const results = await Promise.allSettled([
        one.publishDelivery(older),
        (async () => {
          await load(other, newer, [`n${round}`, `m${round}`]);
          return other.publishDelivery(newer);
        })(),
      ]);
      assert.equal(results[1].status, 'fulfilled', String(results[1].status === 'rejected' ? results[1].reason : ''));
      assert.deepEqual(
        (await rowsOf(one, 'awsbilling')).map(({ _id }) => _id),
        [`m${round}`, `n${round}`],
      );
      assert.deepEqual(await one.ledger.delivery('r', '2026-10'), newer);
    }
    await other.close();
    await one.close();
  });

  test(`${product}: an empty engine that refuses every second request as too busy takes the writes of a run and answers its questions`, {
    skip,
  }, async () => {
    await used?.wipe();
    let asked = 0;
    const busy = { error: { type: 'search_phase_execution_exception', reason: 'all shards failed' }, status: 503 };
    const proxy = await startEngineProxy(url, {
      answer: (_, path) =>
        path !== '/' && !path.startsWith('/_nodes') && asked++ % 2 === 0 ? { status: 503, body: busy } : undefined,
    });
    const store = await openElasticsearch({ nodes: [proxy.url], mappings: SUITE_MAPPINGS, random: () => 0 });
    const result = await writeDocuments(store, [trailDocument('a'), currentDocument('b', 1)], ['s3://x#1']);
    assert.deepEqual([result.written, result.rejected], [2, []]);
    assert.deepEqual(await store.ledger.known('trails', ['s3://x#1']), new Set(['s3://x#1']));
    assert.equal(await store.ledger.swapNote('owner', undefined, 'own'), true);
    assert.equal(await store.ledger.note('owner'), 'own');
    const found = await store.patient?.answer(
      { type: 'rows', view: 'awscli-trail', filter: { type: 'all' }, sort: [], limit: 1, offset: 0 },
      new AbortController().signal,
    );
    assert.equal(found?.type === 'rows' && found.total, 1);
    assert.deepEqual(await store.retire([{ account: 'a', region: 'r', kind: 'k', scope: '', time: 2 }]), [0]);
    await store.close();
    await proxy.close();
  });

  test(`${product}: bodies that are too large are halved, down to the one document that is refused`, { skip }, async () => {
    await used?.wipe();
    const proxy = await startEngineProxy(url, { maxBodyBytes: 60_000 });
    const store = await openElasticsearch({ nodes: [proxy.url], mappings: SUITE_MAPPINGS });
    const documents = Array.from({ length: 100 }, (_, index) =>
      trailDocument(`d${index}`, { raw: { text: 'x'.repeat(index === 50 ? 70_000 : 2_000) } }),
    );
    const result = await writeDocuments(store, documents);
    assert.deepEqual([result.written, result.rejected.map(({ index }) => index)], [99, [50]]);
    assert.match(result.rejected[0]?.reason ?? '', /larger than the engine takes/);
    await store.close();
    await proxy.close();
  });
}
