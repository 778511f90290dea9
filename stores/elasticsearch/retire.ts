import { type Sweep, sweepKey } from '../../core/sweep.ts';
import type { BulkSender } from './bulk.ts';
import type { BulkItem } from './bulk-body.ts';
import type { Engine } from './engine.ts';
import { ID_FIELD } from './schema.ts';
import { searchAll } from './search-all.ts';

/** An engine takes 65,536 terms in one query; each of these is some eighty bytes. */
const SWEEPS_PER_SEARCH = 1_000;

interface Found {
  readonly orgscope?: { readonly sweep?: string };
}

/**
 * Removes from the indices of current state the documents that complete sweeps no longer saw, if they are older than the sweep; yields how many per
 * sweep. A document that a newer sweep writes in the meantime stays, since each deletion names the version that was found.
 */
export async function retire(
  engine: Engine,
  sendBulk: BulkSender,
  current: readonly string[],
  sweeps: readonly Sweep[],
): Promise<number[]> {
  if (sweeps.length === 0) return [];
  const target = current.join(',');
  const query = { ignore_unavailable: true, allow_no_indices: true };
  await engine.request({ method: 'POST', path: `/${encodeURIComponent(target)}/_refresh`, query });
  const times = new Map<string, number>();
  for (const sweep of sweeps) times.set(sweepKey(sweep), Math.max(sweep.time, times.get(sweepKey(sweep)) ?? 0));
  const retired = new Map<string, number>();
  const keys = [...times.keys()];
  for (let start = 0; start < keys.length; start += SWEEPS_PER_SEARCH) {
    const some = keys.slice(start, start + SWEEPS_PER_SEARCH);
    const latest = Math.max(...some.map((key) => times.get(key) as number));
    const old = {
      // The search goes by a document's time, which is that of its sweep. Its version, which is compared below, decides.
      query: {
        bool: {
          filter: [{ terms: { 'orgscope.sweep': some } }, { range: { '@timestamp': { lt: new Date(latest).toISOString() } } }],
        },
      },
      sort: [{ [ID_FIELD]: 'asc' }, { _index: 'asc' }],
      version: true,
      seq_no_primary_term: true,
      _source: ['orgscope.sweep'],
    };
    for await (const hits of searchAll<Found>(engine, target, old)) {
      const gone = hits.filter(({ _source, _version = 0 }) => _version < (times.get(_source.orgscope?.sweep ?? '') ?? 0));
      const outcomes = await sendBulk(
        gone.map(
          ({ _index, _id, _seq_no, _primary_term }): BulkItem => ({
            operation: 'delete',
            index: _index,
            id: _id,
            found: { seqNo: _seq_no, primaryTerm: _primary_term },
          }),
        ),
      );
      for (const [index, { _source }] of gone.entries()) {
        if (outcomes[index]?.type !== 'written') continue;
        const key = _source.orgscope?.sweep as string;
        retired.set(key, (retired.get(key) ?? 0) + 1);
      }
    }
  }
  return sweeps.map((sweep) => retired.get(sweepKey(sweep)) ?? 0);
}
