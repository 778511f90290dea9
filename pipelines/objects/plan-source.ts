import type { ObjectSource } from '../../core/object.ts';
import type { PlanContext, PlannedJob } from '../../core/pipeline.ts';
import { JOB_BYTES, JOB_OBJECTS } from './job-limits.ts';
import type { FoundObject } from './object-format.ts';
import type { ObjectsDefinition } from './objects-pipeline.ts';
import { reportTrouble } from './report-trouble.ts';

/** The ledger is asked about this many objects at once. */
export const LEDGER_PAGE = 500;

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
  let page: FoundObject[] = [];
  let group: FoundObject[] = [];
  let groupBytes = 0;
  let found = false;

  async function* takePage(): AsyncIterable<PlannedJob> {
    if (page.length === 0) return;
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
    page = [];
  }

  for await (const object of source.list(context.signal, reportTrouble(context))) {
    const recognized = recognize(object.name);
    if (recognized.type === 'other') {
      context.leaveOut(recognized.reason, object.name);
      continue;
    }
    found = true;
    page.push({ ...recognized, object });
    if (page.length === LEDGER_PAGE) yield* takePage();
  }
  yield* takePage();
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
