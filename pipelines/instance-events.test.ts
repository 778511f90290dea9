import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { HttpResponse } from '@smithy/core/protocols';
import { openReach } from '../aws/open-reach.ts';
import type { WireHandler } from '../aws/reach.ts';
import { ec2Instance } from '../collectors/inventory/ec2-instance.ts';
import type { RowsAnswer } from '../core/query.ts';
import { memoryStore } from '../tests/support/memory-store.ts';
import { runPipelines } from '../tests/support/run-into-store.ts';
import { inventoryPipeline } from './inventory-pipeline.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgscope-events-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const KINDS = [ec2Instance];
const INSTANCE = 'i-0a1b2c3d4e5f60718';
const ACCOUNT = '111122223333';
const event = (number: number) => ({
  eventVersion: '1.10',
  eventID: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
  eventTime: new Date(Date.UTC(2026, 10, 1, 0, number)).toISOString().replace('.000', ''),
  eventSource: 'ec2.amazonaws.com',
  eventName: 'StartInstances',
  awsRegion: 'eu-west-1',
  recipientAccountId: ACCOUNT,
  userIdentity: { type: 'IAMUser', userName: 'ana', accountId: ACCOUNT },
  requestParameters: { instancesSet: { items: [{ instanceId: INSTANCE }] } },
});

test('the last hundred events of an instance are indexed once, and only for accounts without a collected trail', async () => {
  const happened = Array.from({ length: 130 }, (_, number) => number);
  const asked: { readonly StartTime?: number; readonly NextToken?: string }[] = [];
  /** A stand-in at the wire: neither of the stand-ins for AWS knows LookupEvents. */
  const requestHandler: WireHandler = {
    async handle({ headers, body }) {
      const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
      const respond = (answer: string) => ({
        response: new HttpResponse({ statusCode: 200, headers: {}, body: Buffer.from(answer) }),
      });
      if (headers['x-amz-target'] === undefined) {
        return text.includes('GetCallerIdentity')
          ? respond(
              `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::${ACCOUNT}:user/a</Arn><Account>${ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
            )
          : text.includes('DescribeInstances')
            ? respond(
                `<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>${INSTANCE}</instanceId></item></instancesSet></item></reservationSet></DescribeInstancesResponse>`,
              )
            : respond(`<${/Action=(\w+)/.exec(text)?.[1]}Response/>`);
      }
      const input = JSON.parse(text);
      asked.push(input);
      const newest = happened.filter((number) => Date.UTC(2026, 10, 1, 0, number) >= (input.StartTime ?? 0) * 1000).reverse();
      const start = Number(input.NextToken ?? 0);
      const page = newest
        .slice(start, start + input.MaxResults)
        .map((number) => ({ CloudTrailEvent: JSON.stringify(event(number)) }));
      return respond(JSON.stringify({ Events: page, ...(start + 50 < newest.length ? { NextToken: String(start + 50) } : {}) }));
    },
  };
  const open = openReach({
    lists: folder,
    env: { AWS_REGION: 'eu-west-1' },
    requestHandler,
    credentials: { accessKeyId: 'AKIA', secretAccessKey: 's' },
  });
  const identity = await open.identity();
  const account = { id: ACCOUNT, name: 'one', identity, regions: ['eu-west-1'], origin: 'test' };
  const reach = { ...open, accounts: async () => ({ accounts: [account], problems: [] }) };
  const store = memoryStore();
  const waits: number[] = [];
  const run = async () => {
    asked.length = 0;
    const wait = async (delayMs: number) => void waits.push(delayMs);
    const { report } = await runPipelines(store, [inventoryPipeline({ reach, kinds: KINDS, wait })]);
    // The wire answers nothing else than these two services.
    assert.deepEqual(
      report.problems.filter(({ where }) => where.call !== 'backup:ListBackupVaults'),
      [],
    );
    return (await store.counts())['awscli-trail'];
  };

  assert.equal(await run(), 100);
  assert.deepEqual(
    asked.map(({ StartTime, NextToken }) => [StartTime, NextToken]),
    [
      [undefined, undefined],
      [undefined, '50'],
    ],
  );
  assert.deepEqual(waits, [500, 500], 'two calls a second');
  const ofInstance = { type: 'term', field: 'related.entity', value: INSTANCE } as const;
  const rows = { type: 'rows', view: 'awscli-trail', filter: ofInstance, sort: [], limit: 1_000, offset: 0 } as const;
  const { hits } = (await store.answer(rows)) as RowsAnswer;
  const found = hits.map(({ _source }) => _source as { '@timestamp': string; orgscope: { origin: string } });
  assert.equal(found.map((document) => document['@timestamp']).sort()[0], '2026-11-01T00:30:00.000Z');
  assert.deepEqual([...new Set(found.map(({ orgscope }) => orgscope.origin))], ['lookup-events']);

  happened.push(130, 131);
  assert.equal(await run(), 102);
  assert.equal(asked[0]?.StartTime, Date.UTC(2026, 10, 1, 2, 9) / 1000, 'only newer events');

  const body = Buffer.from(JSON.stringify({ '@timestamp': '2026-11-02T00:00:00.000Z', cloud: { account: { id: ACCOUNT } } }));
  await store.write({
    documents: [{ index: 'awscli-trail-2026.11.02', id: 'of the trail', operation: 'create', body }],
    bytes: 0,
    sources: [],
  });
  assert.equal(await run(), 103);
  assert.deepEqual(asked, [], 'the trail is collected');
});
