import type { JsonObject } from '../core/json.ts';
import { actionsOf, splitPolicy } from './least-policy.ts';

/** Terraform that makes the role with this policy in the account and partition of its provider. */
export function terraformRole(policy: JsonObject): string {
  return `${[HEAD, ...splitPolicy(policy).map((document, index) => managedPolicy(index + 1, actionsOf(document)))].join('\n\n')}\n`;
}

const HEAD = `# The role through which orgscope reads this account, and no more than it reads.

variable "role_name" {
  type        = string
  default     = "OrgscopeRead"
  description = "The name of the role, the same in all accounts: the value of --role-name."
}

variable "trusted_account_id" {
  type        = string
  description = "The account that orgscope runs in. Principals that are allowed sts:AssumeRole there may assume the role."
}

variable "external_id" {
  type        = string
  default     = null
  description = "Optional: the external id that assuming the role requires, the value of --external-id."
}

data "aws_partition" "current" {}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = ["arn:\${data.aws_partition.current.partition}:iam::\${var.trusted_account_id}:root"]
    }

    dynamic "condition" {
      for_each = var.external_id == null ? [] : [var.external_id]

      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [condition.value]
      }
    }
  }
}

resource "aws_iam_role" "orgscope" {
  name               = var.role_name
  description        = "Lets orgscope read this account."
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

output "role_arn" {
  value = aws_iam_role.orgscope.arn
}`;

const managedPolicy = (number: number, actions: readonly string[]): string => `resource "aws_iam_policy" "read_${number}" {
  name        = "\${var.role_name}-${number}"
  description = "What orgscope reads."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "OrgscopeRead"
      Effect   = "Allow"
      Resource = "*"
      Action = [
${actions.map((action) => `        ${JSON.stringify(action)},`).join('\n')}
      ]
    }]
  })
}

resource "aws_iam_role_policy_attachment" "read_${number}" {
  role       = aws_iam_role.orgscope.name
  policy_arn = aws_iam_policy.read_${number}.arn
}`;
