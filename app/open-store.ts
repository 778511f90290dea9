import { join } from 'node:path';
import type { IndexMapping } from '../core/field.ts';
import { OrgscopeError, type Problem } from '../core/problem.ts';
import type { SqlStore, Store } from '../core/store.ts';
import { wordList } from '../core/word-list.ts';
import { type DeadLetterFile, deadLetterFile } from '../runner/dead-letter-file.ts';
import { type Holdings, withHoldings } from '../runner/holdings.ts';
import { shownStore, type World, world as worldOf } from './choose-world.ts';
import { readRetention } from './read-retention.ts';
import type { Settings } from './settings.ts';
import type { EngineLocation } from './store-location.ts';
import { storeMappings } from './store-mappings.ts';

/** An open store, with the parts that differ between the embedded one and an engine. */
export interface OpenedStore {
  readonly store: Store;
  /** An engine's ledger says whether it holds the sample or the user's data. */
  readonly world: World;
  /** Where the dead letters of a run are kept: a file beside the embedded store, or an index of the engine. */
  readonly deadLetters: (run: string) => DeadLetterFile;
  readonly sql: SqlStore['sql'];
  /** Undefined for the embedded store, which no other process can change. */
  readonly shared: Pick<Holdings, 'settle' | 'gaps'> | undefined;
}

/** What the store is opened for. `ask` creates no store and changes nothing; pruning alone removes documents. */
export type Purpose = 'ask' | 'write';

export interface OpenOptions {
  readonly settings: Settings;
  readonly purpose: Purpose;
  /** Aborts waiting for an engine that can't be reached. */
  readonly signal: AbortSignal;
  /** Called with the reason when a write waits, and with undefined when it continues. */
  readonly onWaiting?: (problem: Problem | undefined) => void;
}

export async function openStore(world: World, options: OpenOptions): Promise<OpenedStore> {
  return world.store.type === 'duckdb'
    ? openEmbedded(world, world.store.path, options.settings)
    : openEngine(world, world.store, options);
}

async function openEmbedded(world: World, path: string, { sql }: Pick<Settings, 'sql'>): Promise<OpenedStore> {
  const { openDuckdb } = await import('../stores/duckdb/open-duckdb.ts');
  const store = await openDuckdb({ path, mappings: storeMappings(), sql });
  return {
    store,
    world,
    deadLetters: (run) => deadLetterFile(join(world.folder, 'dead-letters', `${run}.ndjson`)),
    sql: store.sql,
    shared: undefined,
  };
}

/** The connection options of an engine. */
export const engineOptions = ({ nodes, basic, apiKey, cloudId, caFile, sigv4 }: EngineLocation) => ({
  nodes,
  user: basic?.user,
  password: basic?.password,
  apiKey,
  cloudId,
  caFile,
  sigv4,
});

async function openEngine(
  world: World,
  place: EngineLocation,
  { settings, purpose, signal, onWaiting }: OpenOptions,
): Promise<OpenedStore> {
  const { openElasticsearch } = await import('../stores/elasticsearch/open-elasticsearch.ts');
  const mappings = storeMappings();
  const { days } = readRetention(join(settings.lists, 'retention.txt'), mappings);
  const opened = await openElasticsearch({
    ...engineOptions(place),
    mappings,
    setup: { retentionDays: days },
    readOnly: purpose === 'ask',
    signal,
    onWaiting,
  });
  try {
    const holdings = withHoldings(opened, mappings, Date.now);
    return {
      store: holdings.store,
      world: await claim(holdings.store, world, settings, purpose),
      deadLetters: (run) => opened.deadLetters(run),
      sql: async () => {
        throw new OrgscopeError(
          'usage',
          `Only the embedded store speaks SQL, and this is ${shownStore(world)}.`,
          'Ask with `orgscope search`, or copy it: `orgscope copy --from URL --to duckdb`.',
        );
      },
      shared: holdings,
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Name of the ledger's note that says whose data an engine holds. */
const OWNER = 'owner';

/** An engine holds the user's data or the sample's. The first process that writes notes which; this checks or makes that note. */
async function claim(store: Pick<Store, 'ledger'>, world: World, settings: Settings, purpose: Purpose): Promise<World> {
  for (;;) {
    const owner = await store.ledger.note(OWNER);
    if (owner !== undefined) {
      const sample = owner === 'sample';
      if (sample === world.sample) return world;
      // A command that only asks shows what the engine holds; its output says that it is the sample.
      if (!world.explicit || (purpose === 'ask' && sample)) return worldOf(settings, sample);
      throw world.sample
        ? new OrgscopeError(
            'conflict',
            `${shownStore(world)} holds data of your own, and the sample never mixes with them.`,
            'Name what is to be read in lists/, or say --organization or --source; the sample may have the embedded store: --store duckdb.',
          )
        : new OrgscopeError(
            'conflict',
            `${shownStore(world)} holds the sample organisation, which never mixes with your own.`,
            `Give your own another engine, or delete the indices ${wordList(['orgscope-*', ...patternsOf(storeMappings())], 'and')} of this one.`,
          );
    }
    if (purpose === 'ask') {
      throw new OrgscopeError(
        'missing',
        `There are no data yet in ${shownStore(world)}.`,
        'Run `orgscope up`, or `orgscope run trails --source FOLDER`, or copy them: `orgscope copy`.',
      );
    }
    if (await store.ledger.swapNote(OWNER, undefined, world.sample ? 'sample' : 'own')) return world;
  }
}

/** The patterns that match every index of ours: one that another pattern covers is left out. */
function patternsOf(mappings: readonly IndexMapping[]): readonly string[] {
  const covered = new Set(mappings.flatMap(({ excludes }) => excludes));
  return mappings.map(({ pattern }) => pattern).filter((pattern) => !covered.has(pattern));
}
