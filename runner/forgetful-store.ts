import type { Store } from '../core/store.ts';

/** A store whose ledger knows nothing of what was read, so that all of it is read again; what it is told, it keeps. */
export function forgetfulStore(store: Store): Store {
  return {
    ...store,
    ledger: { ...store.ledger, known: async () => new Set(), delivery: async () => undefined },
  };
}
