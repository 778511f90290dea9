import { setTimeout as sleep } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import type { IndexView } from '../../core/query.ts';
import { bulkSender } from '../../stores/elasticsearch/bulk.ts';
import type { BulkItem } from '../../stores/elasticsearch/bulk-body.ts';
import type { Engine } from '../../stores/elasticsearch/engine.ts';
import { makeLists, runCli } from './run-cli.ts';

/** Reads the whole sample organisation into a folder with the command line, and yields the path of the store file. */
export async function readSample(folder: string): Promise<string> {
  const lists = makeLists();
  for (const pipeline of ['inventory', 's3', 'billing', 'trails', 'logs']) {
    const { code, stderr } = await runCli(['run', pipeline, '--sample', '--data', folder, '--lists', lists]);
    // The inventory run fails, since the sample denies one region.
    if (code !== (pipeline === 'inventory' ? 1 : 0)) throw new Error(`run ${pipeline} ended with ${code}:\n${stderr}`);
  }
  return `${folder}/sample/orgscope.duckdb`;
}

/** As many documents are read from the store before they are sent. */
const SENT_AT_ONCE = 4_000;

/** Copies documents of a store file unchanged to an engine, each into its own index. */
export async function copyDocuments(
  file: string,
  engine: Engine,
  chosen: readonly { view: IndexView; where: string }[],
): Promise<void> {
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const months = new Set<string>();
  // The engine of the tests has a small heap: the sender waits while it has no room for a body.
  const sendBulk = bulkSender(engine, {
    random: Math.random,
    now: () => performance.now(),
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
    signal: AbortSignal.timeout(5 * 60_000),
    onWaiting: () => undefined,
  });
  for (const { view, where } of chosen) {
    const result = await connection.stream(`SELECT _index, _id, document::VARCHAR FROM ${view.replace('-', '_')} WHERE ${where}`);
    let items: BulkItem[] = [];
    const send = async () => {
      const rejected = (await sendBulk(items)).filter(({ type }) => type === 'rejected');
      if (rejected.length > 0) throw new Error(`refused: ${JSON.stringify(rejected).slice(0, 1_000)}`);
      items = [];
    };
    for await (const rows of result.yieldRowsJson()) {
      for (const [index, id, document] of rows) {
        // A month of billing is an alias of an index with another prefix.
        const month = view === 'awsbilling' ? String(index) : undefined;
        if (month !== undefined) months.add(month);
        const concreteIndex = month === undefined ? String(index) : concrete(month);
        items.push({ operation: 'put', index: concreteIndex, id: String(id), body: Buffer.from(String(document)) });
        if (items.length >= SENT_AT_ONCE) await send();
      }
    }
    if (items.length > 0) await send();
  }
  const actions = [...months].map((alias) => ({ add: { index: concrete(alias), alias } }));
  if (actions.length > 0) await engine.request({ method: 'POST', path: '/_aliases', body: { actions } });
  await engine.request({ method: 'POST', path: '/_refresh' });
  connection.closeSync();
  instance.closeSync();
}

const concrete = (month: string): string => `orgscope-billing-sample-${month.slice('awsbilling-'.length)}`;
