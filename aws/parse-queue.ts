import { parseArn } from './partition.ts';

/** An SQS queue that a list names by URL or ARN. */
export interface QueueAddress {
  readonly url: string;
  /** `queue` in `…/111122223333/queue`. */
  readonly name: string;
  readonly account: string;
  /** Undefined if the URL does not contain it, as with stand-ins and custom endpoints. */
  readonly region: string | undefined;
  /**
   * Whether the URL's host is the region's public endpoint, which the SDK derives itself (and an endpoint override replaces). An interface
   * endpoint or a stand-in can be reached through its URL only.
   */
  readonly regional: boolean;
}

/**
 * Parses `https://sqs.eu-west-1.amazonaws.com/111122223333/name`, the URL of an interface endpoint or a stand-in, or
 * `arn:aws:sqs:eu-west-1:111122223333:name`; undefined if the text names no queue.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
 */
export function parseQueue(text: string): QueueAddress | undefined {
  return text.startsWith('arn:') ? fromArn(text) : fromUrl(text);
}

/** Whether a word is meant as a queue, even if it is malformed: no bucket is written like that. */
export const looksLikeQueue = (text: string): boolean => /^https?:\/\/|^arn:[^:]*:sqs:/.test(text);

/** With or without `.fifo`. */
const NAME = /^[\w-]{1,80}(?:\.fifo)?$/;

function fromArn(text: string): QueueAddress | undefined {
  const arn = parseArn(text);
  const region = text.split(':')[3] ?? '';
  if (arn?.service !== 'sqs' || arn.account === '' || region === '' || !NAME.test(arn.resource)) return undefined;
  const suffix = arn.partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  const url = `https://sqs.${region}.${suffix}/${arn.account}/${arn.resource}`;
  return { url, name: arn.resource, account: arn.account, region, regional: true };
}

function fromUrl(text: string): QueueAddress | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, pathname, search, hash, username, password } = new URL(text);
  const path = /^\/(?:.+\/)?(\d{12})\/([^/]+)$/.exec(pathname);
  if (!/^https?:$/.test(protocol) || path === null || `${search}${hash}${username}${password}` !== '') return undefined;
  const [, account = '', name = ''] = path;
  if (!NAME.test(name)) return undefined;
  const region = regionOf(hostname);
  // The older host names (queue.amazonaws.com) still work.
  const regional = /^(?:sqs\.[a-z0-9-]+|[a-z0-9-]+\.queue|queue)\.amazonaws\.[a-z.]+$/.test(hostname);
  return { url: text, name, account, region, regional };
}

/** `sqs.R.…`, `vpce-….sqs.R.vpce.…`, `R.queue.…`, `queue.…`. https://docs.aws.amazon.com/general/latest/gr/sqs-service.html */
function regionOf(host: string): string | undefined {
  if (host === 'queue.amazonaws.com') return 'us-east-1';
  return (
    /(?:^|\.)sqs(?:-fips)?\.([a-z]{2,5}(?:-[a-z]+)+-\d{1,2})\./.exec(host)?.[1] ??
    /^([a-z0-9-]+)\.queue\.amazonaws\./.exec(host)?.[1]
  );
}
