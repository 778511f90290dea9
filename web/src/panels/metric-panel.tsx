import { compilePanel, VALUE } from '../../../dashboards/compile-panel.ts';
import type { PanelOf } from '../../../dashboards/dashboard.ts';
import { useAggregate } from '../ask.ts';
import { format } from '../format.ts';
import { choiceFor } from '../narrow.ts';
import { readingNow } from './empty.tsx';
import { PanelFrame } from './panel-frame.tsx';

/** One number. */
export function MetricPanel({ panel }: { panel: PanelOf<'metric'> }) {
  const asked = useAggregate(compilePanel(panel, choiceFor(panel.view)));
  const value = asked.result?.rows[0]?.[VALUE] ?? 0;
  // Before the first documents are in, nothing is not yet a number.
  const unsure = Number(value) === 0 && readingNow(panel.view) !== undefined;
  return (
    <PanelFrame title={panel.title} note={panel.note} width={panel.width} kind="metric" asked={asked}>
      {asked.result === undefined ? null : (
        <p
          class={unsure ? 'metric-value muted' : 'metric-value'}
          data-value={String(value)}
          title={unsure ? 'Still reading' : String(value)}
        >
          {unsure ? '…' : format(value, panel.format)}
        </p>
      )}
    </PanelFrame>
  );
}
