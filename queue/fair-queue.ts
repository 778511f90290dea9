/** Yields jobs in fair order: lanes (accounts) take turns, and a full queue holds the planner back. */
export interface FairQueue<Item> {
  /** Resolves once there is room. */
  push(lane: string, item: Item): Promise<void>;
  /** The next item, or undefined once the queue is closed and empty. */
  take(): Promise<Item | undefined>;
  /** No more will come; what is queued is still given out. */
  close(): void;
  /** Forgets what is queued and closes. */
  clear(): void;
}

export function fairQueue<Item>(capacity: number): FairQueue<Item> {
  // A Map keeps insertion order: the first lane is the next to serve, and goes to the end when it was served.
  const lanes = new Map<string, Item[]>();
  const takers: ((item: Item | undefined) => void)[] = [];
  let pushers: (() => void)[] = [];
  let size = 0;
  let closed = false;

  function next(): Item | undefined {
    for (const [lane, items] of lanes) {
      const item = items.shift();
      lanes.delete(lane);
      if (items.length > 0) lanes.set(lane, items);
      size--;
      const waiting = pushers;
      pushers = [];
      for (const wake of waiting) wake();
      return item;
    }
    return undefined;
  }

  return {
    async push(lane, item) {
      while (size >= capacity && !closed) await new Promise<void>((wake) => pushers.push(wake));
      if (closed) return;
      const taker = takers.shift();
      if (taker !== undefined) {
        taker(item);
        return;
      }
      const items = lanes.get(lane);
      if (items === undefined) lanes.set(lane, [item]);
      else items.push(item);
      size++;
    },
    async take() {
      if (size > 0) return next();
      if (closed) return undefined;
      return new Promise((resolve) => takers.push(resolve));
    },
    close() {
      closed = true;
      for (const wake of pushers.splice(0)) wake();
      for (const taker of takers.splice(0)) taker(undefined);
    },
    clear() {
      lanes.clear();
      size = 0;
      this.close();
    },
  };
}
