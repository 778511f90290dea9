import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pipeline } from '../core/pipeline.ts';
import { runPipeline } from './support/run-pipeline.ts';

/** A pipeline whose one job writes one document. */
const writing = (index: string, body: object): Pipeline => ({
  name: 'trails',
  concurrency: 1,
  async *plan() {
    yield {
      job: { id: '1', pipeline: 'trails', lane: '', payload: {} },
      async *run() {
        yield {
          type: 'documents',
          documents: [{ index, id: '1', operation: 'create', body: Buffer.from(JSON.stringify(body)) }],
        };
      },
    };
  },
  revive: async () => assert.fail('not asked'),
});

test('a field that a view does not map is named, with the view and the file that declares its fields', async () => {
  const { index, body } = { index: 'awscli-trail-2026.11.21', body: { event: { action: 'Call', mood: ['calm', null] } } };
  await assert.rejects(
    runPipeline(writing(index, body)),
    /The view awscli-trail does not map event\.mood: declare it in `fields` of mappings\/awscli-trail\.ts, or in `unmapped`/,
  );
});

test('a field of a resource may also be declared by its kind', async () => {
  await assert.rejects(
    runPipeline(writing('awscli-current', { resource: { mood: { today: 'calm' } } })),
    /awscli-current does not map resource\.mood\.today: .*mappings\/awscli-current\.ts or of its kind, /,
  );
});

test('mapped fields, what lies in a flattened field, values that are missing, and fields that the view leaves unmapped are accepted', async () => {
  const body = { cloud: { account: { id: '1' }, region: null }, aws: { s3: { bucket: { Name: 'a', More: [{ b: 1 }] } } } };
  assert.equal((await runPipeline(writing('awscli-current', body))).documents.length, 1);
  const event = { ecs: { version: '8.0.0' }, event: { original: '{}' } };
  assert.equal((await runPipeline(writing('awscli-trail-2026.11.21', event))).documents.length, 1);
});
