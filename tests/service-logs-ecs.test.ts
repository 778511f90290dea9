import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { datasetNamed } from '../processors/logs/recognize-log-object.ts';
import type { ResourceNames } from '../processors/logs/resource-names.ts';
import { type Deviation, differences } from './support/compare-ecs.ts';
import { decodeLog } from './support/decode-log.ts';
import { conformance, missingConformance } from './support/needs.ts';

/**
 * Log lines with the documents that Elastic's integration makes of them. Each unmasked field that is expected must be there with the expected value
 * (`MASKS.md` there says what is masked). Files of `filebeat-module-2020` are compared with what version 1.45.3 of the integration makes of them.
 */
const FOLDER = 'service-logs-ecs';
const skip = missingConformance(FOLDER);

interface Cases {
  /** The name of the dataset. */
  readonly dataset: string;
  /** The folder; default: the name. */
  readonly folder?: string;
  /** Where the document is right and Elastic's is not, by field. */
  readonly deviations?: readonly Deviation[];
  /** What the inventory would say, by file. */
  readonly names?: (file: string) => Partial<ResourceNames>;
}

/** Formats of flow logs whose files have no header: Elastic tells them by the number of fields, orgscope asks the inventory. */
const FLOW_LOG_FORMATS: Readonly<Record<string, string>> = {
  'integ-1.45.3__test-tcp-flag-sequence.log':
    'version vpc-id subnet-id instance-id interface-id account-id type srcaddr dstaddr srcport dstport pkt-srcaddr pkt-dstaddr protocol bytes packets start end action tcp-flags log-status',
  'test-v5-all-fields.log':
    'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type sublocation-id pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path',
  'integ-2025__test-v8-samples.log':
    'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type sublocation-id pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path ecs-cluster-arn ecs-cluster-name ecs-container-instance-arn ecs-container-instance-id ecs-container-id ecs-second-container-id ecs-service-name ecs-task-definition-arn ecs-task-arn ecs-task-id reject-reason',
};

const CASES: readonly Cases[] = [
  {
    dataset: 'vpcflow',
    names: (file) => {
      const format = FLOW_LOG_FORMATS[file];
      return format === undefined ? {} : { flowLogFormat: () => format.split(' ') };
    },
    deviations: [
      { field: 'event.type', reason: 'newer versions of the integration also say allowed or denied' },
      { field: 'cloud.availability_zone', expected: '-', reason: 'a field that AWS leaves empty is absent' },
      { field: 'cloud.region', expected: '-', reason: 'a field that AWS leaves empty is absent' },
    ],
  },
  { dataset: 'waf' },
  { dataset: 'route53_resolver' },
  { dataset: 'firewall', deviations: [{ field: 'message', expected: '', reason: 'a field that AWS leaves empty is absent' }] },
  { dataset: 'ec2', deviations: [{ field: 'process.name', reason: 'the process id has a field of its own' }] },
  { dataset: 'cloudwatch' },
  {
    dataset: 'elb',
    deviations: [
      { field: 'aws.elb.target_group.arn', expected: '-', reason: 'a field that AWS leaves empty is absent' },
      { field: 'aws.elb.leaf_client_cert_subject', expected: '-', reason: 'a field that AWS leaves empty is absent' },
      { field: 'user_agent.original', expected: '-', reason: 'a field that AWS leaves empty is absent' },
    ],
  },
  {
    dataset: 's3access',
    deviations: [{ field: 'cloud.region', expected: 'amazonaws', reason: 'an endpoint without a region names none' }],
  },
  { dataset: 'cloudfront' },
];

for (const { dataset: name, folder = name, deviations = [], names } of CASES) {
  test(`${name}: each expected field is there with the expected value`, { skip }, () => {
    const dataset = datasetNamed(name);
    assert.ok(dataset, name);
    let compared = 0;
    for (const file of readdirSync(conformance(`${FOLDER}/${folder}`)).filter((each) => each.endsWith('.log'))) {
      const { documents, deadLetters } = decodeLog(dataset, readFileSync(conformance(`${FOLDER}/${folder}/${file}`)), {
        ...(names && { names: names(file) }),
        preserveOriginal: true,
        account: undefined,
        region: undefined,
      });
      assert.deepEqual(deadLetters, [], file);
      const expected = expectedOf(folder, file).filter((each) => each !== null);
      assert.equal(documents.length, expected.length, file);
      for (const [index, document] of expected.entries()) {
        compared++;
        assert.deepEqual(differences(document, documents[index]?.body, deviations), [], `${file}, document ${index + 1}`);
      }
    }
    assert.ok(compared > 0);
  });
}

test('a log of a real balancer is read without a dead letter', { skip }, () => {
  const dataset = datasetNamed('elb');
  assert.ok(dataset);
  const { documents, deadLetters } = decodeLog(dataset, readFileSync(conformance(`${FOLDER}/real/otel-alb.log`)));
  assert.deepEqual(deadLetters, []);
  assert.equal(documents.length, 1);
});

/** `null`: a line of which Elastic makes no document. */
function expectedOf(folder: string, file: string): readonly (object | null)[] {
  const path = (name: string): string => conformance(`${FOLDER}/${folder}/${name}-expected.json`);
  const newer = path(file.replace('filebeat-module-2020', 'oracle-1.45.3'));
  const { expected } = JSON.parse(readFileSync(existsSync(newer) ? newer : path(file), 'utf8'));
  return expected;
}
