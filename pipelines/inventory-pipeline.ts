import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Account, Reach } from '../aws/reach.ts';
import type { ResourceKind } from '../collectors/inventory/declare-kind.ts';
import { hasLookUp } from '../collectors/inventory/kind-look-ups.ts';
import { instanceTypeLookup } from '../collectors/inventory/look-up-instance-types.ts';
import { kinds as allKinds } from '../collectors/inventory/registry.ts';
import type { HostSource } from '../core/monitored-host.ts';
import type { Job, Pipeline, PlanContext, PlannedJob } from '../core/pipeline.ts';
import { factsOf } from '../core/pipeline-facts.ts';
import { OrgscopeError, toProblem } from '../core/problem.ts';
import { closedRegions } from './closed-regions.ts';
import { collected, lookUpInstanceEvents } from './instance-events.ts';
import { predecessors } from './previous-sweep.ts';
import { type MonitorLookup, readMonitoredHosts } from './read-monitored-hosts.ts';
import { accountPayload, payloadOfAccount, reviveAccount } from './revive-account.ts';
import { type SweepOptions, sweepKind } from './sweep-kind.ts';
import { TRAILS_LIST } from './trails.ts';

export interface InventoryOptions {
  readonly reach: Reach;
  /** Default: every kind. */
  readonly kinds?: readonly ResourceKind[];
  /** A user without activity for so many days counts as inactive; default 90. */
  readonly inactiveAfterDays?: number | undefined;
  /** Default `all`: every resource at every sweep. */
  readonly history?: 'all' | 'changes' | undefined;
  /** The last events of each instance, where the account's trail is not collected; default true. */
  readonly instanceEvents?: boolean;
  /** Systems that monitor hosts, read once per run; default: none. */
  readonly hostSources?: readonly HostSource[];
  /** How many sweeps run at once; default: as declared. */
  readonly concurrency?: number;
  /** Time is an effect; tests pass one that does not wait. */
  readonly wait?: (delayMs: number, signal: AbortSignal) => Promise<void>;
}

/** For how many accounts regions are asked at once, before their jobs are planned. */
const PREFETCHED_ACCOUNTS = 8;
/** The kind of the jobs that look up the last events of instances: no resource, so it is in no registry. */
const EVENTS = 'cloudtrail-event';

const payload = z.object({ account: accountPayload, region: z.string().min(1), kind: z.string().min(1) });

