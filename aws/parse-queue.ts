import { parseArn } from './partition.ts';

/** An SQS queue as people name it, by URL or ARN. */
export interface QueueAddress {
  readonly url: string;
  /** `queue` of `…/111122223333/queue`. */
  readonly name: string;
  readonly account: string;
  /** Undefined where the URL does not tell: stand-ins, and endpoints with names of their own. */
  readonly region: string | undefined;
  /**
   * True where the URL's host is the region's own endpoint, which the SDK finds by itself (and an endpoint override replaces). An interface
   * endpoint or a stand-in is reached by its URL alone.
   */
  readonly regional: boolean;
}

/**
 * `https://sqs.eu-west-1.amazonaws.com/111122223333/name`, of an interface endpoint, a stand-in, or `arn:aws:sqs:eu-west-1:111122223333:name`;
 * undefined for what names no queue.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
 */
export function parseQueue(text: string): QueueAddress | undefined {
  return text.startsWith('arn:') ? fromArn(text) : fromUrl(text);
}

/** Whether a word was meant as a queue, right or wrong: no bucket is written like that. */
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
  // The old names (queue.amazonaws.com) still work, as does the region's own.
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
