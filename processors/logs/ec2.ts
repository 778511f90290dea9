import type { Document } from '../../core/document.ts';
import { ok, type Result } from '../../core/result.ts';
import { nestFields } from '../nest-fields.ts';
import { declareDataset, type LogMessage, type LogObject } from './declare-dataset.ts';
import { logDocument } from './log-document.ts';
import { parseSyslogLine } from './parse-syslog-line.ts';
import { openLogEvents } from './read-log-events.ts';
import { exportTime } from './read-log-lines.ts';
import { readSystemMessage } from './read-system-message.ts';
import { distinct, valueAddress } from './record-values.ts';

/** System logs of machines. */
export const ec2 = declareDataset({
  name: 'ec2',
  dataset: 'aws.ec2_logs',
  summary: 'system logs of machines, which their agent sends to CloudWatch Logs',
  page: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Install-CloudWatch-Agent.html',
  layout: 'the same as cloudwatch',
  recognizeKey: () => undefined,
  recognizeLine(line) {
    const begin = exportTime(line);
    return begin !== undefined && parseSyslogLine(line.slice(begin.length)) !== undefined;
  },
  recognizeMessage: (_, text) => parseSyslogLine(text) !== undefined,
  encodeMessage,
  fields: [
    {
      name: 'aws.ec2.ip_address',
      type: 'keyword',
      description: 'The name of the machine in its log, such as `ip-172-31-81-156`, which has its private address.',
    },
  ],
  open: (object) => openLogEvents(object, encodeMessage),
});

/** The name that AWS gives to machines. */
const ADDRESS_NAME = /^ip-(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})(?:\.|$)/;
/** By default the agent names the stream after the instance. */
const INSTANCE = /^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/;

/** A line that is not of syslog keeps its text: a log file of a machine may hold any. */
function encodeMessage(object: LogObject, { text, original, id, received, ingested, ...message }: LogMessage): Result<Document> {
  const line = parseSyslogLine(text);
  const time = message.time ?? line?.time ?? object.written;
  const address = line === undefined ? undefined : valueAddress(ADDRESS_NAME.exec(line.host)?.slice(1).join('.'));
  const endpoint = address === undefined ? undefined : object.names.ofAddress(object.account, address, Date.parse(time));
  const stream = object.logStream?.name ?? '';
  const instance = INSTANCE.test(stream) ? stream : endpoint?.instanceId;
  const known = line === undefined ? undefined : readSystemMessage(line.process, line.message);
  const fields = nestFields({
    'event.action': known?.action,
    'event.outcome': known?.outcome,
    'user.name': known?.user,
    'user.effective.name': known?.effectiveUser,
    'source.address': known?.address,
    'source.ip': known?.address,
    'source.port': known?.port,
    'related.ip': distinct([known?.address]),
    'related.user': distinct([known?.user, known?.effectiveUser]),
    'related.entity': distinct([instance]),
    message: (line?.message ?? text) || undefined,
    'process.name': line?.process,
    'process.pid': line?.pid,
    'host.name': line?.host,
    'cloud.instance.id': instance,
    'cloud.instance.name': instance === endpoint?.instanceId ? endpoint?.instanceName : undefined,
    'service.name': instance === endpoint?.instanceId ? endpoint?.service : undefined,
    'aws.ec2.ip_address': line?.host,
  });
  return ok(logDocument(object, { name: ec2.name, dataset: ec2.dataset, time, id, original, received, ingested, fields }));
}
