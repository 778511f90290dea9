import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { AccountListFile, BucketListFile, QueueTarget, Reach } from '../aws/reach.ts';
import { kinds } from '../collectors/inventory/registry.ts';
import { localFolder } from '../collectors/objects/local-folder.ts';
import { localTree } from '../collectors/objects/local-tree.ts';
import type { NotificationQueue } from '../collectors/objects/sqs-notifications.ts';
import type { PlaceLookup } from '../collectors/places/address-places.ts';
import type { ImportRequest, RunRequest } from '../core/api.ts';
import type { PipelineName } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import type { Meter } from '../core/meter.ts';
import type { HostSource } from '../core/monitored-host.ts';
import type { ObjectSource } from '../core/object.ts';
import type { ObjectTree } from '../core/object-tree.ts';
import type { Pipeline } from '../core/pipeline.ts';
import { OrgscopeError, type Problem } from '../core/problem.ts';
import { accountNames } from '../pipelines/account-names.ts';
import type { TrailSources, TrailsOptions } from '../pipelines/trails-pipeline.ts';
import type { World } from './choose-world.ts';
import type { Environment } from './environment.ts';
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
  /** `queues`: whether trails are read from queues too, until these are empty; not where somebody keeps listening to them. */
  run(request: RunRequest, options?: { readonly queues: boolean }): Promise<readonly Pipeline[]>;
  /** The queues that trails.txt names. */
  queues(): Promise<readonly QueueTarget[]>;
  /** What is needed to keep listening to one of them. */
  live(): Promise<LiveTrails>;
  import(request: ImportRequest): Promise<readonly Pipeline[]>;
  close(): Promise<void>;
}

export interface LiveTrails {
  open(target: QueueTarget): NotificationQueue;
  pipeline(queue: NotificationQueue, isOver: () => boolean): Promise<Pipeline>;
}

