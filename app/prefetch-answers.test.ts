import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Query } from '../core/query.ts';
import { dashboards } from '../dashboards/registry.ts';
import { prefetchAnswers } from './prefetch-answers.ts';

test('every panel’s question is asked, the first dashboard first, and one that fails stops no other', async () => {
  const asked: Query[] = [];
  const answer = async (query: Query) => {
    asked.push(query);
    throw new Error('away');
  };
  await prefetchAnswers({ answer }, Date.parse('2026-11-21T10:20:00Z'), new AbortController().signal);
  assert.equal(
    asked.length,
    dashboards.reduce((sum, { panels }) => sum + panels.length, 0),
  );
  assert.equal(asked[0]?.view, dashboards[0]?.panels[0]?.view);
  assert.deepEqual(asked[0]?.time, { from: '2026-10-22T11:00:00.000Z', to: '2026-11-21T11:00:00.000Z' });
});

test('who stops asks no more', async () => {
  const stop = new AbortController();
  let asked = 0;
  const answer = async () => {
    asked++;
    stop.abort();
    return { type: 'aggregate' as const, rows: [] };
  };
  await prefetchAnswers({ answer }, 0, stop.signal);
  assert.equal(asked, 1);
});
