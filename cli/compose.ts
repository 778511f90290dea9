import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { openReach } from '../aws/open-reach.ts';
import type { AccountListFile, BucketListFile, BucketTarget, Reach } from '../aws/reach.ts';
import { kinds } from '../collectors/inventory/registry.ts';
import { localFolder } from '../collectors/objects/local-folder.ts';
import { s3Prefix } from '../collectors/objects/s3-prefix.ts';
import type { ImportRequest, RunRequest } from '../core/api.ts';
import type { PipelineName } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import type { ObjectSource } from '../core/object.ts';
import type { Pipeline } from '../core/pipeline.ts';
import { OrgscopeError, type Problem } from '../core/problem.ts';
import { billingPipeline } from '../pipelines/billing.ts';
import { importPipeline } from '../pipelines/import-dump.ts';
import { inventoryPipeline } from '../pipelines/inventory.ts';
import { s3Pipeline } from '../pipelines/s3.ts';
import { trailsPipeline } from '../pipelines/trails.ts';
import { openSample, type SampleTarget } from '../sample/open-sample.ts';
import type { World } from './choose-world.ts';
import type { Environment } from './environment.ts';
import type { Settings } from './settings.ts';

export interface ComposeOptions {
  readonly world: World;
  readonly settings: Settings;
  readonly environment: Environment;
  readonly clock: Clock;
}

/** Makes the pipelines of a run: brings together what reads AWS (or the sample in its place) and what the user asked for. */
export interface Composition {
  run(request: RunRequest): readonly Pipeline[];
  import(request: ImportRequest): readonly Pipeline[];
  close(): void;
}

/** One for the life of the process: credentials and connections are kept from run to run. Nothing is opened before it is needed. */
export function compose(options: ComposeOptions): Composition {
  let opened: Reach | undefined;
  const reach = (): Reach => {
    opened ??= options.world.sample ? sampleReach(options) : ownReach(options);
    return opened;
  };

  return {
    run(request) {
      if (request.source !== undefined && options.world.sample) {
        throw new OrgscopeError('usage', 'The sample has sources of its own.', 'Leave out --sample or --source.');
      }
      // Where all is run, a list that is empty is no failure: few use all of them.
      const perRun = request.pipelines.length > 1 ? withNoticedEmptyLists(reach()) : reach();
      return request.pipelines.map((name) => makePipeline(name, perRun, request.source, options.settings));
    },
    import({ kind: name, files, account, region }) {
      const kind = kinds.find((each) => each.name === name);
      if (kind === undefined) {
        throw new OrgscopeError('usage', `There is no kind ${name}.`, 'See `orgscope collectors` for those there are.');
      }
      return [
        importPipeline({
          kind,
          files,
          ...(account === undefined ? {} : { account }),
          ...(region === undefined ? {} : { region }),
        }),
      ];
    },
    close: () => opened?.close(),
  };
}

function makePipeline(name: PipelineName, reach: Reach, source: string | undefined, settings: Settings): Pipeline {
  switch (name) {
    case 'inventory':
      if (source !== undefined)
        throw new OrgscopeError('usage', 'inventory takes no --source.', 'Use `orgscope import` for dumps.');
      return inventoryPipeline({ reach });
    case 'trails':
      return trailsPipeline({ sources: () => sources(reach, 'trails.txt', source, settings) });
    case 'billing':
      return billingPipeline({ sources: () => sources(reach, 'billing.txt', source, settings) });
    case 's3':
      return s3Pipeline({ reach, ...(source === undefined ? {} : { source: parseS3(source) }) });
  }
}

interface Sources {
  readonly sources: readonly ObjectSource[];
  readonly problems: readonly Problem[];
}

/** Where files come from: the place that was named, else the lines of a list. */
async function sources(reach: Reach, list: BucketListFile, source: string | undefined, settings: Settings): Promise<Sources> {
  if (source === undefined) {
    const { targets, problems } = await reach.bucketTargets(list);
    return { sources: targets.map(({ identity, bucket, prefix }) => s3Prefix({ reach, identity, bucket, prefix })), problems };
  }
  if (!source.startsWith('s3://')) return { sources: [localFolder(source)], problems: [] };
  const identity = await reach.identity(settings.profile);
  return { sources: [s3Prefix({ reach, identity, ...parseS3(source) })], problems: [] };
}

function parseS3(source: string): { readonly bucket: string; readonly prefix: string } {
  const match = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(source);
  if (match === null) throw new OrgscopeError('usage', `${source} names no bucket.`, 'Write s3://bucket or s3://bucket/prefix.');
  return { bucket: match[1] as string, prefix: match[2] ?? '' };
}

function ownReach({ settings, environment }: ComposeOptions): Reach {
  const { organization, roleName, externalId, profile, regions } = settings;
  const reach = openReach({
    lists: settings.lists,
    env: environment.variables,
    organization,
    ...(roleName === undefined ? {} : { roleName }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(profile === undefined ? {} : { profile }),
    mfaPrompt: askForMfaCode,
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

/** The sample: its organisation in place of the lists, its requests in place of the network. */
function sampleReach({ world, clock }: ComposeOptions): Reach {
  const sample = openSample({ now: clock.now() });
  const reach = openReach({
    // A folder that is never there: the user's own lists have nothing to say about the sample.
    lists: join(world.folder, 'no-lists'),
    env: { AWS_REGION: sample.homeRegion },
    organization: true,
    roleName: sample.roleName,
    requestHandler: sample.requestHandler,
    credentials: sample.credentials,
    clock,
  });
  const lists: Readonly<Record<BucketListFile, readonly SampleTarget[]>> = {
    'trails.txt': sample.trails,
    'billing.txt': sample.billing,
    'bucket_s3.txt': sample.objects,
  };
  return {
    ...reach,
    accounts: (_file?: AccountListFile) => reach.accounts(),
    async bucketTargets(file) {
      const targets: BucketTarget[] = [];
      for (const { bucket, prefix, account } of lists[file]) {
        targets.push({ bucket, prefix, identity: await reach.identity(account), origin: 'sample' });
      }
      return { targets, problems: [] };
    },
  };
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
      const { targets, problems } = await reach.bucketTargets(file);
      return { targets, problems: noticed(problems) };
    },
  };
}
