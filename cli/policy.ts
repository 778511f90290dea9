import { cloudformationTemplate } from '../app/cloudformation-template.ts';
import type { CommandContext } from '../app/command-context.ts';
import { leastPolicy, MANAGED_POLICY_CHARACTERS, policyLength } from '../app/least-policy.ts';
import { terraformRole } from '../app/terraform-role.ts';
import { chooseKinds } from './choose-kinds.ts';

export interface PolicyOptions {
  readonly kinds?: string;
  readonly format: 'json' | 'cloudformation' | 'terraform';
}

/** `policy`: the least IAM policy that reading takes, derived from the collectors; alone, or with the role that has it. */
export function policy(context: CommandContext, { kinds, format }: PolicyOptions): void {
  const policy = leastPolicy(kinds === undefined ? undefined : chooseKinds(kinds));
  if (format === 'terraform') {
    context.out.write(terraformRole(policy));
    return;
  }
  context.out.write(`${JSON.stringify(format === 'json' ? policy : cloudformationTemplate(policy), undefined, 2)}\n`);
  if (format === 'json' && policyLength(policy) > MANAGED_POLICY_CHARACTERS) {
    context.err.write(
      `This is longer than a managed policy may be (${MANAGED_POLICY_CHARACTERS} characters): ` +
        'name fewer --kinds, or use --format cloudformation or terraform, which split it into several policies.\n',
    );
  }
}
