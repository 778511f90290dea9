import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { seeded } from '../../tests/support/seeded.ts';

/**
 * Writes gzipped CloudTrail objects, nested as AWS nests them: a mix of services, sessions, reads, writes, data events and errors as
 * an account in use has it, about 1.37 KB an event. Returns the number of events, the uncompressed bytes and the files.
 */
export function makeTrailObjects(
  folder: string,
  options: { objects: number; eventsPerObject: number; seed: number },
): { events: number; bytes: number; files: string[] } {
  const { objects, eventsPerObject } = options;
  const next = seeded(options.seed);
  const hex = (length: number) => Array.from({ length }, () => next(16).toString(16)).join('');
  const letters = (length: number) => Array.from({ length }, () => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[next(32)]).join('');
  const account = '111122223333';
  const region = 'eu-west-1';
  const sessions = Array.from({ length: 60 }, (_, number) => session(number));
  const instances = Array.from({ length: 400 }, () => `i-0${hex(16)}`);
  const files: string[] = [];
  let bytes = 0;

  function session(number: number): object {
    const role = `service-role-${number % 25}`;
    const id = `AROA${letters(17)}`;
    if (number % 6 === 0) {
      return {
        type: 'IAMUser',
        principalId: `AIDA${letters(17)}`,
        arn: `arn:aws:iam::${account}:user/user-${number}`,
        accountId: account,
        accessKeyId: `AKIA${letters(16)}`,
        userName: `user-${number}`,
      };
    }
    return {
      type: 'AssumedRole',
      principalId: `${id}:i-0${hex(16)}`,
      arn: `arn:aws:sts::${account}:assumed-role/${role}/i-0${hex(16)}`,
      accountId: account,
      accessKeyId: `ASIA${letters(16)}`,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: id,
          arn: `arn:aws:iam::${account}:role/${role}`,
          accountId: account,
          userName: role,
        },
        webIdFederationData: {},
        attributes: { creationDate: `2026-10-01T0${number % 10}:12:45Z`, mfaAuthenticated: 'false' },
        ec2RoleDelivery: '2.0',
      },
    };
  }

  /** The fields in which kinds of events differ. */
  function call(): Record<string, unknown> {
    const instance = instances[next(instances.length)] as string;
    switch (next(11)) {
      case 0:
      case 1:
        return {
          eventSource: 's3.amazonaws.com',
          eventName: 'GetObject',
          requestParameters: {
            bucketName: `data-bucket-${next(30)}`,
            Host: `data-bucket.s3.${region}.amazonaws.com`,
            key: `warehouse/year=2026/month=10/part-${hex(8)}.snappy.parquet`,
          },
          responseElements: null,
          additionalEventData: {
            SignatureVersion: 'SigV4',
            CipherSuite: 'ECDHE-RSA-AES128-GCM-SHA256',
            bytesTransferredIn: 0,
            AuthenticationMethod: 'AuthHeader',
            'x-amz-id-2': `${letters(40)}/${letters(34)}=`,
            bytesTransferredOut: next(4_000_000),
          },
          readOnly: true,
          resources: [
            { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::data-bucket-${next(30)}/warehouse/part-${hex(8)}` },
            { accountId: account, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::data-bucket-${next(30)}` },
          ],
          managementEvent: false,
          eventCategory: 'Data',
        };
      case 2:
        return {
          eventSource: 'kms.amazonaws.com',
          eventName: 'Decrypt',
          requestParameters: {
            encryptionContext: { 'aws:s3:arn': `arn:aws:s3:::data-bucket-${next(30)}` },
            encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
          },
          responseElements: null,
          readOnly: true,
          resources: [
            {
              accountId: account,
              type: 'AWS::KMS::Key',
              ARN: `arn:aws:kms:${region}:${account}:key/${hex(8)}-4f00-4d11-9a2b-${hex(12)}`,
            },
          ],
        };
      case 3:
        return {
          eventSource: 'sts.amazonaws.com',
          eventName: 'AssumeRole',
          requestParameters: {
            roleArn: `arn:aws:iam::${account}:role/service-role-${next(25)}`,
            roleSessionName: instance,
            durationSeconds: 3600,
          },
          responseElements: {
            credentials: {
              accessKeyId: `ASIA${letters(16)}`,
              sessionToken: letters(120),
              expiration: 'Oct 1, 2026, 11:00:00 AM',
            },
            assumedRoleUser: {
              assumedRoleId: `AROA${letters(17)}:${instance}`,
              arn: `arn:aws:sts::${account}:assumed-role/r/${instance}`,
            },
          },
          readOnly: true,
        };
      case 4:
        return {
          eventSource: 'ec2.amazonaws.com',
          eventName: 'CreateTags',
          requestParameters: {
            resourcesSet: { items: [{ resourceId: instance }, { resourceId: `vol-0${hex(16)}` }] },
            tagSet: {
              items: [
                { key: 'Name', value: `web-${next(100)}` },
                { key: 'CostCenter', value: `${next(9000)}` },
              ],
            },
          },
          responseElements: { requestId: hex(32), _return: true },
          readOnly: false,
        };
      case 5:
        return {
          eventSource: 'ec2.amazonaws.com',
          eventName: 'RunInstances',
          requestParameters: {
            instancesSet: { items: [{ imageId: `ami-0${hex(16)}`, minCount: 1, maxCount: 1 }] },
            instanceType: 'm7i.large',
            blockDeviceMapping: {},
            monitoring: { enabled: false },
            subnetId: `subnet-0${hex(16)}`,
          },
          responseElements: {
            reservationId: `r-0${hex(16)}`,
            ownerId: account,
            groupSet: {},
            instancesSet: {
              items: [
                {
                  instanceId: instance,
                  imageId: `ami-0${hex(16)}`,
                  instanceState: { code: 0, name: 'pending' },
                  privateIpAddress: `10.0.${next(255)}.${next(255)}`,
                  subnetId: `subnet-0${hex(16)}`,
                  vpcId: `vpc-0${hex(16)}`,
                },
              ],
            },
          },
          readOnly: false,
        };
      case 6:
        return {
          eventSource: 'ec2.amazonaws.com',
          eventName: 'DescribeInstances',
          errorCode: 'Client.UnauthorizedOperation',
          errorMessage: 'You are not authorized to perform this operation.',
          requestParameters: { instancesSet: { items: [{ instanceId: instance }] }, filterSet: {} },
          responseElements: null,
          readOnly: true,
        };
      default:
        return {
          eventSource: 'ec2.amazonaws.com',
          eventName: 'DescribeNetworkInterfaces',
          requestParameters: {
            maxResults: 1000,
            filterSet: {
              items: [
                { name: 'vpc-id', valueSet: { items: [{ value: `vpc-0${hex(16)}` }] } },
                { name: 'status', valueSet: { items: [{ value: 'in-use' }] } },
              ],
            },
          },
          responseElements: null,
          readOnly: true,
        };
    }
  }

  let number = 0;
  for (let object = 0; object < objects; object++) {
    const day = String(1 + (object % 28)).padStart(2, '0');
    const dayFolder = join(folder, 'AWSLogs', account, 'CloudTrail', region, '2026', '10', day);
    mkdirSync(dayFolder, { recursive: true });
    const Records = Array.from({ length: eventsPerObject }, () => {
      const what = call();
      const minute = String(next(60)).padStart(2, '0');
      return {
        eventVersion: '1.11',
        userIdentity: sessions[next(sessions.length)],
        eventTime: `2026-10-${day}T10:${minute}:${String(next(60)).padStart(2, '0')}Z`,
        awsRegion: region,
        sourceIPAddress: `10.20.${next(16)}.${next(255)}`,
        userAgent: 'aws-sdk-java/2.25.60 Linux/5.10.230-223.885.amzn2.x86_64',
        ...what,
        requestID: `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
        eventID: `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${String(number++).padStart(12, '0')}`,
        eventType: 'AwsApiCall',
        managementEvent: true,
        recipientAccountId: account,
        eventCategory: 'Management',
        tlsDetails: {
          tlsVersion: 'TLSv1.3',
          cipherSuite: 'TLS_AES_128_GCM_SHA256',
          clientProvidedHostHeader: `${String(what.eventSource).split('.')[0]}.${region}.amazonaws.com`,
        },
      };
    });
    const text = JSON.stringify({ Records });
    bytes += text.length;
    const file = join(
      dayFolder,
      `${account}_CloudTrail_${region}_202610${day}T1000Z_${String(object).padStart(16, '0')}.json.gz`,
    );
    // CloudTrail's own objects are packed at about this level.
    writeFileSync(file, gzipSync(text, { level: 6 }));
    files.push(file);
  }
  return { events: objects * eventsPerObject, bytes, files };
}
