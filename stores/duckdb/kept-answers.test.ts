import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer, Query } from '../../core/query.ts';
import { keepAnswers } from './kept-answers.ts';

const about = (field: string): Query => ({
  type: 'aggregate',
  view: 'awscli',
  filter: { type: 'exists', field },
  groups: [],
  metrics: [],
});
const answerOf = (count: number): Answer => ({ type: 'aggregate', rows: [{ count }] });

function counting() {
  const kept = keepAnswers();
  let asked = 0;
  return {
    kept,
    asked: () => asked,
    ask: (query: Query, answer = () => Promise.resolve(answerOf(asked))) =>
      kept.answer(query, () => {
        asked++;
        return answer();
      }),
  };
}

test('the same question is asked once until documents change', async () => {
  const { kept, ask, asked } = counting();
  const [first, beside] = await Promise.all([ask(about('a')), ask(about('a'))]);
  assert.equal(first, beside);
  assert.equal(await ask(about('a')), first);
  await ask(about('b'));
  assert.equal(asked(), 2);
  kept.clear();
  assert.notEqual(await ask(about('a')), first);
  assert.equal(asked(), 3);
});

test('an answer that was being found while documents changed is not kept', async () => {
  const { kept, ask } = counting();
  const old = Promise.withResolvers<Answer>();
  const asking = ask(about('a'), () => old.promise);
  kept.clear();
  old.resolve(answerOf(1));
  assert.deepEqual(await asking, answerOf(1));
  assert.deepEqual(await ask(about('a'), async () => answerOf(2)), answerOf(2));
});

test('failures, long answers, answers with many documents and further pages are not kept', async () => {
  const { ask, asked } = counting();
  await assert.rejects(ask(about('a'), () => Promise.reject(new Error('away'))));
  await ask(about('a'));
  assert.equal(asked(), 2);
  const long: Answer = { type: 'aggregate', rows: Array.from({ length: 1_001 }, (_, count) => ({ count })) };
  await ask(about('long'), async () => long);
  await ask(about('long'), async () => long);
  assert.equal(asked(), 4);
  const rows: Query = { type: 'rows', view: 'awscli', filter: { type: 'all' }, sort: [], limit: 51, offset: 0 };
  await ask(rows);
  await ask(rows);
  assert.equal(asked(), 6);
  const further: Query = { ...rows, limit: 50, offset: 50 };
  await ask(further);
  await ask(further);
  assert.equal(asked(), 8);
});

test('the question that was not asked for the longest time is dropped first', async () => {
  const { ask, asked } = counting();
  for (let n = 0; n < 200; n++) await ask(about(`f${n}`));
  await ask(about('f0'));
  await ask(about('one more'));
  assert.equal(asked(), 201);
  await ask(about('f0'));
  assert.equal(asked(), 201);
  await ask(about('f1'));
  assert.equal(asked(), 202);
});

test('a question that is still being answered is aborted once all its callers have gone, and not before', async () => {
  const kept = keepAnswers();
  const held = Promise.withResolvers<Answer>();
  const given: AbortSignal[] = [];
  const ask = (signal?: AbortSignal) =>
    kept.answer(
      about('a'),
      (gone) => {
        given.push(gone);
        return held.promise;
      },
      signal,
    );
  const [one, other] = [new AbortController(), new AbortController()];
  const answers = [ask(one.signal), ask(other.signal)];
  one.abort();
  assert.equal(given[0]?.aborted, false);
  other.abort();
  assert.equal(given[0]?.aborted, true);
  const again = ask();
  assert.equal(given.length, 2, 'the next caller asks again');
  assert.equal(given[1]?.aborted, false);
  held.resolve(answerOf(1));
  assert.deepEqual(await Promise.all([...answers, again]), [answerOf(1), answerOf(1), answerOf(1)]);
});
