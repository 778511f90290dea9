import type { Document } from '../../core/document.ts';
import { ok, type Result } from '../../core/result.ts';
import { nestFields } from '../nest-fields.ts';
import { declareDataset, type LogMessage, type LogObject } from './declare-dataset.ts';
import { logDocument } from './log-document.ts';
import { readApplicationLine } from './read-application-line.ts';
import { openLogEvents } from './read-log-events.ts';
import { distinct, withoutAbsent } from './record-values.ts';

/** Log lines of the containers of ECS tasks. */
export const ecs = declareDataset({
  name: 'ecs',
  dataset: 'aws.ecs_logs',
  summary: 'log lines of containers of ECS',
  page: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html',
  layout: 'the same as cloudwatch',
  recognizeKey: () => undefined,
  recognizeMessage: ({ group = '', name }) =>
    !group.startsWith('/aws/ecs/containerinsights/') &&
    (partsOf(name).container !== undefined || /^\/(?:aws\/)?ecs\//.test(group)),
  encodeMessage,
  fields: [
    { name: 'aws.ecs.task.id', type: 'keyword', description: 'The task that wrote the line.' },
    { name: 'aws.ecs.task.arn', type: 'keyword', description: 'ARN of that task, where inventory knows it.' },
    { name: 'aws.ecs.log', type: 'flattened', description: 'The line, where it is a JSON object.' },
    { name: 'log.logger', type: 'keyword', description: 'The logger that wrote the line.' },
    { name: 'error.message', type: 'text', description: 'The error that the line is about.' },
  ],
  open: (object) => openLogEvents(object, encodeMessage),
});

/** `PREFIX/CONTAINER/TASK` of the awslogs driver. */
const STREAM = /^(?:.+\/)?([^/]+)\/([0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
/** `…CONTAINER-firelens-TASK` of FireLens, and `PREFIX-CONTAINER-TASK` of an export, in both of which the container can't be told from the prefix. */
const TASK = /-([0-9a-f]{32})$/;

function partsOf(stream: string | undefined): { readonly container?: string | undefined; readonly task?: string | undefined } {
  const [, container, task] = STREAM.exec(stream ?? '') ?? [];
  return { container, task: task ?? TASK.exec(stream ?? '')?.[1] };
}

function encodeMessage(
  object: LogObject,
  { text, original, id, time = object.written, received, ingested }: LogMessage,
): Result<Document> {
  const { container, task } = partsOf(object.logStream?.name);
  const known = task === undefined ? undefined : object.names.ofTask(object.account, task);
  const line = readApplicationLine(text);
  const fields = nestFields({
    message: (line?.message ?? text) || undefined,
    'log.level': line?.level,
    'log.logger': line?.logger,
    'event.duration': line?.duration,
    'error.message': line?.error,
    'trace.id': line?.traceId,
    'user.name': line?.user,
    'service.name': known?.service,
    'container.name': container,
    'related.entity': distinct([task, known?.taskArn]),
    'orchestrator.type': 'ecs',
    'orchestrator.cluster.name': known?.cluster,
    'aws.ecs.task.id': task,
    'aws.ecs.task.arn': known?.taskArn,
    'aws.ecs.log': withoutAbsent(line?.record),
  });
  return ok(logDocument(object, { name: ecs.name, dataset: ecs.dataset, time, id, original, received, ingested, fields }));
}
