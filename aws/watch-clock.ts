import type { Clock } from '../core/clock.ts';
import type { WireHandler } from './reach.ts';

/** Wraps a handler and measures, from the Date header of AWS's answers, how far this machine's clock is off. */
export function watchClock(wire: WireHandler, clock: Clock): { readonly wire: WireHandler; skewMs(): number | undefined } {
  let best: { readonly skewMs: number; readonly tookMs: number } | undefined;

  const handle: WireHandler['handle'] = async (request, options) => {
    const sent = clock.now().getTime();
    const answer = await wire.handle(request, options);
    const date = Date.parse(answer.response.headers.date ?? '');
    const tookMs = clock.now().getTime() - sent;
    // AWS wrote the date at some time during the wait, in whole seconds: the shortest wait gives the best estimate.
    if (!Number.isNaN(date) && (best === undefined || tookMs <= best.tookMs)) {
      best = { skewMs: sent + tookMs / 2 - (date + 500), tookMs };
    }
    return answer;
  };

  return {
    wire: new Proxy(wire, {
      get(target, property) {
        if (property === 'handle') return handle;
        const value: unknown = Reflect.get(target, property);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    }),
    skewMs: () => best?.skewMs,
  };
}
