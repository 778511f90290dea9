import type { Store } from '../core/store.ts';

/** A store whose ledger says that nothing was read yet, so that every source is read again; what is written to it is kept. */
export function forgetfulStore(store: Store): Store {
  return {
    ...store,
    ledger: { ...store.ledger, known: async () => new Set(), delivery: async () => undefined },
  };
}
