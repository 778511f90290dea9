import { DATASETS } from '../core/declared-datasets.ts';
import { PIPELINES } from '../core/declared-pipelines.ts';
import type { NamingList } from '../core/naming-list.ts';
import type { PipelineFacts } from '../core/pipeline-facts.ts';

/** The list files of all pipelines, with comments that explain the lines. Written only if a file is missing, since users edit them. */
export const listTemplates = (): { readonly path: string; readonly text: string }[] =>
  PIPELINES.flatMap((pipeline) => pipeline.lists.map((list) => ({ path: `lists/${list.file}`, text: template(list, pipeline) })));

function template(list: NamingList, { name, summary }: PipelineFacts): string {
  const head = `# Sources of the pipeline ${name}: ${summary}.\n#\n`;
  if (list.names === 'accounts') {
    return `${head}# A line names an account, in the form of account.txt: a profile, an account id or the ARN of a role.
#
# Examples (without the leading #):
#   production
#   111122223333
#   arn:aws:iam::444455556666:role/ReadOnly
`;
  }
  if (list.names === 'log groups') {
    return `${head}# A line: PATTERN [WHO] [REGION …] [DATASET]
#
#   PATTERN: the name of a group of CloudWatch Logs, or a pattern with *, such as /aws/ecs/*.
#   WHO reads it: a profile, the ARN of a role, an account id (for the member role in that account), or * for every account that inventory reads. Without WHO: your default credentials.
#   REGION: only these regions are read. Without any, all regions that are enabled in the account are read.
#   DATASET: what the groups hold, such as ${DATASETS[0]?.name}, where their messages do not tell (docs/${name}.md).
#
# Examples (without the leading #):
#   /aws/ecs/* production eu-west-1
#   /var/log/messages * ec2
#   /aws/ecs/shop/* 111122223333 eu-west-1 us-east-1 ecs
`;
  }
  const queue = list.queues === true;
  const words = list.datasets === true ? '[WHO] [DATASET]' : '[WHO]';
  const dataset = list.datasets === true ? DATASETS[0]?.name : undefined;
  const explained = `#   DATASET: what the objects hold, such as ${dataset}, where neither their names nor their first lines tell (docs/${name}.md).\n`;
  return `${head}# A line: BUCKET[/PREFIX] ${words}${queue ? `, or QUEUE ${words}` : ''}
#
#   BUCKET[/PREFIX], or s3://BUCKET/PREFIX. Put one with blanks in quotes: "bucket/my files/".
${queue ? '#   QUEUE: the URL or ARN of an SQS queue in which S3 announces new objects. They are read within seconds, and the messages are deleted.\n' : ''}#   WHO reads it: a profile, the ARN of a role, or an account id (for the member role in that account). Without WHO: your default credentials.
${dataset === undefined ? '' : explained}#
# Examples (without the leading #):
#   company-logs/${name}
#   s3://company-logs/${name}/ arn:aws:iam::444455556666:role/LogReader
${dataset === undefined ? '' : `#   company-logs/copies log-archive ${dataset}\n`}${queue ? `#   https://sqs.eu-west-1.amazonaws.com/444455556666/${name} log-archive\n` : ''}`;
}
