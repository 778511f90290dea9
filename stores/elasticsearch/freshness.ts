import type { IndexView } from '../../core/query.ts';
import type { Engine } from './engine.ts';
import { LEDGER_INDEX } from './schema.ts';

/** Which views hold documents that this process wrote and that no search finds yet. */
export interface Freshness {
  wrote(what: IndexView | 'ledger'): void;
  /**
   * Refreshes the indices if this process wrote to them, so that it finds its own documents. Documents of other processes are found some seconds later.
   * The engine given decides whether a busy engine is waited for.
   */
  refresh(what: IndexView | 'ledger', engine: Engine): Promise<void>;
  /** Refreshes all views that this process wrote to, so that other processes find the documents. */
  refreshAll(engine: Engine): Promise<void>;
}

export function freshness(targetOf: (view: IndexView) => string): Freshness {
  const stale = new Set<IndexView | 'ledger'>();
  const underWay = new Map<IndexView | 'ledger', Promise<void>>();
  const fresh: Freshness = {
    wrote: (what) => void stale.add(what),
    async refreshAll(engine) {
      for (const what of [...stale]) await fresh.refresh(what, engine);
    },
    async refresh(what, engine) {
      if (stale.delete(what)) {
        const target = what === 'ledger' ? LEDGER_INDEX : targetOf(what);
        const query = { ignore_unavailable: true, allow_no_indices: true };
        const refreshing = engine
          .request({ method: 'POST', path: `/${encodeURIComponent(target)}/_refresh`, query })
          .then(() => undefined)
          .catch((error: unknown) => {
            stale.add(what);
            throw error;
          })
          .finally(() => underWay.delete(what));
        underWay.set(what, refreshing);
      }
      await underWay.get(what);
    },
  };
  return fresh;
}
