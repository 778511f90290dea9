import { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { leastPolicy } from './least-policy.ts';

/** `policy`: the least IAM policy that reading takes, derived from the collectors. */
export const policyCommand = (context: CommandContext): Command =>
  new Command('policy')
    .summary('the least IAM policy that reading takes, as JSON')
    .description(
      'Prints the least IAM policy of the role in each member account, derived from what is read. Every action only reads.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ orgscope policy > policy.json
  $ aws iam create-policy --policy-name OrgscopeRead --policy-document file://policy.json

The caller also needs sts:AssumeRole on the members' roles, and organizations:ListAccounts for --organization. Who reads trails,
reports or objects of a bucket needs s3:ListBucket and s3:GetObject on it.`,
    )
    .action(() => {
      context.out.write(`${JSON.stringify(leastPolicy(), undefined, 2)}\n`);
    });
