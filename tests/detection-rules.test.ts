import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { localFolder } from '../collectors/objects/local-folder.ts';
import { parseLucene } from '../core/parse-lucene.ts';
import type { Query, RowsAnswer } from '../core/query.ts';
import type { Store } from '../core/store.ts';
import { awscliTrail } from '../mappings/awscli-trail.ts';
import { composeViews } from '../mappings/compose.ts';
import { DETECTION_RULE_FIELDS, DETECTION_RULES, fills } from '../mappings/detection-rules.ts';
import { trailsPipeline } from '../pipelines/trails-pipeline.ts';
import { openDuckdb } from '../stores/duckdb/open-duckdb.ts';
import { openElasticsearch } from '../stores/elasticsearch/open-elasticsearch.ts';
import { useEngine } from './support/engine.ts';
import { conformance, missing, missingConformance } from './support/needs.ts';
import { runPipelines } from './support/run-into-store.ts';

const REFERENCE = fileURLToPath(new URL('../../shared/reference/detection-rule-fields.tsv', import.meta.url));
const noReference = existsSync(REFERENCE) ? false : `${REFERENCE} is not there`;
const STRATUS = 'cloudtrail-real/stratus-red-team-detonation/detonation-logs';

test('the published counts of detection rules equal those of their fields', { skip: noReference }, () => {
  const rules = readFileSync(REFERENCE, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => (line.split('\t')[1] ?? '').split(' '));
  const counts: Record<string, number> = {};
  for (const field of rules.flat()) counts[field] = (counts[field] ?? 0) + 1;
  assert.deepEqual(DETECTION_RULE_FIELDS, counts);
  const filled = (of: readonly string[]) =>
    rules.filter((fields) => fields.every((field) => of.includes(fills(awscliTrail, field)))).length;
  assert.deepEqual(DETECTION_RULES, {
    rules: rules.length,
    filled: filled(['yes']),
    filledWithLocations: filled(['yes', 'with a database']),
  });
});

/** Parts of queries of the public rules, and how many of 310 real events of attacks they find. */
const SEARCHES: readonly (readonly [text: string, events: number])[] = [
  ['data_stream.dataset:aws.cloudtrail AND event.outcome:success', 258],
  ['event.ingested:>=2026-01-01', 310],
  ['cloud.service.name:iam', 10],
  ['aws.cloudtrail.request_parameters:*', 298],
  ['aws.cloudtrail.request_parameters:*roleName=*', 3],
  ['aws.cloudtrail.request_parameters:*policyArn=arn\\:aws\\:iam\\:\\:aws\\:policy/AdministratorAccess*', 2],
  ['aws.cloudtrail.request_parameters:\\{policyArn=*', 2],
  [
    'aws.cloudtrail.request_parameters:"{policyArn=arn:aws:iam::aws:policy/AdministratorAccess, roleName=stratus-red-team-malicious-iam-role}"',
    1,
  ],
  ['aws.cloudtrail.response_elements:*_return=true*', 4],
  ['aws.cloudtrail.additional_eventdata:*', 1],
  ['aws.cloudtrail.resources.arn:arn*', 13],
  ['aws.cloudtrail.resources.type:"AWS::IAM::Role"', 8],
  ['aws.cloudtrail.resources.account_id:*', 13],
  ['user_agent.name:aws-sdk-go*', 2],
  ['entity.target.id:*', 37],
  ['related.ip:"0.0.0.0/0"', 203],
  ['source.ip:[1.0.0.0 TO 99.0.0.0]', 51],
];

const SERVICES = [undefined, 'OPENSEARCH_URL', 'ELASTICSEARCH_URL'] as const;
for (const service of SERVICES) {
  const skip = missingConformance(STRATUS) || (service !== undefined && missing(service));
  describe(`searches of detection rules on ${service ?? 'DuckDB'}`, { skip }, () => {
    if (skip !== false) return;
    const engine = service === undefined ? undefined : useEngine(service);
    let store: Store;
    before(async () => {
      const mappings = composeViews([awscliTrail], []);
      store =
        engine === undefined
          ? await openDuckdb({ path: ':memory:', mappings })
          : await openElasticsearch({ nodes: [engine.url], mappings });
      await runPipelines(store, [
        trailsPipeline({ sources: async () => ({ sources: [localFolder(conformance(STRATUS))], problems: [] }) }),
      ]);
    });
    after(() => store?.close());
    const found = async (text: string): Promise<number> => {
      const asked: Query = { type: 'rows', view: 'awscli-trail', filter: parseLucene(text), sort: [], limit: 0, offset: 0 };
      return ((await store.answer(asked)) as RowsAnswer).total;
    };

    test('a printed text has no order', () => assert.rejects(found('aws.cloudtrail.request_parameters:>a'), { code: 'usage' }));
    for (const [text, events] of SEARCHES) test(text, async () => assert.equal(await found(text), events));
  });
}
