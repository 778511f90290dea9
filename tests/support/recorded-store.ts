import type { Store } from '../../core/store.ts';

/** A store that records the order in which it is written to, and lets a test delay or fail each call. */
export interface RecordedStore extends Store {
  /** `write a b`, `write c of d1 acknowledging s3://x#1`, `write reaching eu-west-1@1000`, `retire ec2-instance`, `begin d1`, `publish d1`, in the order of their beginning. */
  readonly calls: readonly string[];
}

/** `before` is awaited before each call reaches the store: it may wait, and what it throws fails the call. */
export function recordedStore(store: Store, before: (call: string) => Promise<void> | void = () => undefined): RecordedStore {
  const calls: string[] = [];
  async function record<Result>(call: string, work: () => Promise<Result>): Promise<Result> {
    calls.push(call);
    await before(call);
    return work();
  }
  return {
    ...store,
    calls,
    write(batch) {
      const { documents, sources, checkpoints = [], delivery } = batch;
      const words = ['write', ...documents.map(({ id }) => id)];
      if (delivery !== undefined) words.push('of', delivery.delivery);
      if (sources.length > 0) words.push('acknowledging', ...sources.map(({ key }) => key));
      if (checkpoints.length > 0) words.push('reaching', ...checkpoints.map(({ key, reached }) => `${key}@${reached}`));
      return record(words.join(' '), () => store.write(batch));
    },
    retire: (sweeps) => record(['retire', ...sweeps.map(({ kind }) => kind)].join(' '), () => store.retire(sweeps)),
    beginDelivery: (delivery) => record(`begin ${delivery.delivery}`, () => store.beginDelivery(delivery)),
    publishDelivery: (delivery) => record(`publish ${delivery.delivery}`, () => store.publishDelivery(delivery)),
  };
}
