import type { Store } from '../core/store.ts';

/** A store whose ledger knows no sources, checkpoints and deliveries, so that everything is read again. It keeps what is written to it. */
export function forgetfulStore(store: Store): Store {
  return {
    ...store,
    ledger: {
      ...store.ledger,
      known: async () => new Set(),
      checkpoint: async () => undefined,
      delivery: async () => undefined,
    },
  };
}
