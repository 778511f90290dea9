import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EC2Client, paginateDescribeVolumes } from '@aws-sdk/client-ec2';
import { HttpResponse } from '@smithy/core/protocols';
import { createClientCache } from './client-cache.ts';
import type { Identity } from './reach.ts';

const respond = (statusCode: number, body: string) => ({
  response: new HttpResponse({ statusCode, headers: { 'x-amz-retry-after': '1' }, body: Buffer.from(body) }),
});

test('a throttled call that the SDK repeats is counted for its own key, on later pages too', async () => {
  const asked: string[] = [];
  const clients = createClientCache({
    forcePathStyle: false,
    pathStyleProfiles: new Set(),
    retry: { maxAttempts: 3, retryMode: 'standard' },
    requestHandler: {
      async handle({ body }) {
        const token = new URLSearchParams(body).get('NextToken') ?? '';
        asked.push(token);
        if (token !== '' && asked.filter((one) => one === token).length === 1) {
          return respond(503, '<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>');
        }
        const next = token === '' ? '<nextToken>two</nextToken>' : '';
        return respond(200, `<DescribeVolumesResponse><volumeSet/>${next}</DescribeVolumesResponse>`);
      },
    },
  });
  const identity: Identity = {
    key: 'default',
    credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 's' }),
    partition: 'aws',
    homeRegion: 'eu-west-1',
  };
  const pages = paginateDescribeVolumes({ client: clients.get(EC2Client, identity, 'eu-west-1') }, {});
  const throttled = [0, 0];
  for (const call of throttled.keys()) {
    await clients.watch(
      () => {
        throttled[call] = (throttled[call] ?? 0) + 1;
      },
      () => pages.next(),
    );
  }
  assert.deepEqual(asked, ['', 'two', 'two']);
  assert.deepEqual(throttled, [0, 1]);
});
