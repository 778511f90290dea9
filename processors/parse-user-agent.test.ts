import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseUserAgent, type UserAgent } from './parse-user-agent.ts';

const AGENTS: readonly (readonly [text: string, agent: UserAgent])[] = [
  [
    'aws-cli/1.16.310 Python/3.8.1 Darwin/18.7.0 botocore/1.13.46',
    { name: 'aws-cli', version: '1.16.310', os: { name: 'Mac OS X', version: '18.7.0' } },
  ],
  [
    'aws-cli/2.17.60 md/awscrt#0.21.2 ua/2.0 os/macos#23.6.0 md/arch#x86_64 lang/python#3.12.6',
    { name: 'aws-cli', version: '2.17.60', os: { name: 'Mac OS X', version: '23.6.0' } },
  ],
  [
    '[Boto3/1.26.165 Python/3.10.6 Linux/5.19.0-46-generic Botocore/1.29.165]',
    { name: 'Boto3', version: '1.26.165', os: { name: 'Linux', version: '5.19.0-46-generic' } },
  ],
  [
    'APN/1.0 HashiCorp/1.0 Terraform/1.1.2 (+https://www.terraform.io) terraform-provider-aws/4.67.0 aws-sdk-go/1.44 (go1.19; linux)',
    { name: 'aws-sdk-go', version: '1.44' },
  ],
  [
    '[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.488 Linux/5.10.184 OpenJDK_64-Bit]',
    { name: 'aws-sdk-java', version: '1.12.488', os: { name: 'Linux', version: '5.10.184' } },
  ],
  [
    'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:102.0) Gecko/20100101 Firefox/102.0',
    { name: 'Firefox', version: '102.0', os: { name: 'Ubuntu' } },
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36 Edg/119.0.0.0',
    { name: 'Edge', version: '119.0.0.0', os: { name: 'Windows', version: '10.0' } },
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1',
    { name: 'Safari', version: '17.1', os: { name: 'iOS', version: '17.1' }, device: 'iPhone' },
  ],
  ['curl/8.4.0', { name: 'curl', version: '8.4.0' }],
  ['ec2.amazonaws.com', {}],
  ['AWS Internal', {}],
  ['stratus-red-team_ea782787', {}],
  ['', {}],
];
for (const [text, agent] of AGENTS) test(`is read: ${text}`, () => assert.deepEqual(parseUserAgent(text), agent));
