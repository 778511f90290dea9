import { ec2NetworkInterface } from '../collectors/inventory/ec2-network-interface.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import type { Emission, JobContext, Pipeline, PlannedJob } from '../core/pipeline.ts';
import { toProblem } from '../core/problem.ts';
import type { Filter } from '../core/query.ts';
import type { InventoryNames, NameCounts } from '../processors/logs/collect-names.ts';
import { NO_NAMES, type ResourceNames } from '../processors/logs/resource-names.ts';
import { readResourceNames } from './read-resource-names.ts';

/** A run of a queue lasts for an hour, in which machines come and go. */
const KEPT_MS = 10 * 60_000;
/** The first run reads logs while it reads the inventory. */
const EMPTY_KEPT_MS = 5_000;

/** What the inventory knows, for all jobs of a run. */
export interface LogNames {
  /** What was read last. */
  readonly current: ResourceNames;
  /** The pipeline, whose jobs read the names before they begin and emit how many lookups found one. */
  around(pipeline: Pipeline): Pipeline;
}

export function logNames(clock: Clock = systemClock): LogNames {
  let names: InventoryNames | undefined;
  let reading: Promise<InventoryNames> | undefined;
  let readAt = 0;
  let counted: NameCounts = { known: 0, unknown: 0, ambiguous: 0 };

  /** Reads the names, unless they were read a short time ago. A failure is a problem of the job, whose lines then have no names. */
  async function* refresh({ answer, signal }: JobContext): AsyncGenerator<Emission> {
    const now = clock.now().getTime();
    if (reading === undefined && now - readAt > (names === undefined || names.isEmpty ? EMPTY_KEPT_MS : KEPT_MS)) {
      readAt = now;
      reading = readResourceNames(answer);
    }
    if (reading === undefined) return;
    const own = reading;
    try {
      const found = await own;
      if (reading !== own) return;
      names = found;
      counted = { known: 0, unknown: 0, ambiguous: 0 };
    } catch (error) {
      signal.throwIfAborted();
      if (reading === own) yield { type: 'problem', problem: { ...toProblem(error), severity: 'notice' } };
    } finally {
      if (reading === own) reading = undefined;
    }
  }

  /** How the lookups since the last call ended. */
  function* counts(): Generator<Emission> {
    if (names === undefined) return;
    const now = names.counts();
    for (const [outcome, reason] of OUTCOMES) {
      const count = now[outcome] - counted[outcome];
      if (count > 0) yield { type: 'looked-up', reason, count };
    }
    counted = now;
  }

  const around = (planned: PlannedJob): PlannedJob => ({
    ...planned,
    async *run(context) {
      yield* refresh(context);
      yield* planned.run(context);
      yield* counts();
    },
  });

  return {
    get current() {
      return names === undefined || names.isEmpty ? NO_NAMES : names;
    },
    around: (pipeline) => ({
      ...pipeline,
      after: { pipeline: 'inventory', hasStored: hasInterfaces },
      async *plan(context) {
        for await (const planned of pipeline.plan(context)) yield around(planned);
      },
      revive: async (job) => around(await pipeline.revive(job)),
    }),
  };
}

/** Whether an inventory was stored: most names are those of interfaces. */
async function hasInterfaces(answer: JobContext['answer']): Promise<boolean> {
  const filter: Filter = { type: 'term', field: 'resource.type', value: ec2NetworkInterface.name };
  const found = await answer({ type: 'rows', view: 'awscli-current', filter, sort: [], limit: 0, offset: 0 });
  return found.type === 'rows' && found.total > 0;
}

const OUTCOMES: readonly (readonly [keyof NameCounts, string])[] = [
  ['known', 'found in the inventory'],
  ['unknown', 'not in the inventory'],
  ['ambiguous', 'of several resources at once, and left empty'],
];
