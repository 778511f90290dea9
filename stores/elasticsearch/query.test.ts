import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Document } from '../../core/document.ts';
import type { IndexMapping } from '../../core/field.ts';
import type { Query } from '../../core/query.ts';
import type { Store } from '../../core/store.ts';
import { missing, need } from '../../tests/support/needs.ts';
import { FIELDS, randomQuestions } from '../../tests/support/random-questions.ts';
import { assertSameAnswer } from '../../tests/support/same-answer.ts';
import { seeded } from '../../tests/support/seeded.ts';
import { openDuckdb } from '../duckdb/open-duckdb.ts';
import { connect, type Engine } from './connect.ts';
import { answer } from './query.ts';
import { ensureSetup } from './setup.ts';

const mapping = (view: IndexMapping['view'], pattern: string, excludes: string[] = []): IndexMapping => ({
  view,
  pattern,
  excludes,
  partition: 'day',
  timeField: view === 'awscli-current' ? null : '@timestamp',
  retentionDays: null,
  description: '',
  fields: FIELDS,
});
const MAPPINGS = [
  mapping('awscli', 'awscli-*', ['awscli-trail-*', 'awscli-current']),
  mapping('awscli-trail', 'awscli-trail-*'),
  mapping('awscli-current', 'awscli-current'),
];
const VIEWS = MAPPINGS.map(({ view }) => view);
const DOCUMENTS = 150;
const QUESTIONS = Number(process.env.QUESTIONS ?? 400);
const SEED = Number(process.env.SEED ?? 7);

const { document } = randomQuestions(seeded(11));
const documents = VIEWS.flatMap((view) => Array.from({ length: DOCUMENTS }, (_, number) => document(view, number)));

async function load(engine: Engine, documents: readonly Document[]): Promise<void> {
  const lines = documents.map(({ index, id, body }) => {
    const text = Buffer.from(body).toString();
    return `${JSON.stringify({ create: { _index: index, _id: id } })}\n${text.slice(0, -1)},"orgscope.id":${JSON.stringify(id)}}\n`;
  });
  const { body } = await engine.request<{ errors: boolean }>({
    method: 'POST',
    path: '/_bulk',
    query: { refresh: true },
    lines: Buffer.from(lines.join('')),
  });
  assert.equal(body.errors, false, JSON.stringify(body).slice(0, 1000));
}

for (const [service, name] of [
  ['OPENSEARCH_URL', 'OpenSearch'],
  ['ELASTICSEARCH_URL', 'Elasticsearch'],
] as const) {
  describe(`questions to ${name}`, { skip: missing(service) }, () => {
    let engine: Engine;
    let duckdb: Store;

    before(async () => {
      engine = await connect({ nodes: [need(service)] });
      const { body } = await engine.request<object>({ method: 'GET', path: '/awscli-*/_alias' });
      for (const index of Object.keys(body)) await engine.request({ method: 'DELETE', path: `/${index}` });
      await ensureSetup(engine, MAPPINGS);
      duckdb = await openDuckdb({ path: ':memory:', mappings: MAPPINGS });
      await load(engine, documents);
      await duckdb.write({ documents, bytes: 0, sources: [] });
    });
    after(async () => {
      await engine?.close();
      await duckdb?.close();
    });

    const ask = (query: Query) => answer(engine, MAPPINGS.find(({ view }) => view === query.view) as IndexMapping, query);

    test(`${QUESTIONS} random questions are answered as the embedded store does`, async () => {
      const below = seeded(SEED);
      const { query } = randomQuestions(below);
      let answered = 0;
      for (let number = 0; number < QUESTIONS; number++) {
        const question = query(VIEWS[below(VIEWS.length)] as IndexMapping['view']);
        const text = `question ${number}: ${JSON.stringify(question)}`;
        const [actual, expected] = await Promise.all([ask(question), duckdb.answer(question)]).catch((error: unknown) => {
          throw new Error(`${text}: ${error}`, { cause: error });
        });
        const decimals = question.type === 'rows' ? [] : question.metrics.filter((one) => 'field' in one && one.field === 'cost');
        assertSameAnswer(actual, expected, new Set(decimals.map(({ name }) => name)), text);
        if (expected.type === 'rows' ? expected.total > 0 : expected.rows.length > 0) answered++;
      }
      assert.ok(answered > QUESTIONS / 2, `only ${answered} questions found anything`);
    });
  });
}
