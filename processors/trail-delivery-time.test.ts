import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trailDeliveryTime } from './trail-delivery-time.ts';

test('an object of CloudTrail says when it was delivered, wherever it lies; any other says nothing', () => {
  const at = Date.parse('2026-11-21T16:05:00Z');
  const name = '111122223333_CloudTrail_eu-west-1_20261121T1605Z_0iAbC9xYz.json.gz';
  assert.equal(trailDeliveryTime(`s3://b/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/21/${name}#etag`), at);
  assert.equal(trailDeliveryTime(`file:///tmp/${name}#123-456`), at);
  assert.equal(trailDeliveryTime(name.replace('CloudTrail_', 'CloudTrail-Insight_')), at);
  assert.equal(trailDeliveryTime('s3://b/20261121T1605Z_x/events.json.gz#etag'), undefined);
  assert.equal(trailDeliveryTime('s3://b/cur/report-00001.csv.gz#etag'), undefined);
});
