import type { Document } from '../../core/document.ts';
import { deadLetter, type Result } from '../../core/result.ts';
import type { EncodeMessage, LogDataset, LogObject } from './declare-dataset.ts';
import { encodePlainMessage } from './encode-plain-message.ts';
import { tooLargeMessage } from './read-subscription-records.ts';
import { instantOfMs } from './record-values.ts';

/** An event as FilterLogEvents returns it. Times are milliseconds since 1970. */
export interface FilteredEvent {
  readonly eventId?: string | undefined;
  readonly timestamp?: number | undefined;
  readonly message?: string | undefined;
  readonly logStreamName?: string | undefined;
  readonly ingestionTime?: number | undefined;
}

export interface EncodeEventOptions {
  readonly group: string;
  /** The dataset that the user named for the group; otherwise it is recognised. */
  readonly dataset?: LogDataset | undefined;
  /** When the event is read, as an ISO 8601 instant. */
  readonly ingested: string;
}

/** Makes the document of one event of a log group. */
export function encodeLogEvent(object: LogObject, event: FilteredEvent, options: EncodeEventOptions): Result<Document> {
  const { group, dataset, ingested } = options;
  const { eventId: id, message: text = '' } = event;
  const time = instantOfMs(event.timestamp);
  if (id === undefined || id === '') return deadLetter('has no eventId');
  if (time === undefined) return deadLetter('has no timestamp');
  const large = tooLargeMessage(text);
  if (large !== undefined) return deadLetter(large);
  const logStream = { group, name: event.logStreamName };
  const encode = dataset?.encodeMessage ?? encodeRecognized;
  const received = instantOfMs(event.ingestionTime);
  return encode({ ...object, logStream }, { text, original: text, id, time, received, ingested });
}

/** Makes the document of a message by the dataset that it is recognised as; that of a plain message without one. */
export const encodeRecognized: EncodeMessage = (object, message) => {
  const { logStream, datasetOfMessage } = object;
  // The objects of an export do not name their group, and the user names the dataset of such a prefix.
  const dataset = logStream?.group === undefined ? undefined : datasetOfMessage?.(logStream, message.text);
  return (dataset?.encodeMessage ?? encodePlainMessage)(object, message);
};