/** One for the life of the process: credentials and connections are kept from run to run. Nothing is opened before it is needed. */
export function compose(options: ComposeOptions): Composition {
  let opened: Promise<Opened> | undefined;
  const open = (): Promise<Opened> => {
    opened ??= options.world.sample ? openTheSample(options) : openOwn(options);
    return opened;
  };

  let places: (() => Promise<PlaceLookup | undefined>) | undefined;
  /** Of what every trails pipeline does. */
  const eventOptions = async () => {
    const { settings, clock, world } = options;
    const { addressPlaces } = await import('../collectors/places/address-places.ts');
    // The sample's addresses are those of documentation, which lie nowhere.
    places ??= world.sample ? async () => undefined : addressPlaces(settings.geo);
    return { preserveOriginal: settings.preserveOriginal, clock, place: await places() };
  };

  return {
    async run(request, { queues } = { queues: false }) {
      if (request.backfill !== undefined && request.pipelines.join() !== 'trails') {
        throw new OrgscopeError('usage', 'Only trails can be backfilled.', 'Leave out the other pipelines.');
      }
      if (request.source !== undefined && options.world.sample) {
        throw new OrgscopeError('usage', 'The sample has sources of its own.', 'Leave out --sample or --source.');
      }
      // Where all is run, a list that is empty is no failure: few use all of them.
      const all = request.pipelines.length > 1 || request.scheduled === true;
      let ofRun: Promise<Reach> | undefined;
      const perRun = (): Promise<Reach> => {
        ofRun ??= open().then(({ reach }) => askOnce(all ? withNoticedEmptyLists(reach) : reach));
        return ofRun;
      };
      const opening = { reach: perRun, hostSources: async () => (await open()).hostSources, eventOptions };
      return Promise.all(request.pipelines.map((name) => makePipeline(name, opening, { ...request, queues }, options)));
    },
    async queues() {
      return options.world.sample ? [] : (await (await open()).reach.bucketTargets('trails.txt')).queues;
    },
    async live() {
      const [{ reach }, { sqsNotifications }, { trailsPipeline }] = await Promise.all([
        open(),
        import('../collectors/objects/sqs-notifications.ts'),
        import('../pipelines/trails-pipeline.ts'),
      ]);
      return {
        open: (target) => sqsNotifications({ reach, target }),
        pipeline: async (queue, isOver) =>
          trailsPipeline({
            sources: async () => ({ sources: [], queues: [queue], problems: [] }),
            isOver,
            reach: async () => reach,
            accountNames: accountNames(async () => reach),
            ...(await eventOptions()),
          }),
      };
    },
    async import({ kind: name, files, account, region }) {
      const kind = kinds.find((each) => each.name === name);
      if (kind === undefined) {
        throw new OrgscopeError('usage', `There is no kind ${name}.`, 'See `orgscope collectors` for those there are.');
      }
      const { importPipeline } = await import('../pipelines/import-dump.ts');
      return [
        importPipeline({
          kind,
          files,
          inactiveAfterDays: options.settings.inactiveAfterDays,
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

/** What pipelines ask for, each when it needs it. */
interface Opening {
  reach(): Promise<Reach>;
  hostSources(): Promise<readonly HostSource[]>;
  eventOptions(): Promise<Pick<TrailsOptions, 'preserveOriginal' | 'clock' | 'place'>>;
}

/** A pipeline is loaded when it is run, and AWS's clients by those that ask it: they cost start-up time and memory. */
async function makePipeline(
  name: PipelineName,
  { reach, hostSources, eventOptions }: Opening,
  { source, backfill, queues }: Pick<RunRequest, 'source' | 'backfill'> & { readonly queues: boolean },
  { settings }: ComposeOptions,
): Promise<Pipeline> {
  const { history, inactiveAfterDays } = settings;
  switch (name) {
    case 'inventory': {
      if (source !== undefined)
        throw new OrgscopeError('usage', 'inventory takes no --source.', 'Use `orgscope import` for dumps.');
      const { inventoryPipeline } = await import('../pipelines/inventory-pipeline.ts');
      return inventoryPipeline({ reach: await reach(), history, inactiveAfterDays, hostSources: await hostSources() });
    }
    case 'trails': {
      const { trailsPipeline } = await import('../pipelines/trails-pipeline.ts');
      return trailsPipeline({
        sources: () => trailSources(reach, source, queues),
        ...(backfill === undefined ? {} : { backfill: { range: backfill, trees: () => trees(reach, source) } }),
        reach,
        // What is named by --source is read without asking AWS for accounts.
        ...(source === undefined && { accountNames: accountNames(reach) }),
        ...(await eventOptions()),
      });
    }
    case 'billing': {
      const { billingPipeline } = await import('../pipelines/billing-pipeline.ts');
      return billingPipeline({
        sources: () => sources(reach, 'billing.txt', source),
        reach,
        ...(source === undefined && { accountNames: accountNames(reach) }),
      });
    }
    case 's3': {
      const { s3Pipeline } = await import('../pipelines/s3-pipeline.ts');
      return s3Pipeline({ reach: await reach(), history, ...(source === undefined ? {} : { source: parseS3(source) }) });
    }
  }
}

/** All sources of monitored hosts; a list that names none is not in use, which the sources themselves know. */
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

interface Sources {
  readonly sources: readonly ObjectSource[];
  readonly problems: readonly Problem[];
}

/** Where files come from: the place that was named, else the lines of a list. */
async function sources(open: () => Promise<Reach>, list: BucketListFile, source: string | undefined): Promise<Sources> {
  if (source !== undefined && !source.startsWith('s3://')) return { sources: [notEmpty(localFolder(source))], problems: [] };
  const [reach, { s3Prefix }] = await Promise.all([open(), import('../collectors/objects/s3-prefix.ts')]);
  if (source === undefined) {
    const { targets, problems } = await reach.bucketTargets(list);
    return { sources: targets.map(({ identity, bucket, prefix }) => s3Prefix({ reach, identity, bucket, prefix })), problems };
  }
  const identity = await reach.objectReader();
  return { sources: [notEmpty(s3Prefix({ reach, identity, ...parseS3(source) }))], problems: [] };
}

/** As `sources`, and the queues of the list. */
async function trailSources(open: () => Promise<Reach>, source: string | undefined, queues: boolean): Promise<TrailSources> {
  const found = await sources(open, 'trails.txt', source);
  if (source !== undefined || !queues) return found;
  const [reach, { sqsNotifications }] = await Promise.all([open(), import('../collectors/objects/sqs-notifications.ts')]);
  const targets = (await reach.bucketTargets('trails.txt')).queues;
  return { ...found, queues: targets.map((target) => sqsNotifications({ reach, target })) };
}

/** Where the folders of trails lie: the place that was named, else the buckets of the list. */
async function trees(
  open: () => Promise<Reach>,
  source: string | undefined,
): Promise<{ readonly trees: readonly ObjectTree[]; readonly problems: readonly Problem[] }> {
  if (source !== undefined && !source.startsWith('s3://')) return { trees: [localTree(source)], problems: [] };
  const [reach, { s3Tree }] = await Promise.all([open(), import('../collectors/objects/s3-tree.ts')]);
  if (source !== undefined) {
    return { trees: [s3Tree({ reach, identity: await reach.objectReader(), ...parseS3(source) })], problems: [] };
  }
  const { targets, problems } = await reach.bucketTargets('trails.txt');
  return { trees: targets.map(({ identity, bucket, prefix }) => s3Tree({ reach, identity, bucket, prefix })), problems };
}

/** A place that was named and holds nothing is most likely misspelt; a line of a list may wait for its first delivery. */
function notEmpty(source: ObjectSource): ObjectSource {
  return {
    name: source.name,
    async *list(signal, trouble) {
      let found = false;
      for await (const object of source.list(signal, trouble)) {
        found = true;
        yield object;
      }
      if (!found) throw new OrgscopeError('empty', `There is no file in ${source.name}.`, 'Check the folder or the prefix.');
    },
  };
}

function parseS3(source: string): { readonly bucket: string; readonly prefix: string } {
  const match = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(source);
  if (match === null) throw new OrgscopeError('usage', `${source} names no bucket.`, 'Write s3://bucket or s3://bucket/prefix.');
  return { bucket: match[1] as string, prefix: match[2] ?? '' };
}

/** One's own accounts, by the lists and options. */
export async function ownReach({
  settings,
  environment,
  signal,
  meter,
}: Pick<ComposeOptions, 'settings' | 'environment' | 'signal' | 'meter'>): Promise<Reach> {
  const { openReach } = await import('../aws/open-reach.ts');
  const { organization, roleName, externalId, profile, regions } = settings;
  const reach = openReach({
    lists: settings.lists,
    env: environment.variables,
    answerSeconds: secondsOf(environment.awsTimeout),
    signal,
    organization,
    ...(roleName === undefined ? {} : { roleName }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(profile === undefined ? {} : { profile }),
    mfaPrompt: askForMfaCode,
    ...(meter === undefined ? {} : { meter }),
  });
  if (regions === undefined) return reach;
  // A line's own regions win over the command line's.
  return {
    ...reach,
    async accounts(file) {
      const { accounts, problems } = await reach.accounts(file);
      return { accounts: accounts.map((account) => ({ ...account, regions: account.regions ?? regions })), problems };
    },
  };
}

function secondsOf(timeout: string | undefined): number | undefined {
  if (timeout === undefined) return undefined;
  const seconds = Number(timeout);
  if (seconds > 0 && seconds <= 3600) return seconds;
  throw new OrgscopeError(
    'usage',
    `ORGSCOPE_AWS_TIMEOUT is "${timeout}".`,
    'Give it in seconds, such as 30; an hour is the most.',
  );
}

async function askForMfaCode(serial: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new OrgscopeError(
      'credentials',
      `A code of the MFA device ${serial} is needed, and there is no terminal to ask for it.`,
      'Start orgscope in a terminal, or use credentials that need no MFA.',
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`\nCode of the MFA device ${serial}: `)).trim();
  } finally {
    terminal.close();
  }
}

/** What reads AWS, and the monitoring that its machines are compared with. */
interface Opened {
  readonly reach: Reach;
  readonly hostSources: readonly HostSource[];
}

async function openOwn(options: ComposeOptions): Promise<Opened> {
  const [reach, hostSources] = await Promise.all([ownReach(options), monitoringOf(options.settings, options.environment)]);
  return { reach, hostSources };
}

/** The sample: its own lists and monitoring, and its answers in place of the network. */
export async function openTheSample({ world, clock }: ComposeOptions): Promise<Opened> {
  const [{ openReach }, { openSample }] = await Promise.all([import('../aws/open-reach.ts'), import('../sample/open-sample.ts')]);
  const sample = openSample({ now: clock.now() });
  const lists = join(world.folder, 'lists');
  mkdirSync(lists, { recursive: true });
  for (const [name, text] of Object.entries(sample.lists)) writeFileSync(join(lists, name), text);
  const reach = await openReach({
    lists,
    env: { AWS_REGION: sample.homeRegion },
    organization: true,
    roleName: sample.roleName,
    requestHandler: sample.requestHandler,
    credentials: sample.credentials,
    clock,
  });
  return { reach, hostSources: [sample.monitoring] };
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
    async bucketTargets(file) {
      const { problems, ...named } = await reach.bucketTargets(file);
      return { ...named, problems: noticed(problems) };
    },
  };
}

/** Accounts are found once per run, by whichever pipeline is first; the next run finds them anew. */
function askOnce(reach: Reach): Reach {
  const asked = new Map<AccountListFile, ReturnType<Reach['accounts']>>();
  return {
    ...reach,
    accounts(file = 'account.txt') {
      const accounts = asked.get(file) ?? reach.accounts(file);
      asked.set(file, accounts);
      return accounts;
    },
  };
}
