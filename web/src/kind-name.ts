/** Written as AWS writes them, not as words. */
const CAPITALS = /^(ec2|rds|iam|s3|vpc|vpn|ecs|elb|elbv2|nat|sns|sqs|mfa|dynamodb)$/;

/** `ec2-security-group` → `EC2 security group`. */
export const kindName = (type: string): string =>
  type
    .split('-')
    .map((word, index) =>
      word === 'dynamodb'
        ? 'DynamoDB'
        : CAPITALS.test(word)
          ? word.toUpperCase().replace('ELBV2', 'ELB')
          : index === 0
            ? capital(word)
            : word,
    )
    .join(' ');

const capital = (word: string): string => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
