import type { JsonObject } from '../core/json.ts';
import { splitPolicy } from './least-policy.ts';

/** A CloudFormation template that makes the role with this policy in whichever account and partition it is deployed to. */
export function cloudformationTemplate(policy: JsonObject): JsonObject {
  const parts = splitPolicy(policy).map((document, index) => [`ReadPolicy${index + 1}`, document] as const);
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'The role through which orgscope reads this account, and no more than it reads.',
    Parameters: {
      RoleName: {
        Type: 'String',
        Default: 'OrgscopeRead',
        AllowedPattern: '[\\w+=,.@-]{1,64}',
        Description: 'The name of the role, the same in all accounts: the value of --role-name.',
      },
      TrustedAccountId: {
        Type: 'String',
        AllowedPattern: '\\d{12}',
        Description: 'The account that orgscope runs in. Principals that are allowed sts:AssumeRole there may assume the role.',
      },
      ExternalId: {
        Type: 'String',
        Default: '',
        AllowedPattern: '([\\w+=,.@:/-]{2,1224})?',
        Description: 'Optional: the external id that assuming the role requires, the value of --external-id.',
      },
    },
    Conditions: { HasExternalId: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'ExternalId' }, ''] }] } },
    Resources: {
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: { Ref: 'RoleName' },
          Description: 'Lets orgscope read this account.',
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation fills it in
                Principal: { AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${TrustedAccountId}:root' } },
                Action: 'sts:AssumeRole',
                Condition: {
                  'Fn::If': [
                    'HasExternalId',
                    { StringEquals: { 'sts:ExternalId': { Ref: 'ExternalId' } } },
                    { Ref: 'AWS::NoValue' },
                  ],
                },
              },
            ],
          },
          ManagedPolicyArns: parts.map(([name]) => ({ Ref: name })),
        },
      },
      ...Object.fromEntries(
        parts.map(([name, document]) => [
          name,
          {
            Type: 'AWS::IAM::ManagedPolicy',
            Properties: { Description: 'What orgscope reads.', PolicyDocument: document },
          },
        ]),
      ),
    },
    Outputs: { RoleArn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
  };
}
