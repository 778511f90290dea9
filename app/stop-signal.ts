/** Aborts at the first Ctrl-C (or SIGTERM), so that what was read is stored; the second one ends the process at once. */
export interface Stop {
  readonly signal: AbortSignal;
  /** From this call on, signals stop cleanly. A command that does not call it ends at the first signal, as programs usually do. */
  listen(onFirst: () => void): void;
}

/**
 * A terminal sends Ctrl-C to every process of the group, and npm and the bootstrap forward it as well: a second signal within this time
 * is the same key press.
 */
const SAME_PRESS_MS = 400;

export function stopSignal(): Stop {
  const controller = new AbortController();
  let firstAt: number | undefined;
  let listening = false;
  return {
    signal: controller.signal,
    listen(onFirst) {
      if (listening) return;
      listening = true;
      const stop = (name: NodeJS.Signals): void => {
        const now = performance.now();
        if (firstAt === undefined) {
          firstAt = now;
          onFirst();
          controller.abort();
        } else if (now - firstAt > SAME_PRESS_MS) {
          process.exit(name === 'SIGINT' ? 130 : 143);
        }
      };
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
    },
  };
}
