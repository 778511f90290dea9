import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineEntities } from './line-entities.ts';

test('log lines name a load balancer by the end of its ARN, and others by their id or ARN', () => {
  const arn = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop/50dc6c495c0c9188';
  assert.deepEqual(lineEntities({ id: 'shop', arn }), [arn, 'app/shop/50dc6c495c0c9188']);
  assert.deepEqual(lineEntities({ id: 'i-0a1b2c3d4e5f60718', arn: null }), ['i-0a1b2c3d4e5f60718']);
  assert.deepEqual(lineEntities({ id: 'shop-assets', arn: 'arn:aws:s3:::shop-assets' }), [
    'shop-assets',
    'arn:aws:s3:::shop-assets',
  ]);
  assert.deepEqual(lineEntities('eni-0a1b2c3d4e5f60718'), ['eni-0a1b2c3d4e5f60718']);
});
