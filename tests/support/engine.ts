import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { composeViews } from '../../mappings/compose.ts';
import { views } from '../../mappings/registry.ts';
import { connect } from '../../stores/elasticsearch/connect.ts';
import { need, type Service } from './needs.ts';

type EngineService = Extract<Service, 'OPENSEARCH_URL' | 'ELASTICSEARCH_URL'>;

/**
 * The address of an engine that this test file has to itself until it ends, empty at the start: test files take turns. The turn of a killed
 * file ends with its process. Call it at the top of the file, where `missing` found the service.
 */
export function useEngine(service: EngineService): { readonly url: string; wipe(): Promise<void> } {
  const url = need(service);
  const lock = join(tmpdir(), `orgscope-engine-${createHash('sha256').update(url).digest('hex').slice(0, 16)}.lock`);
  before(
    async () => {
      while (!take(lock)) await sleep(100);
      await wipeEngine(url, 'all');
    },
    { timeout: 15 * 60_000 },
  );
  after(() => rmSync(lock, { force: true }));
  return { url, wipe: () => wipeEngine(url, 'documents') };
}

/** The indices of all views, and those that orgscope makes for itself: concrete indices of deliveries are among these. */
const ownIndices = `/${[...composeViews(views, []).flatMap(({ pattern, delivery }) => (delivery === undefined ? [pattern] : [])), 'orgscope-*'].join(',')}`;

const LENIENT = { ignore_unavailable: true, allow_no_indices: true };

/** Removes the indices of orgscope and no others. Templates may stay, since creating them takes seconds. */
export async function wipeEngine(url: string, what: 'all' | 'documents'): Promise<void> {
  const engine = await connect({ nodes: [url] });
  const indices = await engine.request<Record<string, unknown>>({
    method: 'GET',
    path: `${ownIndices}/_alias`,
    query: LENIENT,
    allow: [404],
  });
  const names = Object.keys(indices.body ?? {});
  if (names.length > 0) {
    const settings = { 'index.blocks.read_only': false, 'index.blocks.read_only_allow_delete': null, 'index.blocks.write': null };
    await engine.request({ method: 'PUT', path: `${ownIndices}/_settings`, query: LENIENT, body: settings });
    await engine.request({
      method: 'POST',
      path: '/_aliases',
      body: { actions: names.map((index) => ({ remove_index: { index } })) },
    });
  }
  if (what === 'all') await engine.request({ method: 'DELETE', path: '/_index_template/orgscope-*', allow: [404] });
  await engine.close();
}

function take(lock: string): boolean {
  try {
    const file = openSync(lock, 'wx');
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = holderOf(lock);
  if (holder === undefined || lives(holder)) return false;
  // Several files may find the lock of a dead process at once; one of them renames it. If a living process took it meanwhile, it is put back.
  const taken = `${lock}.${process.pid}`;
  try {
    renameSync(lock, taken);
    if (holderOf(taken) === holder) rmSync(taken);
    else renameSync(taken, lock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return false;
}

/** Undefined where the lock is gone, or its process id is not written yet. */
function holderOf(lock: string): number | undefined {
  try {
    return Number(readFileSync(lock, 'utf8')) || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
