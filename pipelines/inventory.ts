import { setTimeout as sleep } from 'node:timers/promises';
import type { Account, Reach } from '../aws/reach.ts';
import type { ReadScope } from '../collectors/inventory/ask-aws.ts';
import { type Description, placeOf, type ResourceKind } from '../collectors/inventory/declare-kind.ts';
import { ec2NetworkInterface } from '../collectors/inventory/ec2-network-interface.ts';
import { type InstanceTypeLookup, instanceTypeLookup } from '../collectors/inventory/look-up-instance-types.ts';
import { type AuthorizationDetails, readAuthorizationDetails } from '../collectors/inventory/read-authorization-details.ts';
import { kinds as allKinds } from '../collectors/inventory/registry.ts';
import type { Document } from '../core/document.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { HostSource } from '../core/monitored-host.ts';
import type { Emission, Job, JobContext, Pipeline, PlanContext, PlannedJob } from '../core/pipeline.ts';
import { type Problem, toProblem } from '../core/problem.ts';
import { type Sweep, sweepKey } from '../core/sweep.ts';
import { type Connections, connectionFields, connectSecurityGroups } from '../processors/connect-security-groups.ts';
import { enrichInstanceType, typeOfDatabaseClass } from '../processors/enrich-instance-type.ts';
import { findAdministrators, type UserRights } from '../processors/find-administrators.ts';
import { type MonitorLookup, readMonitoredHosts } from './read-monitored-hosts.ts';
import { resourceDocuments } from './resource-documents.ts';

export interface InventoryOptions {
  readonly reach: Reach;
  /** Default: every kind. */
  readonly kinds?: readonly ResourceKind[];
  /** A user without activity for so many days counts as inactive; default 90. */
  readonly inactiveAfterDays?: number | undefined;
  /** What monitoring knows, read once per run; default: none. */
  readonly hostSources?: readonly HostSource[];
  /** How many sweeps run at once. Each waits for AWS most of the time and holds a page of at most 1,000 records. */
  readonly concurrency?: number;
  /** Time is an effect; tests pass one that does not wait. */
  readonly wait?: (delayMs: number, signal: AbortSignal) => Promise<void>;
}

/** Accounts whose regions are asked for ahead of the jobs. */
const ACCOUNTS_AHEAD = 8;

