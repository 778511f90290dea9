import { dailyIndex, monthlyIndex } from '../../core/document.ts';
import { type IndexMapping, indexPrefixOf } from '../../core/field.ts';
import { OrgscopeError } from '../../core/problem.ts';
import type { Pruned, RunReport } from '../../core/store.ts';
import type { BulkSender } from './bulk.ts';
import type { Engine } from './engine.ts';
import { LEDGER_INDEX, targetOf } from './schema.ts';
import { searchAll, searchOnce } from './search-all.ts';

interface MappedCutoff {
  readonly mapping: IndexMapping;
  readonly before: string;
}

/** Indices that are asked about at once: their names stand in the request's address, of which an engine takes 4 KiB. */
const ASKED_AT_ONCE = 50;

/**
 * Removes whole indices: those of the days, or of the months, before the cutoff. One call removes all of
 * them or none. Then the reports of all but the newest runs are removed.
 */
export async function prune(
  engine: Engine,
  sendBulk: BulkSender,
  cutoffs: readonly MappedCutoff[],
  { keptRuns, dryRun }: { readonly keptRuns: number; readonly dryRun: boolean },
): Promise<Pruned> {
  for (const cutoff of cutoffs) check(cutoff);
  const removed: Pruned['removed'][number][] = [];
  const indices: string[] = [];
  for (const { mapping, before } of cutoffs) {
    const old = await oldIndices(engine, mapping, before);
    indices.push(...old);
    let documents = 0;
    let oldest: number | null = null;
    for (let start = 0; start < old.length; start += ASKED_AT_ONCE) {
      const some = old.slice(start, start + ASKED_AT_ONCE).join(',');
      const aggs = { oldest: { min: { field: mapping.timeField } } };
      const { hits, aggregations } = await searchOnce(engine, some, { size: 0, track_total_hits: true, aggs });
      documents += hits.total?.value ?? 0;
      const first = (aggregations?.oldest as { value: number | null } | undefined)?.value ?? null;
      if (first !== null && (oldest === null || first < oldest)) oldest = first;
    }
    removed.push({ documents, oldest: oldest === null ? null : new Date(oldest).toISOString() });
  }
  if (!dryRun && indices.length > 0) {
    const actions = indices.map((index) => ({ remove_index: { index } }));
    // 404: an earlier request succeeded whose answer was lost, or another process prunes too.
    await engine.request({ method: 'POST', path: '/_aliases', body: { actions }, allow: [404] });
  }
  return { removed, runs: await pruneRuns(engine, sendBulk, keptRuns, dryRun) };
}

function check({ mapping: { view, timeField }, before }: MappedCutoff): void {
  if (timeField === null) {
    throw new OrgscopeError('usage', `${view} has no time: it is current state and is not pruned.`, 'Leave it out.');
  }
  if (!/^\d{4}-\d{2}-\d{2}$/.test(before) || Number.isNaN(Date.parse(before))) {
    throw new OrgscopeError('usage', `"${before}" is no day to prune ${view} by.`, 'Write it as 2026-11-21.');
  }
}

async function oldIndices(engine: Engine, mapping: IndexMapping, before: string): Promise<string[]> {
  const { partition, delivery } = mapping;
  const prefix = indexPrefixOf(mapping);
  const { body } = await engine.request<Record<string, { aliases?: Record<string, object> }>>({
    method: 'GET',
    path: `/${encodeURIComponent(delivery === undefined ? targetOf(mapping) : `${delivery.indexPrefix}*`)}/_alias`,
    query: { ignore_unavailable: true, allow_no_indices: true },
    allow: [404],
  });
  const first = partition === 'month' ? monthlyIndex('-', before) : dailyIndex('-', before);
  const shape = partition === 'month' ? /-\d{4}\.\d{2}$/ : /-\d{4}\.\d{2}\.\d{2}$/;
  const isOld = (name: string) => name.startsWith(prefix) && shape.test(name) && name.slice(-first.length) < first;
  return Object.entries(body ?? {}).flatMap(([index, { aliases = {} }]) =>
    // A delivery under way has no month yet.
    (delivery === undefined ? [index] : Object.keys(aliases)).some(isOld) ? [index] : [],
  );
}

/** Removes the reports of all but the newest runs of each set of pipelines, each with its jobs; yields of how many runs. */
async function pruneRuns(engine: Engine, sendBulk: BulkSender, keptRuns: number, dryRun: boolean): Promise<number> {
  const query = { ignore_unavailable: true, allow_no_indices: true };
  await engine.request({ method: 'POST', path: `/${LEDGER_INDEX}/_refresh`, query });
  const old: { id: string; run: string }[] = [];
  const kept = new Map<string, number>();
  const newestFirst = {
    query: { term: { type: 'run' } },
    sort: [{ started: 'desc' }, { run: 'desc' }],
    _source: ['run', 'report'],
  };
  for await (const hits of searchAll<{ run: string; report: string }>(engine, LEDGER_INDEX, newestFirst)) {
    for (const { _id, _source } of hits) {
      const pipelines = String((JSON.parse(_source.report) as Pick<RunReport, 'pipelines'>).pipelines);
      const before = kept.get(pipelines) ?? 0;
      if (before === keptRuns) old.push({ id: _id, run: _source.run });
      else kept.set(pipelines, before + 1);
    }
  }
  if (dryRun) return old.length;
  const remove = (ids: readonly string[]) => sendBulk(ids.map((id) => ({ operation: 'delete', index: LEDGER_INDEX, id })));
  for (const { id, run } of old) {
    const jobs = {
      query: { bool: { filter: [{ term: { type: 'job' } }, { term: { run } }] } },
      sort: [{ job: 'asc' }],
      _source: false,
    };
    for await (const hits of searchAll(engine, LEDGER_INDEX, jobs)) await remove(hits.map(({ _id }) => _id));
    await remove([id]);
  }
  if (old.length > 0) await engine.request({ method: 'POST', path: `/${LEDGER_INDEX}/_refresh`, query });
  return old.length;
}
