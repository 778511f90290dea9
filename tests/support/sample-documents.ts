import { setTimeout as sleep } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import type { IndexView } from '../../core/query.ts';
import type { Engine } from '../../stores/elasticsearch/engine.ts';
import { EngineError } from '../../stores/elasticsearch/engine-error.ts';
import { makeLists, runCli } from './run-cli.ts';

/** Reads the whole sample organisation into a folder with the command line, and yields the path of the store file. */
export async function readSample(folder: string): Promise<string> {
  const lists = makeLists();
  for (const pipeline of ['inventory', 's3', 'billing', 'trails']) {
    const { code, stderr } = await runCli(['run', pipeline, '--sample', '--data', folder, '--lists', lists]);
    // The inventory run fails, since the sample denies one region.
    if (code !== (pipeline === 'inventory' ? 1 : 0)) throw new Error(`run ${pipeline} ended with ${code}:\n${stderr}`);
  }
  return `${folder}/sample/orgscope.duckdb`;
}

const BODY = 1_000;
/** The engine of the tests has a small heap, and may have no room for a body until it has collected its garbage. */
const ATTEMPTS = 30;
const PAUSE_MS = 1_000;

/** Copies documents of a store file unchanged to an engine, each into its own index. */
export async function copyDocuments(
  file: string,
  engine: Engine,
  chosen: readonly { view: IndexView; where: string }[],
): Promise<void> {
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const months = new Set<string>();
  for (const { view, where } of chosen) {
    const result = await connection.stream(`SELECT _index, _id, document::VARCHAR FROM ${view.replace('-', '_')} WHERE ${where}`);
    let lines: string[] = [];
    const send = async (attempts = ATTEMPTS): Promise<void> => {
      try {
        await sendOnce();
      } catch (error) {
        if (!(error instanceof EngineError && error.status === 429) || attempts === 1) throw error;
        await sleep(PAUSE_MS);
        await send(attempts - 1);
      }
    };
    const sendOnce = async () => {
      const { body } = await engine.request<{ errors: boolean; items: unknown[] }>({
        method: 'POST',
        path: '/_bulk',
        lines: Buffer.from(`${lines.join('\n')}\n`),
      });
      if (body.errors) throw new Error(`refused: ${JSON.stringify(body.items).slice(0, 1_000)}`);
      lines = [];
    };
    for await (const rows of result.yieldRowsJson()) {
      for (const [index, id, document] of rows) {
        // A month of billing is an alias of an index with another prefix.
        const month = view === 'awsbilling' ? String(index) : undefined;
        if (month !== undefined) months.add(month);
        const _index = month === undefined ? String(index) : concrete(month);
        lines.push(JSON.stringify({ index: { _index, _id: String(id) } }), String(document));
        if (lines.length >= 2 * BODY) await send();
      }
    }
    if (lines.length > 0) await send();
  }
  const actions = [...months].map((alias) => ({ add: { index: concrete(alias), alias } }));
  if (actions.length > 0) await engine.request({ method: 'POST', path: '/_aliases', body: { actions } });
  await engine.request({ method: 'POST', path: '/_refresh' });
  connection.closeSync();
  instance.closeSync();
}

const concrete = (month: string): string => `orgscope-billing-sample-${month.slice('awsbilling-'.length)}`;
