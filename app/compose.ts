import { join } from 'node:path';
import type { QueueTarget, Reach } from '../aws/reach.ts';
import type { LocationLookup } from '../collectors/locations/address-locations.ts';
import type { NotificationQueue } from '../collectors/objects/sqs-notifications.ts';
import type { ImportRequest, RunRequest } from '../core/api/runs.ts';
import type { PipelineName } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import { PIPELINES } from '../core/declared-pipelines.ts';
import type { Meter } from '../core/meter.ts';
import type { HostSource } from '../core/monitored-host.ts';
import type { Pipeline } from '../core/pipeline.ts';
import { takesQueues } from '../core/pipeline-facts.ts';
import { OrgscopeError, type Problem } from '../core/problem.ts';
import type { PipelineContext, PipelineDeclaration } from '../pipelines/declare-pipeline.ts';
import { pipelines } from '../pipelines/registry.ts';
import { checkBackfill, checkSource } from './check-request.ts';
import type { World } from './choose-world.ts';
import type { Environment } from './environment.ts';
import { openTheSample } from './open-the-sample.ts';
import { ownReach } from './own-reach.ts';
import type { Settings } from './settings.ts';

export interface ComposeOptions {
  readonly world: World;
  readonly settings: Settings;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly meter?: Meter;
}

/** Makes the pipelines of a run: brings together what reads AWS (or the sample in its place) and what the user asked for. */
export interface Composition {
  /** `queues`: whether the queues of the lists are also read, until they are empty. False where this process keeps listening to them anyway. */
  run(request: RunRequest, options?: { readonly queues: boolean }): Promise<readonly Pipeline[]>;
  /** The queues that the lists name, each with the pipeline that reads the objects it announces. */
  queues(): Promise<readonly LiveQueue[]>;
  /** Opens one of these queues, and the pipeline that keeps listening to it. */
  live(): Promise<LiveOpener>;
  import(request: ImportRequest): Promise<readonly Pipeline[]>;
  close(): Promise<void>;
}

export interface LiveQueue {
  readonly pipeline: PipelineName;
  readonly target: QueueTarget;
}

export interface LiveOpener {
  open(target: QueueTarget): NotificationQueue;
  pipeline(name: PipelineName, queue: NotificationQueue, isOver: () => boolean): Promise<Pipeline>;
}

/** What reads AWS, and the monitoring that its machines are compared with. */
export interface OpenedAws {
  readonly reach: Reach;
  readonly hostSources: readonly HostSource[];
}

