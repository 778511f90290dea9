import type { ObjectSource } from '../../core/object.ts';
import type { PlanContext, PlannedJob } from '../../core/pipeline.ts';
import { JOB_BYTES, JOB_OBJECTS } from './job-limits.ts';
import type { FoundObject } from './object-format.ts';
import type { ObjectsDefinition } from './objects-pipeline.ts';
import { recognizeObjects } from './recognize-objects.ts';
import { reportTrouble } from './report-trouble.ts';

export interface PlanSourceOptions {
  readonly definition: ObjectsDefinition;
  readonly source: ObjectSource;
  readonly context: PlanContext;
  /** The names of all objects contain the same account, or none. */
  plannedJob(objects: readonly FoundObject[]): Promise<PlannedJob>;
}

/** Yields jobs of the objects of one source that the ledger does not know, several small objects in each. */
export async function* planSource({ definition, source, context, plannedJob }: PlanSourceOptions): AsyncIterable<PlannedJob> {
  const { name, records, hint, recognize } = definition;
  let group: FoundObject[] = [];
  let groupBytes = 0;
  let found = false;

  async function* takePage(page: readonly FoundObject[]): AsyncIterable<PlannedJob> {
    const keys = page.map(({ object }) => object.key);
    const known = await context.ledger.known(name, keys);
    if (known.size > 0) context.skipped(known.size);
    for (const item of page) {
      if (known.has(item.object.key)) continue;
      const full = group.length >= JOB_OBJECTS || groupBytes + item.object.size > JOB_BYTES;
      // A job of one account can be shown as that account's.
      if (group.length > 0 && (full || group[0]?.account !== item.account)) {
        yield await plannedJob(group);
        group = [];
        groupBytes = 0;
      }
      group.push(item);
      groupBytes += item.object.size;
    }
  }

  for await (const listed of recognizeObjects(source.list(context.signal, reportTrouble(context)), recognize)) {
    if (listed.type === 'left-out') {
      context.leaveOut(listed.reason, listed.object);
      continue;
    }
    found = true;
    yield* takePage(listed.page);
  }
  if (group.length > 0) yield await plannedJob(group);
  if (!found) {
    context.report({
      code: 'empty',
      severity: 'notice',
      message: `${source.name} holds no objects that may hold ${records}.`,
      next: hint,
      where: { object: source.name },
    });
  }
}
