import type { IndexMapping } from '../../core/field.ts';
import { type ConnectOptions, connect, type Engine } from './connect.ts';
import { ensureSetup } from './setup.ts';

export interface ElasticsearchOptions extends ConnectOptions {
  readonly mappings: readonly IndexMapping[];
}

/** The store on an engine. */
export async function openElasticsearch(options: ElasticsearchOptions): Promise<Engine> {
  const engine = await connect(options);
  await ensureSetup(engine, options.mappings);
  return engine;
}
