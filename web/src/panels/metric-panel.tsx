import type { Metric } from '../../../core/query.ts';
import { compilePanel, VALUE } from '../../../dashboards/compile-panel.ts';
import type { PanelOf } from '../../../dashboards/dashboard.ts';
import { followsTime } from '../../../dashboards/view-facts.ts';
import { useAggregate, useAggregateOf } from '../ask.ts';
import { rowsDuring, rowsOf } from '../drill.ts';
import { format } from '../format.ts';
import { choiceFor } from '../narrow.ts';
import { change, monthBefore, periodBefore, reachesBack } from '../period-before.ts';
import { comparing } from '../state.ts';
import { readingNow } from './empty.tsx';
import { PanelFrame } from './panel-frame.tsx';

const FIRST = 'first';

/** One number, its change since the period before, and a link to its rows. */
export function MetricPanel({ panel }: { panel: PanelOf<'metric'> }) {
  const choice = choiceFor(panel.view);
  const query = compilePanel(panel, choice);
  const asked = useAggregate(query);
  const value = asked.result?.rows[0]?.[VALUE] ?? 0;
  // Before the first documents are stored, a zero would be wrong.
  const unsure = Number(value) === 0 && readingNow(panel.view) !== undefined;
  const month = panel.time === 'month-to-date';
  const earlier = month ? monthBefore(choice.time) : periodBefore(choice.time);
  // The period before is asked for second, so that the current number appears first.
  const compared = comparing.value && followsTime(panel.view) && asked.result !== undefined;
  const metrics: Metric[] = [...query.metrics, { name: FIRST, op: 'min', field: '@timestamp' }];
  const row = useAggregateOf(compared ? { ...query, metrics, time: earlier } : undefined)?.rows[0];
  const before = row?.[VALUE] ?? 0;
  const difference = reachesBack(earlier, row?.[FIRST]) ? change(Number(value), Number(before)) : undefined;
  const href = month && query.time !== undefined ? rowsDuring(panel, query.time) : rowsOf(panel);
  return (
    <PanelFrame title={panel.title} note={panel.note} width={panel.width} kind="metric" asked={asked}>
      {asked.result === undefined ? null : (
        <p class="metric-line">
          <a
            class={unsure ? 'metric-value muted' : 'metric-value'}
            data-value={String(value)}
            title={unsure ? 'Still reading' : `${value}: show the rows`}
            href={href}
          >
            {unsure ? '…' : format(value, panel.format)}
          </a>
          {difference === undefined || unsure ? null : (
            <span
              class="change"
              title={`${format(before, panel.format)} ${month ? 'by this day of the month before' : 'in the period before'}`}
            >
              {difference}
            </span>
          )}
        </p>
      )}
    </PanelFrame>
  );
}
