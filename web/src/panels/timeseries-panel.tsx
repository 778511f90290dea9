import { useEffect, useRef } from 'preact/hooks';
import { BUCKET, compilePanel, GROUP, VALUE } from '../../../dashboards/compile-panel.ts';
import type { PanelOf } from '../../../dashboards/dashboard.ts';
import { useAggregate } from '../ask.ts';
import { choiceFor } from '../narrow.ts';
import { toggleChip } from '../state.ts';
import { theme } from '../theme.ts';
import type { Series, TimeChart } from '../time-chart.ts';
import { Empty, PanelFrame } from './panel-frame.tsx';

/** Stacked bars over time; a click on a series narrows everything to it. */
export function TimeseriesPanel({ panel }: { panel: PanelOf<'timeseries'> }) {
  const query = compilePanel(panel, choiceFor(panel.view));
  const asked = useAggregate(query);
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<TimeChart>(null);
  const series = new Map<string, Series>();
  for (const row of asked.result?.rows ?? []) {
    const name = panel.split === undefined ? panel.title : String(row[GROUP]);
    const points = series.get(name)?.points ?? [];
    points.push([String(row[BUCKET]), Number(row[VALUE])]);
    series.set(name, { name, points });
  }
  const shade = theme.value;
  const interval = query.groups.find((group) => group.by === 'time')?.interval ?? 'day';

  useEffect(() => {
    let gone = false;
    // The chart library is most of the page's weight, so it comes after the first look.
    import('../time-chart.ts').then(({ timeChart }) => {
      if (gone || place.current === null) return;
      chart.current ??= timeChart(place.current, (name) => panel.split !== undefined && toggleChip(panel.split, name));
      chart.current.draw([...series.values()], { format: panel.format, interval });
    });
    return () => {
      gone = true;
    };
    // `series` is made of the answer at each drawing.
  }, [asked.result, shade, interval]);
  useEffect(() => () => chart.current?.dispose(), []);

  return (
    <PanelFrame title={panel.title} width={panel.width} kind="timeseries" asked={asked}>
      <div class="chart" ref={place} role="img" aria-label={`${panel.title} over time`} />
      {series.size === 0 && !asked.waiting ? <Empty /> : null}
    </PanelFrame>
  );
}
