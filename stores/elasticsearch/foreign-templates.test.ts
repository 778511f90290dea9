import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Document } from '../../core/document.ts';
import { withHoldings } from '../../runner/holdings.ts';
import { useEngine } from '../../tests/support/engine.ts';
import { missing } from '../../tests/support/needs.ts';
import { runCli } from '../../tests/support/run-cli.ts';
import { SUITE_MAPPINGS, trailDocument, writeDocuments } from '../../tests/support/store-suite.ts';
import { connect } from './connect.ts';
import type { EngineRequest } from './engine.ts';
import { openElasticsearch } from './open-elasticsearch.ts';

for (const service of ['OPENSEARCH_URL', 'ELASTICSEARCH_URL'] as const) {
  const skip = missing(service);
  describe(`foreign templates and indices on ${service}`, { skip }, () => {
    const engine = skip === false ? useEngine(service) : { url: '', wipe: async () => undefined };
    const open = () => openElasticsearch({ nodes: [engine.url], mappings: SUITE_MAPPINGS });
    const request = async (asked: EngineRequest) => {
      const connection = await connect({ nodes: [engine.url] });
      await connection.request(asked).finally(() => connection.close());
    };
    const PATH = '/_index_template/someones-own';
    /** Runs the work while a foreign template is there. */
    const withTemplate = async (
      patterns: readonly string[],
      priority: number,
      work: () => Promise<void>,
      template: object = { settings: { 'index.number_of_replicas': 0 } },
    ) => {
      await request({ method: 'PUT', path: PATH, body: { index_patterns: patterns, priority, template } });
      await work().finally(() => request({ method: 'DELETE', path: PATH }));
    };
    const ofDay = (id: string, day: string): Document => ({ ...trailDocument(id), index: `awscli-trail-2026.10.${day}` });

    test('a foreign template of higher priority for all indices is named before anything is set up', async () => {
      await withTemplate(['*'], 500, async () => {
        await assert.rejects(open(), (error: { code: string; message: string; next: string }) => {
          assert.equal(error.code, 'conflict');
          assert.match(
            error.message,
            /would be made by the index template someones-own \(for \*, priority 500\).*its field \S+ would be missing/,
          );
          assert.match(error.next, /Give someones-own a priority below 100/);
          return true;
        });
        const setup = await runCli(['setup', '--store', engine.url]);
        assert.equal(setup.code, 1);
        assert.match(setup.stdout, /conflict template orgscope-awscli-trail: .*someones-own[\s\S]*Nothing was done/);
        const doctor = await runCli(['doctor', '--store', engine.url, '--json']);
        const { findings } = JSON.parse(doctor.stdout) as { findings: { check: string; level: string; message: string }[] };
        const found = findings.filter(({ check }) => check === 'store');
        assert.ok(
          found.length > 0 && found.every(({ level, message }) => level === 'failed' && message.includes('someones-own')),
        );
      });
      const doctor = await runCli(['doctor', '--store', engine.url]);
      assert.match(doctor.stdout, /✓ store .* accepts the documents of orgscope/);
    });

    test('a foreign template of lower priority changes nothing', async () => {
      await withTemplate(['*'], 50, async () => {
        const store = await open();
        assert.equal((await writeDocuments(store, [ofDay('a', '01')])).written, 1);
        await store.close();
      });
    });

    test('a foreign template that is added later is found when the next index is made, and the run ends with its name', async () => {
      await engine.wipe();
      const store = await open();
      await writeDocuments(store, [ofDay('a', '01')]);
      const action = { mappings: { properties: { event: { properties: { action: { type: 'long' } } } } } };
      await withTemplate(
        ['awscli-trail-2026.*'],
        400,
        async () => {
          await writeDocuments(store, [ofDay('b', '01')]);
          await assert.rejects(
            writeDocuments(store, [ofDay('c', '02')], ['s3://x#1']),
            /awscli-trail-2026\.10\.02 would be made by the index template someones-own .*event\.action would be long in place of keyword/,
          );
          assert.deepEqual(await store.ledger.known('trails', ['s3://x#1']), new Set());
          // Another user makes the index while that template is there.
          await request({ method: 'PUT', path: '/awscli-trail-2026.10.03', body: {} });
        },
        action,
      );
      await assert.rejects(
        writeDocuments(store, [ofDay('d', '03')]),
        /awscli-trail-2026\.10\.03 was not made by orgscope-awscli-trail/,
      );
      await writeDocuments(store, [ofDay('c', '02')]);
      assert.equal((await store.counts())['awscli-trail'], 3);
      await store.close();
    });

    test('an index that has the name of the alias is named, with the way to resolve it', async () => {
      await engine.wipe();
      await request({ method: 'PUT', path: '/awsusers', body: {} });
      try {
        const setup = await runCli(['setup', '--store', engine.url]);
        assert.equal(setup.code, 1);
        assert.match(
          setup.stdout,
          /conflict index +awsusers: an index has this name.* → Reindex awsusers under.*DELETE \/awsusers/,
        );
      } finally {
        await request({ method: 'DELETE', path: '/awsusers' });
      }
    });

    test('a closed index is reported as closed, and not as deleted', async () => {
      await engine.wipe();
      const store = await open();
      const { store: held, gaps, settle } = withHoldings(store, SUITE_MAPPINGS, Date.now);
      await writeDocuments(held, [ofDay('a', '01'), ofDay('b', '02')]);
      await settle({ pipelines: ['trails'], again: false });
      await request({ method: 'POST', path: '/awscli-trail-2026.10.01/_close' });
      const closed = { view: 'awscli-trail', index: 'awscli-trail-2026.10.01', expected: 1, stored: 0, closed: true };
      assert.deepEqual(await gaps([]), [closed]);
      await settle({ pipelines: ['trails'], again: true });
      assert.deepEqual(await gaps([]), [closed], 'a closed index does not count as lost');
      await request({ method: 'POST', path: '/awscli-trail-2026.10.01/_open' });
      assert.deepEqual(await gaps([]), []);
      await store.close();
    });
  });
}
