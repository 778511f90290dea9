import assert from 'node:assert/strict';
import { test } from 'node:test';
import { regionOfUsage } from './region-of-usage.ts';

const region = (usageType: string, zone = '', productCode = 'AmazonEC2') => regionOfUsage({ usageType, zone, productCode });

test('the region is that of the zone, else that of the prefix of the usage type', () => {
  assert.equal(region('USE2-BoxUsage:m5.large', 'eu-west-1b'), 'eu-west-1');
  assert.equal(region('LAX1-BoxUsage:m5.large', 'us-west-2-lax-1a'), 'us-west-2');
  assert.equal(region('BOS1-BoxUsage:t3.medium', 'us-east-1-wl1-bos-wlz-1'), 'us-east-1');
  assert.equal(region('EBS:VolumeUsage.gp3', 'ap-south-1'), 'ap-south-1');
  assert.equal(region('CAN1-USE1-AWS-In-Bytes'), 'ca-central-1');
  assert.equal(region('EU-HeavyUsage:m5.large'), 'eu-west-1');
  assert.equal(region('UGW1-BoxUsage:m5.large'), 'us-gov-west-1');
});

test('a prefix that stands for several regions yields none', () => {
  assert.equal(region('DataTransfer-Out-Bytes'), '');
  assert.equal(region('BoxUsage:m5.large'), '');
  assert.equal(region('EU-DataTransfer-Out-Bytes', '', 'AmazonCloudFront'), '');
  assert.equal(region('constructor-x'), '');
  assert.equal(region(''), '');
  assert.equal(region('', 'nowhere'), '');
});
