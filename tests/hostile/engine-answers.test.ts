import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { storeMappings } from '../../app/store-mappings.ts';
import { formatProblem, type Problem, toProblem } from '../../core/problem.ts';
import { bulkSender, DEFAULT_BULK_LIMITS } from '../../stores/elasticsearch/bulk.ts';
import { connect } from '../../stores/elasticsearch/connect.ts';
import type { Engine } from '../../stores/elasticsearch/engine.ts';
import { openElasticsearch } from '../../stores/elasticsearch/open-elasticsearch.ts';
import type { Patience } from '../../stores/elasticsearch/patience.ts';
import { searchOnce } from '../../stores/elasticsearch/search-all.ts';
import { type FakeAnswer, sendJson, startFakeEngine } from '../support/fake-engine.ts';
import { runCli } from '../support/run-cli.ts';

/** No test of this file may take longer. */
const WATCHDOG = { timeout: 60_000 };

const html = (response: ServerResponse): void =>
  void response.writeHead(200, { 'content-type': 'text/html' }).end('<html><title>Sign in</title></html>');

/** Answers these calls with `answer` and leaves all other calls to the fake. */
const only =
  (calls: RegExp, answer: (response: ServerResponse) => void): FakeAnswer =>
  (call, response) => {
    if (!calls.test(call)) return false;
    answer(response);
    return true;
  };

