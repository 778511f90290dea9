import { compilePanel, VALUE } from '../../../dashboards/compile-panel.ts';
import type { PanelOf } from '../../../dashboards/dashboard.ts';
import { useAggregate } from '../ask.ts';
import { format } from '../format.ts';
import { choiceFor } from '../narrow.ts';
import { PanelFrame } from './panel-frame.tsx';

/** One number. */
export function MetricPanel({ panel }: { panel: PanelOf<'metric'> }) {
  const asked = useAggregate(compilePanel(panel, choiceFor(panel.view)));
  const value = asked.result?.rows[0]?.[VALUE] ?? 0;
  return (
    <PanelFrame title={panel.title} width={panel.width} kind="metric" asked={asked}>
      {asked.result === undefined ? null : (
        <p class="metric-value" data-value={String(value)} title={String(value)}>
          {format(value, panel.format)}
        </p>
      )}
    </PanelFrame>
  );
}
