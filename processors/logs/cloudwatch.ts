import { declareDataset } from './declare-dataset.ts';
import { encodeRecognized } from './encode-log-event.ts';
import { encodePlainMessage } from './encode-plain-message.ts';
import { parseSyslogLine } from './parse-syslog-line.ts';
import { exportStream, openLogEvents } from './read-log-events.ts';
import { exportTime } from './read-log-lines.ts';
import { isSubscription } from './read-subscription-records.ts';

/** Messages of CloudWatch Logs that are of no other dataset. */
export const cloudwatch = declareDataset({
  name: 'cloudwatch',
  dataset: 'aws.cloudwatch_logs',
  summary: 'messages of CloudWatch Logs',
  page: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3Export.html',
  layout: 'PREFIX/TASK/STREAM/000000.gz of an export, or the records of a subscription from Firehose',
  recognizeKey: (name) => (exportStream(name) === undefined ? undefined : {}),
  recognizeLine(line) {
    const begin = exportTime(line);
    return begin === undefined ? isSubscription(line) : parseSyslogLine(line.slice(begin.length)) === undefined;
  },
  encodeMessage: encodePlainMessage,
  fields: [
    { name: 'aws.cloudwatch.log_group', type: 'keyword', description: 'The log group that the message comes from.' },
    { name: 'aws.cloudwatch.log_stream', type: 'keyword', description: 'The log stream that the message comes from.' },
    { name: 'aws.cloudwatch.ingestion_time', type: 'date', description: 'When CloudWatch Logs received the message.' },
  ],
  open: (object) => openLogEvents(object, encodeRecognized),
});
