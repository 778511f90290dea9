import { compilePanel, VALUE } from '../../../dashboards/compile-panel.ts';
import type { PanelOf } from '../../../dashboards/dashboard.ts';
import { forecastOf, forecastTime } from '../../../dashboards/forecast.ts';
import { useAggregate } from '../ask.ts';
import { rowsDuring } from '../drill.ts';
import { format } from '../format.ts';
import { choiceFor } from '../narrow.ts';
import { PanelFrame } from './panel-frame.tsx';

/** The forecast of the month's cost, drawn as a metric. */
export function ForecastPanel({ panel }: { panel: PanelOf<'forecast'> }) {
  const choice = choiceFor(panel.view);
  const asked = useAggregate(compilePanel(panel, choice));
  const value = asked.result === undefined ? undefined : forecastOf(asked.result.rows, VALUE, choice.time);
  return (
    <PanelFrame title={panel.title} note={panel.note} width={panel.width} kind="metric" asked={asked}>
      {asked.result === undefined ? null : (
        <a
          class="metric-value"
          href={rowsDuring(panel, forecastTime(choice.time))}
          data-value={String(value ?? '')}
          title={value === undefined ? 'No complete day yet' : String(value)}
        >
          {format(value, panel.format)}
        </a>
      )}
    </PanelFrame>
  );
}