/** The resources of all accounts, a job for each (account, region, kind): history and current state of each resource, and IAM users. */
export function inventoryPipeline(options: InventoryOptions): Pipeline {
  const {
    reach,
    kinds = allKinds,
    inactiveAfterDays,
    history,
    instanceEvents = true,
    hostSources = [],
    concurrency = factsOf('inventory').concurrency,
  } = options;
  const wait = options.wait ?? ((delayMs, signal) => sleep(delayMs, undefined, { signal }));
  const kindOf = new Map(kinds.map((kind) => [kind.name, kind]));
  const monitoredKinds = kinds.filter((kind) => hasLookUp(kind, 'monitoring'));
  const kindsWithEvents = kinds.filter((kind) => hasLookUp(kind, 'events'));
  const isCollected = collected(async () => (await reach.bucketTargets(TRAILS_LIST)).targets.length > 0);
  let monitor: Promise<MonitorLookup> | undefined;
  const monitored = (context: Pick<PlanContext, 'signal' | 'report'>): Promise<MonitorLookup> => {
    monitor ??= readMonitoredHosts(monitoredKinds.length > 0 ? hostSources : [], context);
    return monitor;
  };
  const sweeping: Omit<SweepOptions, 'monitor'> = {
    reach,
    types: instanceTypeLookup(),
    before: predecessors(),
    history,
    inactiveAfterDays,
    wait,
  };

  const closed = closedRegions();

  /** The work of one job, planned here or elsewhere. */
  function planned(account: Account, region: string, kind: string, monitor: Promise<MonitorLookup>, given?: Job): PlannedJob {
    const swept = kindOf.get(kind);
    if (swept === undefined && kind !== EVENTS) {
      const next = 'Run the same version of orgscope everywhere.';
      throw new OrgscopeError('conflict', `There is no kind ${kind} in this version.`, next, { kind });
    }
    const job: Job = given ?? {
      id: `inventory/${account.id}/${region}/${kind}`,
      pipeline: 'inventory',
      account: account.id,
      region,
      kind,
      lane: swept === undefined ? `${account.id}/events` : account.id,
      service: swept?.service ?? 'cloudtrail',
      payload: { account: payloadOfAccount(account), region, kind },
    };
    return {
      job,
      run(context) {
        const work = () =>
          swept === undefined
            ? lookUpInstanceEvents(kindsWithEvents, account, region, { reach, wait, isCollected }, context)
            : sweepKind(swept, account, region, { ...sweeping, monitor }, context);
        if (region === 'global') return work();
        const { signal } = context;
        return closed.skip({ reach, account, region, signal, wait: (delayMs) => wait(delayMs, signal) }, work);
      },
    };
  }

  async function revive(job: Job): Promise<PlannedJob> {
    const { account, region, kind } = payload.parse(job.payload);
    // The process that planned the run has reported problems of monitoring.
    const monitor = monitoredKinds.some(({ name }) => name === kind)
      ? monitored({ signal: NEVER, report: () => undefined })
      : NOT_MONITORED;
    return planned(await reviveAccount(account, reach), region, kind, monitor, job);
  }

  async function* plan(context: PlanContext): AsyncGenerator<PlannedJob> {
    // Read while the first jobs run: only jobs of instances wait for it.
    const monitor = monitored(context);
    const { accounts, problems } = await reach.accounts();
    for (const problem of problems) context.report(problem);
    const done = new Set<string>();
    for await (const { account, regions } of withRegions(accounts, context)) {
      // An account that two lines name is read once.
      if (done.has(account.id)) continue;
      done.add(account.id);
      for (const region of ['global', ...regions]) {
        for (const kind of kinds) {
          if ((kind.scope === 'global') !== (region === 'global')) continue;
          const place = `${account.identity.partition}/${region}/${kind.name}`;
          if (kind.alike && !done.has(place)) done.add(place);
          else if (kind.alike) continue;
          yield planned(account, region, kind.name, monitor);
        }
      }
    }
    // Last, because CloudTrail allows two such calls a second, which must not delay other jobs.
    if (instanceEvents && kindsWithEvents.length > 0) yield* planEvents(accounts, context);
    await monitor;
  }

  async function* planEvents(accounts: readonly Account[], context: PlanContext): AsyncGenerator<PlannedJob> {
    for (const account of new Map(accounts.map((each) => [each.id, each])).values()) {
      if (context.signal.aborted) return;
      // An account whose regions can't be listed was reported before.
      const regions = await reach.regions(account).catch(() => []);
      for (const region of regions) yield planned(account, region, EVENTS, NOT_MONITORED);
    }
  }

  /** Yields accounts with their regions in order, asking for several at once: one after the other would take long for a thousand accounts. */
  async function* withRegions(
    accounts: readonly Account[],
    context: PlanContext,
  ): AsyncGenerator<{ account: Account; regions: readonly string[] }> {
    const regional = kinds.some((kind) => kind.scope === 'regional');
    const regionsOf = async (account: Account) => {
      try {
        return { account, regions: regional ? await reach.regions(account) : [] };
      } catch (error) {
        context.report(toProblem(error, { account: account.id }));
        return { account, regions: [] };
      }
    };
    const asked: ReturnType<typeof regionsOf>[] = [];
    for (const account of accounts) {
      if (context.signal.aborted) return;
      asked.push(regionsOf(account));
      if (asked.length >= PREFETCHED_ACCOUNTS) yield await (asked.shift() as (typeof asked)[number]);
    }
    for (const each of asked) yield await each;
  }

  return { name: 'inventory', concurrency, plan, revive };
}

const NOT_MONITORED: Promise<MonitorLookup> = Promise.resolve(() => ({}));
const NEVER = new AbortController().signal;