/** Texts that are no answer to a bulk request of two items, with the expected messages. */
const NO_BULK_ANSWERS: readonly (readonly [string, (response: ServerResponse) => void, RegExp])[] = [
  ['null', (response) => sendJson(response, null), /answered .*bulk with null/],
  ['a number', (response) => sendJson(response, 7), /answered .*bulk with 7/],
  ['HTML', html, /answered .*bulk with a page of HTML/],
  ['nothing', (response) => void response.writeHead(200).end(), /answered .*bulk with nothing/],
  [
    'incomplete JSON',
    (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[{'),
    /answered .*bulk with text that is no JSON/,
  ],
  ['other JSON', (response) => sendJson(response, { ok: true }), /answered bulk with JSON without items/],
  ['too few items', (response) => sendJson(response, { items: [{ index: { status: 201 } }] }), /with 1 items where 2 were sent/],
  ['items without status', (response) => sendJson(response, { items: [{ index: {} }, null] }), /an item without status/],
];

const patienceThat = (signal: AbortSignal, onWaiting: Patience['onWaiting'] = () => {}): Patience => ({
  random: () => 0,
  now: () => performance.now(),
  sleep: (_, until) => sleep(1, undefined, { signal: until }),
  signal,
  onWaiting,
});
const NEVER = new AbortController().signal;
const ITEMS = ['a', 'b'].map((id) => ({ operation: 'create' as const, index: 'x', id, body: Buffer.from('{"v":1}') }));

async function withFake(
  product: 'opensearch' | 'elasticsearch',
  answer: FakeAnswer,
  work: (engine: Engine, asked: readonly string[]) => Promise<void>,
  requestTimeoutMs?: number,
): Promise<void> {
  const fake = await startFakeEngine(product, answer);
  const engine = await connect({ nodes: [fake.url], requestTimeoutMs });
  try {
    await work(engine, fake.asked);
  } finally {
    await engine.close();
    await fake.close();
  }
}

const said = (error: unknown): string => formatProblem(toProblem(error));

for (const product of ['opensearch', 'elasticsearch'] as const) {
  for (const [name, answer, message] of NO_BULK_ANSWERS) {
    test(
      `${product}: a bulk answered with ${name} is one message, and no document counts as stored or as refused`,
      WATCHDOG,
      async () => {
        await withFake(product, only(/^POST \/_bulk/, answer), async (engine, asked) => {
          const sending = bulkSender(engine, patienceThat(NEVER), { ...DEFAULT_BULK_LIMITS, inFlight: 1 })(ITEMS);
          await assert.rejects(sending, (error) => {
            assert.match(said(error), message);
            assert.match(said(error), /proxy or a load balancer/);
            assert.doesNotMatch(said(error), /defect of orgscope/);
            return true;
          });
          assert.equal(asked.filter((call) => call.startsWith('POST /_bulk')).length, 1, 'the request is not repeated');
        });
      },
    );
  }

  test(`${product}: a search whose answer is no search result is an error, not an empty result`, WATCHDOG, async () => {
    for (const answer of [html, (response: ServerResponse) => sendJson(response, { ok: true })]) {
      await withFake(product, only(/_search/, answer), async (engine) => {
        await assert.rejects(searchOnce(engine, 'awscli-current', {}), /as neither Elasticsearch nor OpenSearch does/);
      });
    }
  });

  test(
    `${product}: an engine that never answers a request, or never ends its answer, is one message after the time limit`,
    WATCHDOG,
    async () => {
      const hangs: FakeAnswer[] = [
        (call) => call.startsWith('GET /slow'),
        (call, response) => {
          if (!call.startsWith('GET /slow')) return false;
          response.writeHead(200, { 'content-type': 'application/json' }).write('{"a":');
          const drip = setInterval(() => response.write(' '), 20).unref();
          response.once('close', () => clearInterval(drip));
          return true;
        },
      ];
      for (const hang of hangs) {
        await withFake(
          product,
          hang,
          async (engine) => {
            for (const exact of [false, true]) {
              const error = await engine.request({ method: 'GET', path: '/slow', exact }).catch(toProblem);
              assert.match((error as Problem).message, /took too long to answer GET \/slow|broke off its answer/);
              assert.equal((error as Problem).code, 'unreachable');
            }
          },
          300,
        );
      }
    },
  );

  test(`${product}: a run that stops does not wait for an answer that hangs`, WATCHDOG, async () => {
    const aborter = new AbortController();
    const fake = await startFakeEngine(
      product,
      only(/_search/, () => aborter.abort()),
    );
    const store = await openElasticsearch({ nodes: [fake.url], mappings: storeMappings(), readOnly: true });
    const query = { type: 'rows', view: 'awscli-current', filter: { type: 'all' }, sort: [], limit: 1, offset: 0 } as const;
    assert.ok(store.patient);
    await assert.rejects(store.patient.answer(query, aborter.signal), { code: 'interrupted' });
    await store.close();
    await fake.close();
  });

  test(`${product}: the message names the innermost cause of a refusal`, WATCHDOG, async () => {
    const refuse: FakeAnswer = (call, response) => {
      if (!call.startsWith('PUT')) return false;
      const inner = { type: 'mapper_parsing_exception', reason: 'No handler for type [flattened] declared on field [document]' };
      const error = { type: 'illegal_argument_exception', reason: 'template after composition is invalid', caused_by: inner };
      sendJson(response, { error, status: 400 }, 400);
      return true;
    };
    await withFake(product, refuse, async (engine) => {
      await assert.rejects(
        engine.request({ method: 'PUT', path: '/_index_template/x', body: {} }),
        /composition is invalid: No handler for type \[flattened\] declared on field \[document\]/,
      );
    });
  });
}

test('a build that is not called default has no flattened fields', WATCHDOG, async () => {
  for (const [flavor, plain] of [
    ['default', false],
    ['oss', true],
    ['unknown', true],
    [undefined, true],
  ] as const) {
    const fake = await startFakeEngine('elasticsearch', (call, response) => {
      if (call !== 'GET /') return false;
      sendJson(response, { version: { number: '7.10.2', build_flavor: flavor } });
      return true;
    });
    const engine = await connect({ nodes: [fake.url] });
    assert.equal(engine.plain, plain, String(flavor));
    await engine.close();
    await fake.close();
  }
});

test('an HTML page in place of an engine is a message of one line, for a question and for a run', WATCHDOG, async () => {
  const fake = await startFakeEngine('opensearch', only(/^(?!GET \/$)/, html));
  for (const args of [['status'], ['setup'], ['run', 'trails', '--source', import.meta.dirname]]) {
    const { code, stderr } = await runCli([...args, '--store', fake.url]);
    assert.equal(code, 1);
    assert.match(stderr, /^orgscope: http:\S+ answered \w+ \S+ with a page of HTML, as neither .*\n$/);
  }
  await fake.close();
});
