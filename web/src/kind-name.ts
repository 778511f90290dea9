/** Abbreviations that keep their capitals, as AWS writes them. */
const SPELLED: Readonly<Record<string, string>> = {
  cloudwatch: 'CloudWatch',
  dynamodb: 'DynamoDB',
  elasticache: 'ElastiCache',
  elbv2: 'ELB',
  resourcegroupstaggingapi: 'Tagged',
};
const CAPITALS = /^(ec2|rds|iam|s3|vpc|vpn|ecs|elb|nat|sns|sqs|mfa)$/;

/** `ec2-security-group` → `EC2 security group`. */
export const kindName = (type: string): string => {
  const name = type.split('-').map((word) => SPELLED[word] ?? (CAPITALS.test(word) ? word.toUpperCase() : word));
  return name.join(' ').replace(/^./, (letter) => letter.toUpperCase());
};
