import { z } from 'zod';
import type { Account, LogGroupTarget, Reach } from '../aws/reach.ts';
import { filterLogEvents } from '../collectors/logs/filter-log-events.ts';
import { listLogGroups } from '../collectors/logs/list-log-groups.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import type { Document } from '../core/document.ts';
import type { Emission, Job, JobContext, PlanContext, PlannedJob } from '../core/pipeline.ts';
import { OrgscopeError, type Problem, toProblem } from '../core/problem.ts';
import type { LogObject } from '../processors/logs/declare-dataset.ts';
import { encodeLogEvent } from '../processors/logs/encode-log-event.ts';
import { datasetNamed, recognizeLogMessage } from '../processors/logs/recognize-log-object.ts';
import type { ResourceNames } from '../processors/logs/resource-names.ts';
import { accountPayload, payloadOfAccount, reviveAccount } from './revive-account.ts';

export interface LogGroupsOptions {
  readonly reach: Reach;
  /** The groups that the list names. */
  targets(): Promise<{ readonly targets: readonly LogGroupTarget[]; readonly problems: readonly Problem[] }>;
  readonly names: ResourceNames;
  readonly preserveOriginal: boolean;
  readonly clock?: Clock;
  /** Reads these milliseconds, without the end, and leaves the checkpoints as they are; default: from the checkpoint of each group on. */
  readonly range?: { readonly from: number; readonly to: number } | undefined;
  /** How far before its checkpoint a group is read again, for events that arrive late; default 15 minutes. */
  readonly lookBackMs?: number;
}

/** Plans the reading of log groups, and recreates planned jobs. */
export interface LogGroupJobs {
  plan(context: PlanContext): AsyncGenerator<PlannedJob>;
  /** Undefined for a job that reads no log group. */
  revive(job: Job): Promise<PlannedJob> | undefined;
}

/** The kind of a job that reads a log group. */
const KIND = 'log-group';
const MINUTE_MS = 60_000;
const LOOK_BACK_MS = 15 * MINUTE_MS;
/** What is read of a group without a checkpoint. */
const FIRST_MS = 24 * 60 * MINUTE_MS;
/** The newest events are left to the next run: the agents of several machines send them in any order. */
const SETTLING_MS = 10_000;
/** A checkpoint is emitted after each window, so windows of a busy group are short. */
const FIRST_WINDOW_MS = 60 * MINUTE_MS;
const LEAST_WINDOW_MS = MINUTE_MS;
const MANY_PAGES = 20;

const payload = z.object({
  account: accountPayload,
  region: z.string().min(1),
  group: z.string().min(1),
  dataset: z.string().optional(),
});

interface GroupPlace {
  readonly account: Account;
  readonly region: string;
  readonly group: string;
  readonly dataset?: string | undefined;
}

/**
 * Jobs that read the events of log groups, one for each account, region and group. CloudWatch Logs shows events that arrive late among earlier ones, and
 * no token goes back to them. So each run reads again from some time before the checkpoint on; documents have the ids of their events, which makes
 * this change nothing. Events that arrive later than that are not read.
 */
export function logGroupJobs(options: LogGroupsOptions): LogGroupJobs {
  const { reach, names, preserveOriginal, range, clock = systemClock, lookBackMs = LOOK_BACK_MS } = options;

  function planned(place: GroupPlace, given?: Job): PlannedJob {
    const { account, region, group, dataset } = place;
    const job: Job = given ?? {
      id: `logs/${account.id}/${region}/${group}`,
      pipeline: 'logs',
      account: account.id,
      region,
      kind: KIND,
      object: group,
      lane: account.id,
      service: 'logs',
      payload: { account: payloadOfAccount(account), region, group, ...(dataset !== undefined && { dataset }) },
    };
    return { job, run: (context) => read(place, context) };
  }

  async function* read(place: GroupPlace, context: JobContext): AsyncGenerator<Emission> {
    const { account, region, group } = place;
    const key = `${account.id}/${region}/${group}`;
    const reached = range === undefined ? await context.checkpoint(key) : undefined;
    const to = range?.to ?? context.sweepTime - SETTLING_MS;
    let start = range?.from ?? (reached === undefined ? to - FIRST_MS : reached - lookBackMs);
    let length = FIRST_WINDOW_MS;
    while (start < to) {
      const end = Math.min(start + length, to);
      let pages = 0;
      for await (const events of filterLogEvents({ reach, account, region, signal: context.signal }, group, { start, end })) {
        pages += 1;
        yield* encoded(place, events);
      }
      if (range === undefined && end > (reached ?? 0)) yield { type: 'checkpoint', key, reached: end };
      if (pages === 1) length *= 2;
      else if (pages > MANY_PAGES) length = Math.max(LEAST_WINDOW_MS, length / 2);
      start = end;
    }
  }

  function* encoded(
    { account, region, group, dataset: named }: GroupPlace,
    events: readonly Parameters<typeof encodeLogEvent>[1][],
  ): Generator<Emission> {
    const ingested = clock.now().toISOString();
    const dataset = named === undefined ? undefined : datasetNamed(named);
    const object: LogObject = {
      name: group,
      identity: '',
      account: account.id,
      region,
      accountName: (id) => (id === account.id && account.name !== id ? account.name : undefined),
      written: ingested,
      names,
      preserveOriginal,
      datasetOfMessage: recognizeLogMessage,
    };
    const documents: Document[] = [];
    for (const event of events) {
      const result = encodeLogEvent(object, event, { group, dataset, ingested });
      if (result.type === 'ok') documents.push(result.value);
      else if (result.type === 'drop') yield { type: 'dropped', count: 1, reason: result.reason };
      else {
        const source = `${account.id}/${region}/${group}`;
        const reason = `Event ${event.eventId ?? 'without id'} of stream ${event.logStreamName ?? '?'} ${result.reason}`;
        yield { type: 'dead-letter', deadLetter: { pipeline: 'logs', source, reason, content: event.message ?? '' } };
      }
    }
    if (documents.length > 0) yield { type: 'documents', documents };
  }

  return {
    async *plan(context) {
      const { targets, problems } = await options.targets();
      for (const problem of problems) context.report(problem);
      const done = new Set<string>();
      for (const { pattern, accounts, dataset, origin } of targets) {
        let found = 0;
        let failed = false;
        const report = (error: unknown, where: { account: string; region?: string }): void => {
          context.signal.throwIfAborted();
          failed = true;
          context.report(toProblem(error, where));
        };
        for (const account of accounts) {
          try {
            for (const region of await reach.regions(account)) {
              try {
                for await (const group of listLogGroups({ reach, account, region, signal: context.signal }, pattern)) {
                  found += 1;
                  const key = `${account.id}/${region}/${group}`;
                  // A group that several lines name is read once, as the first of them says.
                  if (done.has(key)) continue;
                  done.add(key);
                  yield planned({ account, region, group, dataset });
                }
              } catch (error) {
                report(error, { account: account.id, region });
              }
            }
          } catch (error) {
            report(error, { account: account.id });
          }
        }
        if (found === 0 && !failed && accounts.length > 0) {
          const next = 'Check the pattern, the account and the regions of the line.';
          context.report({
            ...toProblem(new OrgscopeError('missing', `${origin}: no log group matches ${pattern}`, next)),
            severity: 'notice',
          });
        }
      }
    },
    revive(job) {
      if (job.kind !== KIND) return undefined;
      const { account, ...place } = payload.parse(job.payload);
      return reviveAccount(account, reach).then((revived) => planned({ ...place, account: revived }, job));
    },
  };
}
