import type { PipelineName } from '../../core/batch.ts';
import type { Clock } from '../../core/clock.ts';
import type { ObjectTree } from '../../core/object-tree.ts';
import type { Pipeline } from '../../core/pipeline.ts';
import { factsOf } from '../../core/pipeline-facts.ts';
import { OrgscopeError, toProblem } from '../../core/problem.ts';
import type { RegionFilter, RegionFolder } from './find-region-folders.ts';
import type { RecognizedObject } from './object-format.ts';
import { objectJobs } from './object-jobs.ts';
import type { ObjectLocations } from './object-locations.ts';
import { planDays } from './plan-days.ts';
import { planQueue } from './plan-queue.ts';
import { planSource } from './plan-source.ts';

/** What a pipeline over objects looks for. Job ids, lanes and ledger entries carry its name. */
export interface ObjectsDefinition {
  readonly name: PipelineName;
  /** How many jobs run at once; default: as the pipeline's declaration says. */
  readonly concurrency?: number;
  /** What the objects hold, in the plural, as in "holds no objects that may hold CloudTrail events". */
  readonly records: string;
  /** Where such objects usually lie, as in "Check the prefix: …". */
  readonly hint: string;
  /**
   * Which objects are read, whose they are and what reads them. Asked of every object of a source, by its name alone. `dataset`: what it holds, where
   * the list names it.
   */
  recognize(name: string, dataset: string | undefined): RecognizedObject;
  /** For backfills: how the folders of days are found. */
  readonly days?: DayFolders;
}

export interface DayFolders {
  /** What lies in these folders, in the plural, as in "No trails were found in …". */
  readonly noun: string;
  /** The folders of accounts and regions, below which there are those of years, months and days. */
  find(tree: ObjectTree, filter: RegionFilter, signal: AbortSignal): Promise<RegionFolder[]>;
}

export interface ObjectsOptions extends ObjectLocations {
  /** For the time at which records are read. A replay has another time, and changes nothing: documents are created, and the first one stays. */
  readonly clock?: Clock;
}

/** Objects from S3, folders or queues, to the documents that their format makes of them. */
export function objectsPipeline(definition: ObjectsDefinition, options: ObjectsOptions): Pipeline {
  const { name, days, recognize } = definition;
  const jobs = objectJobs(definition, options);
  return {
    name,
    concurrency: definition.concurrency ?? factsOf(name).concurrency,
    async *plan(context) {
      // Asked before anything is listed, so that a failure is one problem of the run and not one of each source.
      await options.accountNames?.();
      if (options.backfill !== undefined) {
        if (days === undefined) throw new OrgscopeError('usage', `${name} can't be backfilled.`, 'Run it without dates.');
        const { trees, problems } = await options.backfill.trees();
        for (const problem of problems) context.report(problem);
        const { range } = options.backfill;
        yield* planDays({ pipeline: name, days, trees, range, context, plannedJob: await jobs.ofDays() });
        return;
      }
      const { sources, queues = [], problems } = await options.sources();
      for (const problem of problems) context.report(problem);
      for (const [number, source] of sources.entries()) {
        try {
          yield* planSource({ definition, source, context, plannedJob: (objects) => jobs.ofSource(number, objects) });
        } catch (error) {
          context.signal.throwIfAborted();
          context.report(toProblem(error, { object: source.name }));
        }
      }
      for (const queue of queues) {
        const { isOver } = options;
        yield* planQueue({ pipeline: name, recognize, queue, context, plannedJob: jobs.ofMessages, ...(isOver && { isOver }) });
      }
    },
    revive: jobs.revive,
  };
}
