import type { LocalOrgscope } from '../core/orgscope.ts';
import { compileDashboard } from '../dashboards/compile-panel.ts';
import { dashboards } from '../dashboards/registry.ts';
import { DEFAULT_RANGE, timeOf } from '../dashboards/time-ranges.ts';

/**
 * Asks what the page asks when its dashboards are opened, one question after another and the first dashboard first, so that the embedded store
 * has the answers cached when somebody opens the page.
 */
export async function prefetchAnswers(orgscope: Pick<LocalOrgscope, 'answer'>, now: number, signal: AbortSignal): Promise<void> {
  const choice = { filter: { type: 'all' as const }, time: timeOf(DEFAULT_RANGE, now) };
  for (const query of dashboards.flatMap((dashboard) => compileDashboard(dashboard, choice))) {
    if (signal.aborted) return;
    // A question that fails here fails on the page too, where it is shown.
    await orgscope.answer(query).catch(() => undefined);
  }
}
