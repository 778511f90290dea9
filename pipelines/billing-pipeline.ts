import { z } from 'zod';
import { objectRef, reviveObject } from '../collectors/objects/revive-object.ts';
import { systemClock } from '../core/clock.ts';
import type { Emission, Job, Pipeline, PlannedJob } from '../core/pipeline.ts';
import { factsOf } from '../core/pipeline-facts.ts';
import { toProblem } from '../core/problem.ts';
import type { AccountNames } from './account-names.ts';
import { type CompleteDelivery, findDeliveries } from './find-deliveries.ts';
import type { ReadAdvice } from './objects/object-errors.ts';
import type { ObjectLocations } from './objects/object-locations.ts';
import { readObject } from './objects/read-object.ts';
import { reportFormat } from './report-format.ts';

export type BillingOptions = Pick<ObjectLocations, 'sources' | 'reach' | 'accountNames'>;

const payload = z.object({
  delivery: z.object({ report: z.string(), month: z.string(), delivery: z.string(), modified: z.number() }),
  parts: z.array(objectRef).min(1),
  /** Keys of the manifests that are acknowledged once the delivery is published. */
  settles: z.array(z.string()),
});

const ADVICE: ReadAdvice = {
  damaged: 'The delivery is left out and the one before it stays: fetch the part again, then run again.',
  unreachable: 'Run again; until then the delivery before it stays.',
  // The part came whole: fetching it again can't help.
  refused:
    'The delivery is left out and the one before it stays. What wrote the report must write this otherwise: then run again. If it is as AWS delivered it, please report it.',
};

/**
 * Cost & Usage Reports to `awsbilling-*`: the newest complete delivery of each report and month replaces the one before it. A job is
 * one delivery; it publishes only after every row of every part was read.
 */
export function billingPipeline(options: BillingOptions): Pipeline {
  const { accountNames = async () => new Map() } = options;
  return {
    name: 'billing',
    concurrency: factsOf('billing').concurrency,
    async *plan(context) {
      const { sources, problems } = await options.sources();
      for (const problem of problems) context.report(problem);
      for (const source of sources) {
        try {
          for await (const complete of findDeliveries(source, context)) {
            yield plannedJob(complete, accountNames);
          }
        } catch (error) {
          if (context.signal.aborted) return;
          context.report(toProblem(error, { object: source.name }));
        }
      }
    },
    async revive(job) {
      const { delivery, parts, settles } = payload.parse(job.payload);
      const objects = await Promise.all(parts.map((ref) => reviveObject(ref, options.reach)));
      return { job, run: ({ signal }) => load({ delivery, parts: objects, settles, accountNames }, signal) };
    },
  };
}

function plannedJob({ delivery, manifest, parts, settles: manifests }: CompleteDelivery, accountNames: AccountNames): PlannedJob {
  const settles = manifests.map(({ key }) => key);
  const job: Job = {
    id: manifest.key,
    pipeline: 'billing',
    object: manifest.name,
    lane: delivery.report,
    service: 's3',
    payload: { delivery: { ...delivery }, parts: parts.map(({ ref }) => ({ ...ref })), settles },
  };
  return { job, run: ({ signal }) => load({ delivery, parts, settles, accountNames }, signal) };
}

interface Loaded extends Pick<CompleteDelivery, 'delivery' | 'parts'> {
  readonly settles: readonly string[];
  readonly accountNames: AccountNames;
}

/** A row that can't be read fails its part, and with it the delivery: half a month is no total. */
async function* load({ delivery, parts, settles, accountNames }: Loaded, signal: AbortSignal): AsyncIterable<Emission> {
  const names = await accountNames();
  const accountName = (id: string) => names.get(id);
  const options = { pipeline: 'billing', accountName, clock: systemClock, advice: ADVICE, signal } as const;
  const acknowledgements: Emission[] = [];
  yield { type: 'begin-delivery', delivery };
  for (const [index, object] of parts.entries()) {
    const format = reportFormat({ delivery, part: index + 1, accountNames: names });
    try {
      for await (const emission of readObject({ object, account: undefined, format }, undefined, options)) {
        if (emission.type === 'acknowledge') acknowledgements.push(emission);
        else yield emission;
      }
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  }
  yield { type: 'publish-delivery', delivery };
  // Only now: a manifest that the ledger knows is not read again, so its delivery must be visible before.
  yield* acknowledgements;
  for (const key of settles) yield { type: 'acknowledge', source: { pipeline: 'billing', key, documents: 0 } };
}
