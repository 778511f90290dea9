import { Command, Option } from 'commander';
import type { CommandContext } from '../../app/command-context.ts';
import type { PolicyOptions } from '../policy.ts';

/** The arguments, options and help of `policy`; its work is loaded when it runs. */
export const policyCommand = (context: CommandContext): Command =>
  new Command('policy')
    .summary('print the least IAM policy for reading: JSON, CloudFormation, Terraform')
    .description(
      'Prints the least IAM policy of the role in each member account, derived from the kinds of resources. Every action only reads. ' +
        'The formats CloudFormation and Terraform include the role, which trusts the account that orgscope runs in.',
    )
    .option('--kinds <list>', 'only for these kinds, such as ec2-instance,iam-user (default: all of `orgscope collectors`)')
    .addOption(new Option('--format <format>', 'what to print').choices(['json', 'cloudformation', 'terraform']).default('json'))
    .addHelpText(
      'after',
      `
Examples:
  $ orgscope policy > policy.json
  $ aws iam create-policy --policy-name OrgscopeRead --policy-document file://policy.json

  All member accounts, including future ones, with a StackSet of the management account (111122223333: the account that orgscope
  runs in; r-abcd: the root of the organisation, or an organisational unit; one region, since roles are global):
  $ orgscope policy --format cloudformation > orgscope-read.json
  $ aws cloudformation create-stack-set --stack-set-name orgscope-read --template-body file://orgscope-read.json \\
      --parameters ParameterKey=TrustedAccountId,ParameterValue=111122223333 --capabilities CAPABILITY_NAMED_IAM \\
      --permission-model SERVICE_MANAGED --auto-deployment Enabled=true,RetainStacksOnAccountRemoval=false
  $ aws cloudformation create-stack-instances --stack-set-name orgscope-read --regions us-east-1 \\
      --deployment-targets OrganizationalUnitIds=r-abcd
  Another role name, or an external id: ParameterKey=RoleName,ParameterValue=…, ParameterKey=ExternalId,ParameterValue=…

  One account:
  $ orgscope policy --format terraform > orgscope-read.tf
  $ terraform apply -var trusted_account_id=111122223333

Then: orgscope up --organization --role-name OrgscopeRead (and --external-id). A StackSet leaves out the management account,
which orgscope reads as the caller.

The caller also needs sts:AssumeRole on the members' roles, and organizations:ListAccounts for --organization. The reader of a
bucket needs s3:ListBucket and s3:GetObject on the bucket. The reader of a queue needs sqs:ReceiveMessage, sqs:DeleteMessage and
sqs:ChangeMessageVisibility on the queue, and s3:GetObject on the bucket (docs/permissions.md).`,
    )
    .action(async (given: PolicyOptions) => {
      const { policy } = await import('../policy.ts');
      policy(context, given);
    });
