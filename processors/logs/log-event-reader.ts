import type { StreamReader } from '../../core/record-reader.ts';
import type { LogStream } from './declare-dataset.ts';

/** An event that a reader came to. */
export interface LogEvent {
  readonly text: string;
  /** The text as the object holds it, with the time that an export adds. */
  readonly original: string;
  readonly id: number | string;
  /** As an ISO 8601 instant; undefined for a line without a time. */
  readonly time: string | undefined;
  /** The account that wrote it, where the object says so. */
  readonly account?: string | undefined;
  /** One object for all events of a record. */
  readonly stream?: LogStream | undefined;
  /** Nobody wrote it: CloudWatch Logs tests its destination with such an event. */
  readonly isControl?: boolean;
}

/** Goes through the events of an object that was written by CloudWatch Logs, or through plain lines. */
export interface LogEventReader extends StreamReader {
  /** After `record`, until the next call of `next`. */
  readonly event: LogEvent;
}
