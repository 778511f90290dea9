import { z } from 'zod';
import type { Account, Reach } from '../aws/reach.ts';
import { filterLogEvents } from '../collectors/logs/filter-log-events.ts';
import { listLogGroups } from '../collectors/logs/list-log-groups.ts';
import type { BackfillRange } from '../core/api/runs.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { DAY_MS } from '../core/day-ms.ts';
import type { Document } from '../core/document.ts';
import type { LogGroupList } from '../core/naming-list.ts';
import type { Emission, Job, JobContext, PlanContext, PlannedJob } from '../core/pipeline.ts';
import { OrgscopeError, toProblem } from '../core/problem.ts';
import type { LogObject } from '../processors/logs/declare-dataset.ts';
import { encodeLogEvent } from '../processors/logs/encode-log-event.ts';
import { datasetNamed } from '../processors/logs/recognize-log-object.ts';
import type { ResourceNames } from '../processors/logs/resource-names.ts';
import { accountPayload, payloadOfAccount, reviveAccount } from './revive-account.ts';

export interface LogGroupsOptions {
  readonly reach: () => Promise<Reach>;
  readonly list: LogGroupList;
  /** What the inventory knows, asked for as each group is begun. */
  names(): ResourceNames;
  /** What is the same for the documents of all events. */
  readonly settings: Pick<LogObject, 'preserveOriginal' | 'communityId' | 'locate' | 'datasetOfMessage'>;
  readonly clock?: Clock;
  /** Reads these days, and leaves the checkpoints as they are; default: from the checkpoint of each group on. */
  readonly range?: BackfillRange | undefined;
  /** How far before its checkpoint a group is read again, for events that arrive late; default 15 minutes. */
  readonly lookBackMs?: number;
}

/** Plans the reading of log groups, and recreates planned jobs. */
export interface LogGroupJobs {
  /** Returns whether the list has any line. */
  plan(context: PlanContext): AsyncGenerator<PlannedJob, boolean>;
  /** Undefined for a job that reads no log group. */
  revive(job: Job): Promise<PlannedJob> | undefined;
}

/** The kind of a job that reads log groups. */
const KIND = 'log-groups';
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
  pattern: z.string().min(1),
  dataset: z.string().optional(),
});

/** What one job reads: the groups of a line in one account and region. */
interface GroupsPlace {
  readonly account: Account;
  readonly region: string;
  readonly pattern: string;
  readonly dataset?: string | undefined;
}

/** Another attempt of the job may help against these, and reads on from the checkpoints. */
const RETRIED: readonly string[] = ['throttled', 'unreachable'];

/**
 * Jobs that read the events of log groups, one for each line, account and region; they find the groups that a pattern names. CloudWatch Logs shows events that
 * arrive late among earlier ones, and no token goes back to them. So each run reads again from some time before a group's checkpoint on; documents have the ids of
 * their events, which makes this change nothing. Events that arrive later than that are not read.
 */
export function logGroupJobs(options: LogGroupsOptions): LogGroupJobs {
  const { reach: open, list, names, settings, range, clock = systemClock, lookBackMs = LOOK_BACK_MS } = options;

  function planned(reach: Reach, place: GroupsPlace, given?: Job): PlannedJob {
    const { account, region, pattern, dataset } = place;
    const job: Job = given ?? {
      id: `logs/groups/${account.id}/${region}/${pattern}`,
      pipeline: 'logs',
      account: account.id,
      region,
      kind: KIND,
      object: pattern,
      lane: `logs/groups/${account.id}`,
      service: 'logs',
      payload: { account: payloadOfAccount(account), region, pattern, ...(dataset !== undefined && { dataset }) },
    };
    return { job, run: (context) => readGroups(reach, place, context) };
  }

  /** A group that can't be read is one problem, and the others are read. */
  async function* readGroups(reach: Reach, place: GroupsPlace, context: JobContext): AsyncGenerator<Emission> {
    const { account, region, pattern } = place;
    const { signal } = context;
    let found = false;
    for await (const group of listLogGroups({ reach, account, region, signal }, pattern)) {
      found = true;
      try {
        yield* readGroup(reach, place, group, context);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof OrgscopeError && RETRIED.includes(error.code)) throw error;
        yield { type: 'problem', problem: toProblem(error, { object: group }) };
      }
    }
    if (found || pattern.includes('*')) return;
    const missing = new OrgscopeError(
      'missing',
      `There is no log group ${pattern}`,
      'Check its name, and the regions of the line.',
    );
    yield { type: 'problem', problem: { ...toProblem(missing), severity: 'notice' } };
  }

  async function* readGroup(reach: Reach, place: GroupsPlace, group: string, context: JobContext): AsyncGenerator<Emission> {
    const { account, region } = place;
    const { signal } = context;
    const key = `${account.id}/${region}/${group}`;
    const reached = range === undefined ? await context.checkpoint(key) : undefined;
    const newest = context.sweepTime - SETTLING_MS;
    const to = range === undefined ? newest : Math.min(newest, Date.parse(range.to) + DAY_MS);
    const first = reached === undefined ? to - FIRST_MS : reached - lookBackMs;
    let start = range === undefined ? first : Date.parse(range.from);
    let length = FIRST_WINDOW_MS;
    while (start < to) {
      const end = Math.min(start + length, to);
      let pages = 0;
      for await (const events of filterLogEvents({ reach, account, region, signal }, group, { start, end })) {
        pages += 1;
        yield* encoded(place, group, events);
      }
      if (range === undefined && end > (reached ?? 0)) yield { type: 'checkpoint', key, reached: end };
      if (pages === 1) length *= 2;
      else if (pages > MANY_PAGES) length = Math.max(LEAST_WINDOW_MS, length / 2);
      start = end;
    }
  }

  function* encoded(
    { account, region, dataset: named }: GroupsPlace,
    group: string,
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
      names: names(),
      ...settings,
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
      const reach = await open();
      const { targets, problems } = await reach.logGroupTargets(list);
      for (const problem of problems) context.report(problem);
      for (const { pattern, accounts, dataset } of targets) {
        for (const account of accounts) {
          try {
            if (range?.accounts?.includes(account.id) === false) continue;
            for (const region of await reach.regions(account)) {
              if (range?.regions?.includes(region) === false) continue;
              yield planned(reach, { account, region, pattern, dataset });
            }
          } catch (error) {
            context.signal.throwIfAborted();
            context.report(toProblem(error, { account: account.id }));
          }
        }
      }
      return targets.length + problems.filter(({ code }) => code !== 'empty').length > 0;
    },
    revive(job) {
      if (job.kind !== KIND) return undefined;
      const { account, ...place } = payload.parse(job.payload);
      return open().then(async (reach) => planned(reach, { ...place, account: await reviveAccount(account, reach) }, job));
    },
  };
}
