/** Bounds the bytes of documents that are emitted and not stored yet. */
export interface MemoryBudget {
  /** Whether so many bytes fit. When nothing is in memory anything does: a single emission may be larger than the whole budget. */
  hasRoom(bytes: number): boolean;
  take(bytes: number): void;
  release(bytes: number): void;
  /** Resolves after the next release. */
  released(): Promise<void>;
}

export function memoryBudget(limitBytes: number): MemoryBudget {
  let usedBytes = 0;
  let waiting: (() => void)[] = [];
  return {
    hasRoom: (bytes) => usedBytes === 0 || usedBytes + bytes <= limitBytes,
    take(bytes) {
      usedBytes += bytes;
    },
    release(bytes) {
      usedBytes -= bytes;
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
    released: () => new Promise((wake) => waiting.push(wake)),
  };
}
