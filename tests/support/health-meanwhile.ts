import { setTimeout as sleep } from 'node:timers/promises';

/** Yields the longest time that /healthz took to answer while some work ran. */
export async function healthMeanwhile(address: string, work: () => Promise<void>): Promise<number> {
  let done = false;
  let slowestMs = 0;
  const asking = (async () => {
    do {
      const started = performance.now();
      const response = await fetch(`${address}/healthz`);
      if (!response.ok) throw new Error(`/healthz answered ${response.status}`);
      slowestMs = Math.max(slowestMs, performance.now() - started);
      await sleep(20);
    } while (!done);
  })();
  try {
    await work();
  } finally {
    done = true;
  }
  await asking;
  return slowestMs;
}
