import { type Document, dailyIndex, documentId } from '../../core/document.ts';
import type { JsonObject } from '../../core/json.ts';
import type { LogObject } from './declare-dataset.ts';
import { messagePattern } from './message-pattern.ts';

/** A record of a dataset whose documents are built as objects. Members that are undefined are left out of the document. */
export interface LogRecord {
  /** As in `awslogs-vpcflow-2026.11.21`. */
  readonly name: string;
  /** Such as `aws.waf`. */
  readonly dataset: string;
  /** When it happened, as an ISO 8601 instant in UTC. */
  readonly time: string;
  /** What identifies the record within its object: the byte that it begins at; or a text that identifies it everywhere, such as the id of an event. */
  readonly id: number | string;
  /** The line, for `event.original`. */
  readonly original: string;
  /** When CloudWatch Logs received it, as an ISO 8601 instant. */
  readonly received?: string | undefined;
  readonly ingested: string;
  /** Its own fields. */
  readonly fields: { readonly [name: string]: unknown };
}

/** The document of a record, with what documents of all datasets share. */
export function logDocument(object: LogObject, record: LogRecord): Document {
  const { name, dataset, time, id, original, received, ingested, fields } = record;
  const { cloud, event, aws, log, ...rest } = fields as { readonly [name: string]: JsonObject | undefined };
  const account = (cloud?.account as JsonObject | undefined)?.id ?? object.account;
  const message = (fields as { message?: unknown }).message;
  const accountName = typeof account === 'string' ? object.accountName(account) : undefined;
  const body = {
    '@timestamp': time,
    data_stream: { type: 'logs', dataset, namespace: 'default' },
    event: {
      kind: 'event',
      module: 'aws',
      dataset,
      ingested,
      ...(typeof id === 'string' && { id }),
      ...event,
      original: object.preserveOriginal ? original : undefined,
    },
    cloud: { provider: 'aws', region: object.region, ...cloud, account: { id: account, name: accountName } },
    ...rest,
    ...(typeof message === 'string' && { orgscope: { message_pattern: messagePattern(message) } }),
    log: {
      ...log,
      file: { path: logPath(object) },
      offset: typeof id === 'number' ? id : undefined,
    },
    aws:
      object.logStream === undefined
        ? aws
        : {
            ...aws,
            cloudwatch: { log_group: object.logStream.group, log_stream: object.logStream.name, ingestion_time: received },
          },
  };
  return {
    index: dailyIndex(`awslogs-${name}-`, time),
    id: documentId(typeof id === 'number' ? `${object.identity}:${id}` : id),
    operation: 'create',
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** Where a line lies: its object, or the group and the stream of an event of CloudWatch Logs, as Elastic names them. */
export const logPath = ({ name, logStream }: LogObject): string =>
  logStream?.group === undefined ? name : [logStream.group, logStream.name].filter(Boolean).join('/');
