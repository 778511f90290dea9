import { type Document, documentId, monthlyIndex } from '../core/document.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { type Sweep, sweepKey } from '../core/sweep.ts';
import type { Difference } from './compare-records.ts';
import { nestFields } from './nest-fields.ts';

export type Change =
  | { readonly type: 'changed'; readonly differences: readonly Difference[] }
  | { readonly type: 'appeared' }
  | { readonly type: 'gone' };

/** A resource from one of its documents, with the time when it was last seen before the change. */
export interface ChangedResource {
  readonly document: JsonObject;
  readonly seenBefore: string | undefined;
}

/** The longest value in a change document. Longer ones, such as policies, are cut; the record has the full value. */
const MAX_TEXT = 8_000;

/** The `awschanges` document of a change between two sweeps. A sweep that is repeated after a crash writes the same document again. */
export function encodeChange(change: Change, { document, seenBefore }: ChangedResource, sweep: Sweep): Document {
  const time = new Date(sweep.time).toISOString();
  const { type, id, arn, key, name } = document.resource as JsonObject;
  const values = (side: 'from' | 'to'): JsonObject | undefined =>
    change.type !== 'changed'
      ? undefined
      : Object.fromEntries(
          change.differences.flatMap((difference) => {
            const value = difference[side];
            return value === undefined ? [] : [[difference.path, shown(value)]];
          }),
        );
  return {
    index: monthlyIndex('awschanges-', time),
    id: documentId(`${key}@${seenBefore ?? time}`),
    operation: 'replace',
    version: sweep.time,
    body: Buffer.from(
      JSON.stringify({
        '@timestamp': time,
        ...nestFields({
          'event.kind': 'event',
          'event.module': 'orgscope',
          'event.dataset': 'orgscope.changes',
          cloud: document.cloud,
          'resource.type': type,
          'resource.id': id,
          'resource.arn': arn,
          'resource.key': key,
          'resource.name': name,
          'change.type': change.type,
          'change.fields': change.type === 'changed' ? change.differences.map(({ path }) => path) : undefined,
          'change.from': values('from'),
          'change.to': values('to'),
          'change.seen_before': seenBefore,
          'orgscope.sweep': sweepKey(sweep),
        }),
      }),
    ),
  };
}

/** Flattened fields hold texts and numbers; a list or an object is shown as JSON. */
function shown(value: Json): Json {
  const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
  return typeof text === 'string' && text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
