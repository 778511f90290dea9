import type { Document } from '../../core/document.ts';
import { ok, type Result } from '../../core/result.ts';
import type { LogMessage, LogObject } from './declare-dataset.ts';
import { logDocument } from './log-document.ts';

/** Makes the document of a message that is of no known kind. Of an export it is the whole line, as with Elastic's integration. */
export function encodePlainMessage(
  object: LogObject,
  { original, id, time = object.written, received, ingested }: LogMessage,
): Result<Document> {
  const fields = original === '' ? {} : { message: original };
  return ok(
    logDocument(object, { name: 'cloudwatch', dataset: 'aws.cloudwatch_logs', time, id, original, received, ingested, fields }),
  );
}
