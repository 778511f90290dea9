import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { localFolder } from '../collectors/objects/local-folder.ts';
import type { Document } from '../core/document.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { trailsPipeline } from '../pipelines/trails-pipeline.ts';
import { createTrailEncoder } from '../processors/encode-trail-event.ts';
import { createTrailReader } from '../processors/parse-cloudtrail.ts';
import { conformance, missingConformance } from './support/needs.ts';
import { runPipeline } from './support/run-pipeline.ts';

const ECS = 'cloudtrail-ecs';
const INVICTUS = 'cloudtrail-real/invictus-ir/CloudTrail';
const STRATUS = 'cloudtrail-real/stratus-red-team-detonation/detonation-logs';

/** Fields that Elastic's agent or databases add, and fields whose text is printed as Java does; that content is compared under `flattened`. */
const MASKED = new Set([
  'ecs.version',
  'tags',
  'event.ingested',
  'event.created',
  'source.geo',
  'source.as',
  'user_agent.name',
  'user_agent.version',
  'user_agent.device',
  'user_agent.os',
  'aws.cloudtrail.request_parameters',
  'aws.cloudtrail.response_elements',
  'aws.cloudtrail.additional_eventdata',
  'aws.cloudtrail.service_event_details',
]);
/** Fields that orgscope adds. */
const ADDED = new Set([
  'data_stream',
  'event.module',
  'event.dataset',
  'cloud.provider',
  'cloud.service',
  'entity.target',
  'related.entity',
  'related.ip',
  'aws.cloudtrail.shared_event_id',
  'aws.cloudtrail.flattened.user_identity',
  'aws.cloudtrail.flattened.other',
]);

function without(value: Json, paths: ReadonlySet<string>, prefix = ''): Json {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const kept: JsonObject = {};
  for (const [key, inner] of Object.entries(value)) {
    const path = prefix + key;
    if (paths.has(path)) continue;
    const rest = without(inner, paths, `${path}.`);
    const emptied =
      rest !== null && typeof rest === 'object' && Object.keys(rest).length === 0 && Object.keys(inner as object).length > 0;
    if (!emptied) kept[key] = rest;
  }
  return kept;
}

const bodyOf = (document: Pick<Document, 'body'>): JsonObject => JSON.parse(Buffer.from(document.body).toString('utf8'));

function encodeAll(bytes: Buffer): JsonObject[] {
  const encode = createTrailEncoder();
  const reader = createTrailReader();
  reader.push(bytes);
  reader.finish();
  const documents: JsonObject[] = [];
  for (let step = reader.next(); step !== 'end'; step = reader.next()) {
    assert.equal(step, 'record', reader.reason);
    const result = encode({ preserveOriginal: true });
    assert.ok(result.type === 'ok');
    documents.push(bodyOf({ body: Buffer.from(result.value.body) }));
  }
  return documents;
}

test('ECS documents equal those of Elastic’s integration', { skip: missingConformance(ECS) }, async (t) => {
  const inputs = readdirSync(conformance(ECS)).filter((name) => name.endsWith('.log'));
  assert.ok(inputs.length > 0);
  for (const name of inputs) {
    await t.test(name, () => {
      const { expected } = JSON.parse(readFileSync(conformance(`${ECS}/${name}-expected.json`), 'utf8')) as {
        expected: JsonObject[];
      };
      const documents = encodeAll(readFileSync(conformance(`${ECS}/${name}`)));
      assert.equal(documents.length, expected.length);
      for (const [index, document] of documents.entries()) {
        const elastic = without(expected[index] as JsonObject, MASKED) as JsonObject & { cloud: JsonObject };
        const own = without(without(document, MASKED), ADDED) as JsonObject & { cloud: JsonObject };
        // For a record without the caller's account, orgscope names the recipient's account and Elastic names none.
        if (elastic.cloud.account === undefined) delete own.cloud.account;
        assert.deepEqual(own, elastic);
      }
    });
  }
});

test('an incident of 2023: 2,900 events, 300 failures, one day', { skip: missingConformance(INVICTUS) }, async () => {
  const { documents, sources, problems } = await runPipeline(
    trailsPipeline({
      sources: async () => ({ sources: [localFolder(conformance(INVICTUS))], problems: [] }),
      preserveOriginal: true,
    }),
  );
  assert.deepEqual(problems, []);
  assert.equal(sources.length, 55);
  assert.equal(new Set(documents.map(({ id }) => id)).size, 2_900);
  assert.deepEqual([...new Set(documents.map(({ index }) => index))], ['awscli-trail-2023.07.10']);
  const bodies = documents.map(bodyOf) as { event: { outcome: string; original: string } }[];
  assert.equal(bodies.filter(({ event }) => event.outcome === 'failure').length, 300);
  // The original of every event equals its record in the file.
  const originals = new Map(
    bodies.map(({ event }) => [JSON.parse(event.original).eventID as string, JSON.parse(event.original) as Json]),
  );
  let compared = 0;
  for (const name of readdirSync(conformance(INVICTUS))) {
    const { Records } = JSON.parse(readFileSync(join(conformance(INVICTUS), name), 'utf8')) as { Records: { eventID: string }[] };
    for (const record of Records) {
      assert.deepEqual(originals.get(record.eventID), record);
      compared++;
    }
  }
  assert.equal(compared, 2_900);
});

test('bare lists, pretty-printed: 310 events', { skip: missingConformance(STRATUS) }, async () => {
  const { documents, problems } = await runPipeline(
    trailsPipeline({ sources: async () => ({ sources: [localFolder(conformance(STRATUS))], problems: [] }) }),
  );
  assert.deepEqual(problems, []);
  assert.equal(new Set(documents.map(({ id }) => id)).size, 310);
  assert.ok(
    documents.every(({ body }) => !Buffer.from(body).includes(0x0a)),
    'a document is one line',
  );
});
