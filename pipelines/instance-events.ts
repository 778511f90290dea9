import type { Account, Reach } from '../aws/reach.ts';
import type { ReadScope } from '../collectors/inventory/ask-aws.ts';
import type { ResourceKind } from '../collectors/inventory/declare-kind.ts';
import { lookUpEvents } from '../collectors/inventory/look-up-events.ts';
import { placeOf } from '../collectors/inventory/place.ts';
import type { Document } from '../core/document.ts';
import type { Emission, JobContext } from '../core/pipeline.ts';
import type { Filter } from '../core/query.ts';
import { createTrailEncoder } from '../processors/encode-trail-event.ts';
import { createTrailReader } from '../processors/parse-cloudtrail.ts';

/** How many of the newest events of each instance are looked up. */
const EVENTS = 100;

type Ask = JobContext['answer'];

/** Whether the trails pipeline collects the account's events; events that were looked up are marked by `orgscope.origin`. */
export type Collected = (account: string, answer: Ask) => Promise<boolean>;

/**
 * `trailsNamed`: whether `lists/trails.txt` names buckets. Until the first events of these are indexed, their accounts are unknown, and all
 * accounts count as collected: looking up events that are about to come would take hours.
 */
export function collected(trailsNamed: () => Promise<boolean>): Collected {
  const fromTrails: Filter = { type: 'not', filter: { type: 'exists', field: 'orgscope.origin' } };
  const count = async (answer: Ask, filter: Filter): Promise<number> => {
    const found = await answer({ type: 'rows', view: 'awscli-trail', filter, sort: [], limit: 0, offset: 0 });
    return found.type === 'rows' ? found.total : 0;
  };
  let anyYet: Promise<boolean> | undefined;
  const known = new Map<string, Promise<boolean>>();
  return (account, answer) => {
    anyYet ??= count(answer, fromTrails).then((found) => found > 0);
    const asked =
      known.get(account) ??
      anyYet.then(async (any) => {
        if (!any) return trailsNamed();
        const ofAccount: Filter = { type: 'term', field: 'cloud.account.id', value: account };
        return (await count(answer, { type: 'and', filters: [ofAccount, fromTrails] })) > 0;
      });
    known.set(account, asked);
    return asked;
  };
}

/** The newest events of each resource of these kinds in an account and region, as documents in `awscli-trail-*`. Events that are indexed already are left out. */
export async function* lookUpInstanceEvents(
  kinds: readonly ResourceKind[],
  account: Account,
  region: string,
  {
    reach,
    wait,
    isCollected,
  }: {
    readonly reach: Reach;
    readonly wait: (delayMs: number, signal: AbortSignal) => Promise<void>;
    readonly isCollected: Collected;
  },
  { signal, answer }: JobContext,
): AsyncGenerator<Emission> {
  if (await isCollected(account.id, answer)) return;
  const scope: ReadScope = { reach, account, region, signal, wait: (delayMs) => wait(delayMs, signal) };
  const encode = createTrailEncoder();
  for (const kind of kinds) yield* eventsOf(kind);

  async function* eventsOf(kind: ResourceKind): AsyncGenerator<Emission> {
    for await (const resource of idsOf(kind, scope)) {
      const since = await newest(resource, answer);
      for await (const records of lookUpEvents(scope, { resource, since, atMost: EVENTS })) {
        const documents: Document[] = [];
        for (const record of records) {
          const reader = createTrailReader();
          reader.push(Buffer.from(`{"Records":[${record}]}`));
          reader.finish();
          const result = reader.next() === 'record' ? encode({ account: account.id }) : undefined;
          if (result?.type === 'ok') documents.push(withOrigin(result.value));
          else {
            const reason = result === undefined ? 'LookupEvents gave no record' : `The record ${result.reason}`;
            yield { type: 'dead-letter', deadLetter: { pipeline: 'inventory', source: resource, reason, content: record } };
          }
        }
        if (documents.length > 0) yield { type: 'documents', documents };
      }
    }
  }
}

async function* idsOf(kind: ResourceKind, scope: ReadScope): AsyncGenerator<string> {
  const place = placeOf(scope);
  for await (const records of kind.read(scope)) {
    for (const record of records) {
      const id = kind.describe(record, place)?.id;
      if (id !== undefined) yield id;
    }
  }
}

/** The time of a resource's newest indexed event. */
async function newest(resource: string, answer: Ask): Promise<Date | undefined> {
  const found = await answer({
    type: 'aggregate',
    view: 'awscli-trail',
    filter: { type: 'term', field: 'related.entity', value: resource },
    groups: [],
    metrics: [{ name: 'time', op: 'max', field: '@timestamp' }],
  });
  const time = found.type === 'aggregate' ? found.rows[0]?.time : undefined;
  return typeof time === 'string' ? new Date(time) : undefined;
}

/** The document with a mark that its event was looked up. Its id is the one that the trail's own event has. */
function withOrigin(document: Document): Document {
  const body = Buffer.from(document.body);
  const origin = Buffer.from(',"orgscope":{"origin":"lookup-events"}}');
  return { ...document, body: Buffer.concat([body.subarray(0, body.lastIndexOf('}')), origin]) };
}