/** Made once for the life of the process: credentials and connections are kept from run to run. Nothing is opened before it is needed. */
export function compose(options: ComposeOptions): Composition {
  const { world, settings, clock } = options;
  let opened: Promise<OpenedAws> | undefined;
  const open = (): Promise<OpenedAws> => {
    opened ??= world.sample ? openTheSample(options) : openOwn(options);
    return opened;
  };

  let locations: (() => Promise<LocationLookup | undefined>) | undefined;
  const addressLocations = async (): Promise<LocationLookup | undefined> => {
    // The sample uses the IP addresses reserved for documentation, which no database knows.
    if (world.sample || (settings.geo.city === undefined && settings.geo.asn === undefined)) return undefined;
    locations ??= (await import('../collectors/locations/address-locations.ts')).addressLocations(settings.geo);
    return locations();
  };

  /** What every pipeline is given; the request adds its own part. */
  const context: Omit<PipelineContext, 'queues'> = {
    reach: async () => (await open()).reach,
    hostSources: async () => (await open()).hostSources,
    addressLocations,
    clock,
    history: settings.history,
    inactiveAfterDays: settings.inactiveAfterDays,
    preserveOriginal: settings.preserveOriginal,
    communityId: settings.communityId,
  };

  return {
    async run(request, { queues } = { queues: false }) {
      const { source, backfill } = request;
      checkBackfill(request);
      if (source !== undefined && world.sample) {
        throw new OrgscopeError('usage', 'The sample has sources of its own.', 'Leave out --sample or --source.');
      }
      for (const name of request.pipelines) if (source !== undefined) checkSource(name, source);
      // When several pipelines run, an empty list is no failure: few users need all of them.
      const all = request.pipelines.length > 1 || request.scheduled === true;
      let reachOfRun: Promise<Reach> | undefined;
      const reach = (): Promise<Reach> => {
        reachOfRun ??= open().then((aws) => askOnce(all ? withNoticedEmptyLists(aws.reach) : aws.reach));
        return reachOfRun;
      };
      return Promise.all(
        request.pipelines.map((name) => declarationOf(name).open({ ...context, reach, source, backfill, queues })),
      );
    },
    async queues() {
      if (world.sample) return [];
      const { reach } = await open();
      const lists = PIPELINES.flatMap(({ name, lists }) => lists.filter(takesQueues).map((list) => ({ pipeline: name, list })));
      const found = lists.map(async ({ pipeline, list }) =>
        (await reach.bucketTargets(list)).queues.map((target) => ({ pipeline, target })),
      );
      return (await Promise.all(found)).flat();
    },
    async live() {
      const [{ reach }, { sqsNotifications }] = await Promise.all([open(), import('../collectors/objects/sqs-notifications.ts')]);
      return {
        open: (target) => sqsNotifications({ reach, target }),
        pipeline: (name, queue, isOver) => declarationOf(name).open({ ...context, queues: false, live: { queue, isOver } }),
      };
    },
    async import({ kind: name, files, account, region }) {
      const [{ kinds }, { importPipeline }] = await Promise.all([
        import('../collectors/inventory/registry.ts'),
        import('../pipelines/import-dump.ts'),
      ]);
      const kind = kinds.find((each) => each.name === name);
      if (kind === undefined) {
        throw new OrgscopeError('usage', `There is no kind ${name}.`, 'See `orgscope collectors` for those there are.');
      }
      return [
        importPipeline({
          kind,
          files,
          inactiveAfterDays: settings.inactiveAfterDays,
          ...(account === undefined ? {} : { account }),
          ...(region === undefined ? {} : { region }),
        }),
      ];
    },
    async close() {
      (await opened)?.reach.close();
    },
  };
}

const declarationOf = (name: PipelineName): PipelineDeclaration =>
  pipelines.find((each) => each.name === name) as PipelineDeclaration;

async function openOwn(options: ComposeOptions): Promise<OpenedAws> {
  const [reach, hostSources] = await Promise.all([ownReach(options), monitoringOf(options.settings, options.environment)]);
  return { reach, hostSources };
}

/** All sources of monitored hosts. A source whose list names no host yields none. */
async function monitoringOf({ lists }: Settings, { op5 }: Environment): Promise<readonly HostSource[]> {
  const [{ op5Api }, { op5List }, { csvFile }] = await Promise.all([
    import('../collectors/hosts/op5-api.ts'),
    import('../collectors/hosts/op5-list.ts'),
    import('../collectors/hosts/csv-file.ts'),
  ]);
  return [
    ...(op5 === undefined ? [] : [op5Api(op5)]),
    op5List(join(lists, 'op5_hosts.txt')),
    csvFile(join(lists, 'monitored_hosts.csv')),
  ];
}

function withNoticedEmptyLists(reach: Reach): Reach {
  const noticed = (problems: readonly Problem[]): Problem[] =>
    problems.map((problem) => (problem.code === 'empty' ? { ...problem, severity: 'notice' } : problem));
  return {
    ...reach,
    async accounts(file) {
      const { accounts, problems } = await reach.accounts(file);
      return { accounts, problems: noticed(problems) };
    },
    async logGroupTargets(list) {
      const { targets, problems } = await reach.logGroupTargets(list);
      return { targets, problems: noticed(problems) };
    },
    async bucketTargets(list) {
      const { problems, ...named } = await reach.bucketTargets(list);
      return { ...named, problems: noticed(problems) };
    },
  };
}

/** Looks accounts up once per run, whichever pipeline asks first; the next run looks again. */
function askOnce(reach: Reach): Reach {
  const asked = new Map<string, ReturnType<Reach['accounts']>>();
  return {
    ...reach,
    accounts(file = 'account.txt') {
      const accounts = asked.get(file) ?? reach.accounts(file);
      asked.set(file, accounts);
      return accounts;
    },
  };
}
