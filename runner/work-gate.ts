/** Lets a backfill wait while other work is under way in this process, since both share one CPU and one store. */
export interface WorkGate {
  /** Until the returned function is called, `idle` waits. */
  enter(): () => void;
  /** Resolves once no work is under way, or when the signal aborts. */
  idle(signal: AbortSignal): Promise<void>;
}

export function workGate(): WorkGate {
  let inside = 0;
  let waiting: (() => void)[] = [];
  return {
    enter() {
      inside++;
      let left = false;
      return () => {
        if (left) return;
        left = true;
        inside--;
        if (inside > 0) return;
        const woken = waiting;
        waiting = [];
        for (const wake of woken) wake();
      };
    },
    async idle(signal) {
      while (inside > 0 && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            signal.removeEventListener('abort', wake);
            resolve();
          };
          signal.addEventListener('abort', wake, { once: true });
          waiting.push(wake);
        });
      }
    },
  };
}
