import { setTimeout as sleep } from 'node:timers/promises';
import type { Account, Reach } from '../aws/reach.ts';
import type { ResourceKind } from '../collectors/inventory/declare-kind.ts';
import { instanceTypeLookup } from '../collectors/inventory/look-up-instance-types.ts';
import { kinds as allKinds } from '../collectors/inventory/registry.ts';
import type { HostSource } from '../core/monitored-host.ts';
import type { Job, Pipeline, PlanContext, PlannedJob } from '../core/pipeline.ts';
import { toProblem } from '../core/problem.ts';
import { collected, lookUpInstanceEvents } from './instance-events.ts';
import { predecessors } from './previous-sweep.ts';
import { readMonitoredHosts } from './read-monitored-hosts.ts';
import { type SweepOptions, sweepKind } from './sweep-kind.ts';

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
  /** What monitoring knows, read once per run; default: none. */
  readonly hostSources?: readonly HostSource[];
  /**
   * How many sweeps run at once. Each waits for AWS most of the time, and holds a page of at most 1,000 records while the store is busy:
   * 3 MiB of snapshots, so that 64 full ones are 200 MiB. What most sweeps of a big organisation bring is nothing.
   */
  readonly concurrency?: number;
  /** Time is an effect; tests pass one that does not wait. */
  readonly wait?: (delayMs: number, signal: AbortSignal) => Promise<void>;
}

/** Accounts whose regions are asked for ahead of the jobs. */
const ACCOUNTS_AHEAD = 8;

/** What all accounts have, by (account, region, kind): history and current state of each resource, and IAM users. */
export function inventoryPipeline(options: InventoryOptions): Pipeline {
  const {
    reach,
    kinds = allKinds,
    inactiveAfterDays,
    history,
    instanceEvents = true,
    hostSources = [],
    concurrency = 64,
  } = options;
  const wait = options.wait ?? ((delayMs, signal) => sleep(delayMs, undefined, { signal }));
  const types = instanceTypeLookup();

  async function* plan(context: PlanContext): AsyncGenerator<PlannedJob> {
    // Beside the jobs: only instances wait for it.
    const monitor = readMonitoredHosts(kinds.some(({ name }) => name === 'ec2-instance') ? hostSources : [], context);
    const before = predecessors();
    const sweeping: SweepOptions = { reach, types, before, history, inactiveAfterDays, monitor, wait };
    const { accounts, problems } = await reach.accounts();
    for (const problem of problems) context.report(problem);
    const planned = new Set<string>();
    for await (const { account, regions } of withRegions(accounts, context)) {
      // An account that two lines name is read once.
      if (planned.has(account.id)) continue;
      planned.add(account.id);
      for (const region of ['global', ...regions]) {
        for (const kind of kinds) {
          if ((kind.scope === 'global') !== (region === 'global')) continue;
          const place = `${account.identity.partition}/${region}/${kind.name}`;
          if (kind.alike && !planned.has(place)) planned.add(place);
          else if (kind.alike) continue;
          const id = `inventory/${account.id}/${region}/${kind.name}`;
          const job: Job = { id, pipeline: 'inventory', account: account.id, region, kind: kind.name, lane: account.id };
          yield { job, run: (jobContext) => sweepKind(kind, account, region, sweeping, jobContext) };
        }
      }
    }
    // Last of all: two calls a second must hold up nothing else.
    if (instanceEvents && kinds.some(({ name }) => name === 'ec2-instance')) yield* planEvents(accounts, context);
    await monitor;
  }

  async function* planEvents(accounts: readonly Account[], context: PlanContext): AsyncGenerator<PlannedJob> {
    const isCollected = collected(async () => (await reach.bucketTargets('trails.txt')).targets.length > 0);
    for (const account of new Map(accounts.map((each) => [each.id, each])).values()) {
      if (context.signal.aborted) return;
      // What went wrong with its regions has been said.
      const regions = await reach.regions(account).catch(() => []);
      for (const region of regions) {
        const place = { account: account.id, region, kind: 'cloudtrail-event' };
        const id = `inventory/${account.id}/${region}/cloudtrail-event`;
        yield {
          job: { id, pipeline: 'inventory', ...place, lane: `${account.id}/events` },
          run: (jobContext) => lookUpInstanceEvents(account, region, { reach, wait, isCollected }, jobContext),
        };
      }
    }
  }

  /** In order, some accounts ahead: asking a thousand accounts one after the other would hold up the first jobs. */
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
      if (asked.length >= ACCOUNTS_AHEAD) yield await (asked.shift() as (typeof asked)[number]);
    }
    for (const each of asked) yield await each;
  }

  return { name: 'inventory', concurrency, plan };
}
