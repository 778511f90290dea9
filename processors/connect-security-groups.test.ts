import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../core/json.ts';
import { type Connections, connectionFields, connectSecurityGroups } from './connect-security-groups.ts';

const face = (id: string, more: JsonObject): JsonObject => ({
  NetworkInterfaceId: id,
  InterfaceType: 'interface',
  Groups: [{ GroupId: 'sg-1', GroupName: 'web' }],
  ...more,
});

function fieldsOf(...interfaces: JsonObject[]) {
  const connections: Connections = new Map();
  connectSecurityGroups(connections, interfaces);
  return connectionFields('sg-1', connections);
}

test('an instance is named once, however many interfaces it has; an interface without an instance is named by its own id', () => {
  assert.deepEqual(
    fieldsOf(
      face('eni-1', { Attachment: { InstanceId: 'i-1' } }),
      face('eni-2', { Attachment: { InstanceId: 'i-1' } }),
      face('eni-3', { Status: 'available' }),
    ),
    { 'resource.connected': true, 'resource.connected_to': ['eni-3', 'i-1'], 'resource.connected_services': ['ec2'] },
  );
});

test('a group that no interface has is not connected', () => {
  assert.deepEqual(fieldsOf(face('eni-1', { Groups: [{ GroupId: 'sg-2' }] })), {
    'resource.connected': false,
    'resource.connected_to': [],
    'resource.connected_services': [],
  });
});

test('services are recognised by what they write into their interfaces', () => {
  const cases: readonly (readonly [JsonObject, string])[] = [
    [{ RequesterId: 'amazon-elb', Description: 'ELB app/web/0a1b', RequesterManaged: true }, 'elb'],
    [{ RequesterId: 'amazon-rds', Description: 'RDSNetworkInterface' }, 'rds'],
    [{ RequesterId: '123456789012', Description: 'RDSNetworkInterface' }, 'rds'],
    [{ InterfaceType: 'lambda', Description: 'AWS Lambda VPC ENI-f-0a1b' }, 'lambda'],
    [{ InterfaceType: 'network_load_balancer' }, 'elb'],
    [{ InterfaceType: 'vpc_endpoint' }, 'vpc-endpoint'],
    [{ Description: 'arn:aws-cn:ecs:cn-north-1:111111111111:attachment/0a1b' }, 'ecs'],
    [{ Description: 'EFS mount target for fs-1' }, 'efs'],
  ];
  for (const [more, service] of cases) {
    assert.deepEqual(fieldsOf(face('eni-1', more))['resource.connected_services'], [service]);
  }
});
