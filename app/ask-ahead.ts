import type { LocalOrgscope } from '../core/orgscope.ts';
import { compileDashboard } from '../dashboards/compile-panel.ts';
import { dashboards } from '../dashboards/registry.ts';
import { DEFAULT_RANGE, timeOf } from '../dashboards/time-ranges.ts';

/**
 * Asks what the page asks when its dashboards are opened, one question after another and the first dashboard first, so that the embedded store
 * has the answers at hand for whoever looks next.
 */
export async function askAhead(orgscope: Pick<LocalOrgscope, 'answer'>, now: number, signal: AbortSignal): Promise<void> {
  const choice = { filter: { type: 'all' as const }, time: timeOf(DEFAULT_RANGE, now) };
  for (const query of dashboards.flatMap((dashboard) => compileDashboard(dashboard, choice))) {
    if (signal.aborted) return;
    // The page says itself what can't be answered.
    await orgscope.answer(query).catch(() => undefined);
  }
}