/** What all accounts have, by (account, region, kind): history and current state of each resource, and IAM users. */
export function inventoryPipeline(options: InventoryOptions): Pipeline {
  const { reach, kinds = allKinds, inactiveAfterDays, hostSources = [], concurrency = 16 } = options;
  const wait = options.wait ?? ((delayMs, signal) => sleep(delayMs, undefined, { signal }));
  const types = instanceTypeLookup();

  async function* plan(context: PlanContext): AsyncGenerator<PlannedJob> {
    // Beside the jobs: only instances wait for it.
    const monitor = readMonitoredHosts(kinds.some(({ name }) => name === 'ec2-instance') ? hostSources : [], context);
    const { accounts, problems } = await reach.accounts();
    for (const problem of problems) context.report(problem);
    const planned = new Set<string>();
    for await (const { account, regions } of withRegions(accounts, context)) {
      for (const region of ['global', ...regions]) {
        for (const kind of kinds) {
          if ((kind.scope === 'global') !== (region === 'global')) continue;
          const id = `inventory/${account.id}/${region}/${kind.name}`;
          // An account that two lines name is read once.
          if (planned.has(id)) continue;
          planned.add(id);
          const job: Job = { id, pipeline: 'inventory', account: account.id, region, kind: kind.name, lane: account.id };
          yield { job, run: (jobContext) => sweepKind(kind, account, region, monitor, jobContext) };
        }
      }
    }
    await monitor;
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

  async function* sweepKind(
    kind: ResourceKind,
    account: Account,
    region: string,
    monitor: Promise<MonitorLookup>,
    { sweepTime, signal }: JobContext,
  ): AsyncGenerator<Emission> {
    const scope: ReadScope = { reach, account, region, signal, wait: (delayMs) => wait(delayMs, signal) };
    const sweep: Sweep = { account: account.id, region, kind: kind.name, scope: '', time: sweepTime };
    const place = placeOf(scope);
    const problems: Problem[] = [];
    const lookUp = lookUps(kind, scope, types, (problem) => problems.push(problem));
    const monitored = kind.name === 'ec2-instance' ? await monitor : undefined;
    let foreign = 0;
    let complete = true;

    for await (const records of kind.read(scope)) {
      const own: { record: JsonObject; description: Description }[] = [];
      for (const record of records) {
        const description = kind.describe(record, place);
        if (description === undefined) {
          // It may be one that is shown as current: not seen is not gone.
          complete = false;
          const content = JSON.stringify(record).slice(0, 65_536);
          const reason = `a record of ${kind.name} without an id`;
          yield { type: 'dead-letter', letter: { pipeline: 'inventory', source: sweepKey(sweep), reason, content } };
        } else if (description.owner !== undefined && description.owner !== account.id) foreign++;
        else own.push({ record, description });
      }
      const { fields, rights } = await lookUp(own.map(({ description }) => description));
      const documents: Document[] = own.flatMap(({ record, description }) =>
        resourceDocuments(record, description, {
          kind,
          place,
          sweep,
          accountName: account.name,
          lookedUp: { ...fields(description), ...monitored?.(record) },
          rights,
          inactiveAfterDays,
        }),
      );
      if (documents.length > 0) yield { type: 'documents', documents };
    }

    if (foreign > 0) {
      yield { type: 'dropped', count: foreign, reason: 'owned by another account, whose own sweep shows it' };
    }
    for (const problem of problems) yield { type: 'problem', problem };
    // The listing itself is complete here: a failed page would have thrown. A failed lookup makes no resource disappear, but
    // a job that says it failed should not have removed anything either.
    if (complete && problems.every((problem) => problem.severity === 'notice')) yield { type: 'retire', sweep };
  }

  return { name: 'inventory', concurrency, plan };
}

/** What is known of a page's resources from elsewhere. */
interface LookedUp {
  fields(description: Description): Readonly<Record<string, Json>>;
  readonly rights: ReadonlyMap<string, UserRights> | undefined;
}

const NOTHING: LookedUp = { fields: () => ({}), rights: undefined };

/**
 * The lookups of one sweep, for a page at a time. One that fails is a problem of the job, and its fields are then absent: the
 * resources themselves are still shown.
 */
function lookUps(
  kind: ResourceKind,
  scope: ReadScope,
  types: InstanceTypeLookup,
  report: (problem: Problem) => void,
): (page: readonly Description[]) => Promise<LookedUp> {
  /** Once per sweep, however many pages. */
  const once = <Value>(read: () => Promise<Value>) => {
    let value: Promise<Value | undefined> | undefined;
    return () => {
      value ??= read().catch(failed);
      return value;
    };
  };
  const failed = (error: unknown): undefined => {
    const problem = toProblem(error, { account: scope.account.id, region: scope.region, kind: kind.name });
    if (scope.signal.aborted) throw error;
    report(problem);
  };

  switch (kind.name) {
    case 'ec2-instance':
    case 'rds-instance': {
      const typeOf = (description: Description) => {
        const type = description.fields['resource.instance_type'];
        if (typeof type !== 'string') return undefined;
        return kind.name === 'ec2-instance' ? type : typeOfDatabaseClass(type);
      };
      const said = new Set<string>();
      let broken = false;
      return async (page) => {
        const wanted = new Set(page.flatMap((description) => typeOf(description) ?? []));
        const sizes = broken ? undefined : await types(scope, wanted).catch(failed);
        if (sizes === undefined) {
          // Said once; the pages after it would only repeat it.
          broken = true;
          return NOTHING;
        }
        const unknown = [...wanted].filter((type) => !sizes.has(type) && !said.has(type));
        if (unknown.length > 0) {
          for (const type of unknown) said.add(type);
          report({
            code: 'missing',
            severity: 'notice',
            message: `EC2 does not know ${unknown.join(', ')} in this region: vCPUs and memory of these are left empty`,
            next: '',
            where: { account: scope.account.id, region: scope.region, kind: kind.name },
          });
        }
        return { fields: (description) => enrichInstanceType(typeOf(description), sizes), rights: undefined };
      };
    }
    case 'ec2-security-group': {
      const connections = once(async () => {
        const found: Connections = new Map();
        for await (const interfaces of ec2NetworkInterface.read(scope)) connectSecurityGroups(found, interfaces);
        return found;
      });
      return async () => {
        const found = await connections();
        return found === undefined ? NOTHING : { ...NOTHING, fields: ({ id }) => connectionFields(id, found) };
      };
    }
    case 'iam-user': {
      const rights = once(async () => {
        const pages: AuthorizationDetails[] = [];
        for await (const page of readAuthorizationDetails(scope)) pages.push(page);
        return findAdministrators(pages);
      });
      return async () => ({ ...NOTHING, rights: await rights() });
    }
    default:
      return async () => NOTHING;
  }
}
