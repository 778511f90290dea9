import type { IndexView } from '../../core/query.ts';
import type { Engine } from './connect.ts';
import { LEDGER_INDEX } from './schema.ts';

/** What this process wrote and no search sees yet. */
export interface Freshness {
  wrote(what: IndexView | 'ledger'): void;
  /**
   * Makes it seen, so that whoever wrote reads it back. What other processes wrote is seen some seconds later. Asked of this engine: one that is waited for, or
   * not.
   */
  refresh(what: IndexView | 'ledger', engine: Engine): Promise<void>;
  /** All of it: whoever looks next may be another process. */
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
