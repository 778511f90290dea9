import type { Account, Reach } from '../aws/reach.ts';
import type { ReadScope } from '../collectors/inventory/ask-aws.ts';
import type { Description, ResourceKind } from '../collectors/inventory/declare-kind.ts';
import type { InstanceTypeLookup } from '../collectors/inventory/look-up-instance-types.ts';
import { placeOf } from '../collectors/inventory/place.ts';
import type { JsonObject } from '../core/json.ts';
import type { Emission, JobContext } from '../core/pipeline.ts';
import { OrgscopeError, type Problem } from '../core/problem.ts';
import { type Sweep, sweepKey } from '../core/sweep.ts';
import { lookUps } from './look-ups.ts';
import { mayRetire } from './may-retire.ts';
import { type Predecessors, previousSweep } from './previous-sweep.ts';
import type { MonitorLookup } from './read-monitored-hosts.ts';
import { resourceDocuments } from './resource-documents.ts';

export interface SweepOptions {
  readonly reach: Reach;
  readonly types: InstanceTypeLookup;
  readonly before: Predecessors;
  /** `changes`: a resource that today's history has in the same state is not added to it again. */
  readonly history?: 'all' | 'changes' | undefined;
  readonly inactiveAfterDays?: number | undefined;
  /** The fields that monitoring adds to instances. */
  readonly monitor?: Promise<MonitorLookup>;
  /** Time is an effect; ends early when the signal aborts. */
  readonly wait: (delayMs: number, signal: AbortSignal) => Promise<void>;
}

/** Emits the documents of all resources of a kind in one account and region, and then retires those that are gone. */
export async function* sweepKind(
  kind: ResourceKind,
  account: Account,
  region: string,
  { reach, types, before, history, inactiveAfterDays, monitor, wait }: SweepOptions,
  { sweepTime, signal, answer }: JobContext,
): AsyncGenerator<Emission> {
  const problems: Problem[] = [];
  const report = (problem: Problem): void => {
    const { where } = problem;
    problems.push({ ...problem, where: { account: account.id, region, kind: kind.name, ...where } });
  };
  const partial = new WeakMap<JsonObject, readonly string[]>();
  const scope: ReadScope = {
    reach,
    account,
    region,
    signal,
    wait: (delayMs) => wait(delayMs, signal),
    report,
    leftOut: (record, calls) => void partial.set(record, calls),
  };
  const sweep: Sweep = { account: account.id, region, kind: kind.name, scope: '', time: sweepTime };
  const place = placeOf(scope);
  const lookUp = lookUps(kind, scope, types, report, answer, monitor);
  const previous = await previousSweep(sweep, kind, before, answer);
  let foreign = 0;
  let seen = 0;
  let complete = true;

  for await (const records of lookUp.whole ? gathered(kind.read(scope)) : kind.read(scope)) {
    const own: { record: JsonObject; description: Description }[] = [];
    for (const record of records) {
      const description = kind.describe(record, place);
      if (description === undefined) {
        // It may be a resource in current state, which must then not be retired.
        complete = false;
        const content = JSON.stringify(record).slice(0, 65_536);
        const reason = `a record of ${kind.name} without an id`;
        yield { type: 'dead-letter', deadLetter: { pipeline: 'inventory', source: sweepKey(sweep), reason, content } };
      } else if (description.owner !== undefined && description.owner !== account.id) foreign++;
      else own.push({ record, description });
    }
    if (own.length === 0) continue;
    seen += own.length;
    const { fields, rights } = await lookUp.page(own);
    const page = own.map(({ record, description }) =>
      resourceDocuments(record, description, {
        kind,
        place,
        sweep,
        accountName: account.name,
        lookedUp: fields(description, record),
        leftOut: partial.get(record),
        rights,
        inactiveAfterDays,
      }),
    );
    const compared = await previous?.compare(page);
    // A change is stored before the new state: after a crash between the two, the next sweep finds the same change again, with the same id.
    if (compared !== undefined && compared.changes.length > 0) yield { type: 'documents', documents: compared.changes };
    const documents = page.flatMap(({ key, history: past, current, users }) => [
      ...(history === 'changes' && compared?.unchangedToday.has(key) === true ? [] : [past]),
      current,
      ...users,
    ]);
    yield { type: 'documents', documents };
  }

  if (foreign > 0) yield { type: 'dropped', count: foreign, reason: 'owned by another account, whose own sweep shows it' };
  for (const problem of problems) yield { type: 'problem', problem };
  // The listing is complete here: a failed page would have thrown. A failed lookup hides no resource, but
  // a job that is reported as failed should not remove anything either.
  if (!complete || problems.some((problem) => problem.severity !== 'notice')) return;
  if (previous !== undefined) {
    const notice = await mayRetire({ before: previous.count, seen, countAgain: () => countAgain(kind, scope) });
    if (notice !== undefined)
      yield { type: 'problem', problem: { ...notice, where: { account: account.id, region, kind: kind.name } } };
  }
  const gone = (await previous?.gone()) ?? [];
  if (gone.length > 0) yield { type: 'documents', documents: gone };
  yield { type: 'retire', sweep };
}

/** Counts the resources of the same listing again. A partial failure throws, since the resources in question could be among those left out. */
async function countAgain(kind: ResourceKind, scope: ReadScope): Promise<number> {
  const place = placeOf(scope);
  const report = ({ code, severity, message, next, where }: Problem): void => {
    if (severity === 'failed') throw new OrgscopeError(code, message, next, where);
  };
  let seen = 0;
  for await (const records of kind.read({ ...scope, report })) {
    for (const record of records) {
      const { owner = scope.account.id } = kind.describe(record, place) ?? {};
      if (owner === scope.account.id) seen++;
    }
  }
  return seen;
}

/** All pages as one, for lookups that need all resources at once. */
async function* gathered(pages: AsyncIterable<readonly JsonObject[]>): AsyncGenerator<readonly JsonObject[]> {
  const all: JsonObject[] = [];
  for await (const page of pages) all.push(...page);
  yield all;
}
