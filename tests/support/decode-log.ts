import assert from 'node:assert/strict';
import { type Json, memberAt } from '../../core/json.ts';
import type { LogDataset, LogObject } from '../../processors/logs/declare-dataset.ts';
import { datasets } from '../../processors/logs/registry.ts';
import { NO_NAMES, type ResourceNames } from '../../processors/logs/resource-names.ts';
import { unmappedFields } from './unmapped-fields.ts';

const unmapped = unmappedFields();

export interface DecodedLog {
  readonly documents: readonly { readonly index: string; readonly id: string; readonly body: Record<string, unknown> }[];
  /** `line 7: has no time` */
  readonly deadLetters: readonly string[];
  readonly dropped: readonly string[];
  /** What the reader came to at the end: `end`, `none` or `invalid`. */
  readonly last: string;
}

/** An object as datasets open it. */
export const logObject = (own: Partial<LogObject> = {}): LogObject => ({
  name: 's3://logs/object.log',
  identity: 'identity',
  account: '111122223333',
  region: 'eu-west-1',
  accountName: () => 'prod',
  names: NO_NAMES,
  preserveOriginal: false,
  written: '2026-11-21T10:00:00.000Z',
  ...own,
});

/** What a dataset makes of an object's content, which comes in one piece; or in pieces of `pieceBytes`. Fails where the view lacks a field of a dataset of the product. */
export function decodeLog(
  dataset: LogDataset,
  content: string | Buffer,
  {
    names,
    pieceBytes = Number.MAX_SAFE_INTEGER,
    ...object
  }: Partial<Omit<LogObject, 'names'>> & { names?: Partial<ResourceNames>; pieceBytes?: number } = {},
): DecodedLog {
  const decoder = dataset.open(logObject({ ...object, names: { ...NO_NAMES, ...names } }));
  const bytes = Buffer.from(content);
  const documents: { index: string; id: string; body: Record<string, unknown> }[] = [];
  const deadLetters: string[] = [];
  const dropped: string[] = [];
  let last = '';
  const drain = (): void => {
    for (;;) {
      last = decoder.reader.next();
      if (last === 'record') {
        const result = decoder.encode('2026-11-21T10:05:00.000Z');
        if (result.type === 'ok') {
          if (datasets.includes(dataset)) unmapped.check([result.value]);
          const { index, id, body, fields } = result.value;
          // Stores have no column for a field that a document does not announce.
          if (fields !== undefined) assertAnnounced(JSON.parse(Buffer.from(body).toString()), '', fields);
          documents.push({ index, id, body: JSON.parse(Buffer.from(body).toString()) });
        } else if (result.type === 'drop') dropped.push(result.reason);
        else deadLetters.push(`${decoder.reader.location()}: ${result.reason}`);
      } else if (last === 'refused') deadLetters.push(`${decoder.reader.location()}: ${decoder.reader.reason}`);
      else if (last !== 'foreign') return;
    }
  };
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    decoder.reader.push(bytes.subarray(at, Math.min(bytes.length, at + pieceBytes)));
    drain();
  }
  decoder.reader.finish();
  drain();
  assert.deepEqual(unmapped.found, []);
  return { documents, deadLetters, dropped, last };
}

/** Yields the value at a dotted path of a document. */
export const valuesOf =
  (document: DecodedLog['documents'][number] | undefined) =>
  (path: string): Json | undefined =>
    memberAt(document?.body as Json | undefined, ...path.split('.'));

function assertAnnounced(value: unknown, path: string, fields: ReadonlySet<string>): void {
  if (path !== '' && fields.has(path)) return;
  assert.ok(
    typeof value === 'object' && value !== null && !Array.isArray(value),
    `${path} is in no field that the document announces`,
  );
  for (const [key, member] of Object.entries(value)) assertAnnounced(member, path === '' ? key : `${path}.${key}`, fields);
}
