import { useEffect, useRef } from 'preact/hooks';
import type { Interval } from '../../../core/interval.ts';
import type { AggregateAnswer, TimeRange } from '../../../core/query.ts';
import { BUCKET, compilePanel, GROUP, VALUE } from '../../../dashboards/compile-panel.ts';
import type { PanelOf } from '../../../dashboards/dashboard.ts';
import { followsTime, viewOf } from '../../../dashboards/view-facts.ts';
import { shownValue } from '../accounts.ts';
import { useAggregate, useAggregateOf } from '../ask.ts';
import { condition, rowsOf, within } from '../drill.ts';
import { format } from '../format.ts';
import { choiceFor } from '../narrow.ts';
import { periodBefore } from '../period-before.ts';
import { comparing, isChosen, toggleChip } from '../state.ts';
import { theme } from '../theme.ts';
import { endOf, timeBuckets } from '../time-buckets.ts';
import type { TimeChart } from '../time-chart.ts';
import { Empty } from './empty.tsx';
import { PanelFrame } from './panel-frame.tsx';

const COLOURS = 8;
/** Values with a tone have the colour of that tone in every chart. */
const TONES = { good: '--series-1', bad: '--bad-fill' } as const;

/** Stacked bars over time, with the period before as a line. A bar leads to its rows; a series' name narrows everything to it. */
export function TimeseriesPanel({ panel }: { panel: PanelOf<'timeseries'> }) {
  const choice = choiceFor(panel.view);
  const query = compilePanel(panel, choice);
  const asked = useAggregate(query);
  const chartElement = useRef<HTMLDivElement>(null);
  const chart = useRef<TimeChart>(null);
  // A value keeps its colour when other values disappear or return by a choice.
  const given = useRef(new Map<string, string>());
  const interval = query.groups.find((group) => group.by === 'time')?.interval ?? 'day';
  const shade = theme.value;

  const rows = asked.result?.rows ?? [];
  const buckets = timeBuckets(
    rows.map((row) => String(row[BUCKET])),
    interval,
    panel.over === '@timestamp' && followsTime(panel.view) ? choice.time : undefined,
  );
  const at = new Map(buckets.map((bucket, index) => [bucket, index]));
  const values = new Map<string, number[]>();
  for (const row of rows) {
    const name = panel.split === undefined ? '' : String(row[GROUP]);
    const series = values.get(name) ?? buckets.map(() => 0);
    values.set(name, series);
    const index = at.get(String(row[BUCKET]));
    if (index !== undefined) series[index] = Number(row[VALUE]);
  }
  const colourOf = (name: string): string => {
    const meant = panel.tones?.[name];
    if (meant !== undefined) return TONES[meant];
    const before = given.current.get(name);
    if (before !== undefined) return before;
    const colour = `--series-${(given.current.size % COLOURS) + 1}`;
    given.current.set(name, colour);
    return colour;
  };
  const compared = comparing.value && panel.over === '@timestamp' && followsTime(panel.view) && asked.result !== undefined;
  const earlier = periodBefore(choice.time);
  const grouped = query.groups.filter((group) => group.by === 'time');
  const told = useAggregateOf(compared ? { ...query, groups: grouped, time: earlier } : undefined)?.rows;
  const before = told === undefined || told.length === 0 ? undefined : beforeLine(told, interval, earlier, buckets.length);
  const all = [...values].map(([name, points]) => ({ name, colour: colourOf(name), values: points }));
  // A view that every sweep repeats has levels and not sums: its total is the last bucket.
  const isLevel = viewOf(panel.view).repeats === true;
  const last = buckets.findLastIndex((_, index) => all.some(({ values: points }) => (points[index] ?? 0) > 0));
  const select = (name: string) => panel.split !== undefined && toggleChip(panel.split, name);

  // The chart is created once, so its click handler reads the links of the latest rendering.
  const lead = useRef<(name: string, bucket: number) => void>(() => undefined);
  lead.current = (name, index) => {
    const bucket = buckets[index];
    if (bucket === undefined) return;
    const when = within(panel.over, bucket, endOf(bucket, interval));
    location.hash = rowsOf(panel, when, ...(panel.split === undefined ? [] : [condition(panel.split, name)]));
  };

  useEffect(() => {
    let gone = false;
    // The chart library is most of the bundle, so it is loaded after the first rendering.
    import('../time-chart.ts').then(({ timeChart }) => {
      if (gone || chartElement.current === null) return;
      chart.current ??= timeChart(chartElement.current, (name, bucket) => lead.current(name, bucket));
      const named = all.map((series) => ({ ...series, name: series.name === '' ? panel.title : series.name }));
      chart.current.draw(named, { buckets, format: panel.format, interval, before });
    });
    return () => {
      gone = true;
    };
    // The series are derived from the answer at each rendering, so the answer is the dependency.
  }, [asked.result, told, shade, interval]);
  useEffect(() => () => chart.current?.dispose(), []);

  return (
    <PanelFrame
      title={panel.title}
      note={panel.note}
      width={panel.width}
      kind="timeseries"
      asked={asked}
      aside={
        panel.split === undefined ? null : (
          <ul class="legend" aria-label={`Series of ${panel.title}`}>
            {all.map(({ name, colour, values: points }) => (
              <li key={name}>
                <button type="button" aria-pressed={isChosen(panel.split ?? '', name)} onClick={() => select(name)}>
                  <span class="swatch" style={{ background: `var(${colour})` }} />
                  {shownValue(panel.split ?? '', name)}
                  <span class="muted">
                    {format(isLevel ? points[last] : points.reduce((sum, value) => sum + value, 0), panel.format)}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        )
      }
    >
      <div
        class={rows.length === 0 ? 'chart empty' : 'chart'}
        ref={chartElement}
        role="img"
        aria-label={`${panel.title} over time`}
      />
      {rows.length === 0 && asked.result !== undefined ? <Empty view={panel.view} /> : null}
    </PanelFrame>
  );
}

/** The values of the period before, aligned at the end: both periods end with the bucket that is still open. */
function beforeLine(rows: AggregateAnswer['rows'], interval: Interval, time: TimeRange, length: number): readonly number[] {
  const values = new Map(rows.map((row) => [String(row[BUCKET]), Number(row[VALUE])]));
  const buckets = timeBuckets([...values.keys()], interval, time);
  const line = buckets.map((bucket) => values.get(bucket) ?? 0);
  return line.length >= length ? line.slice(-length) : [...Array<number>(length - line.length).fill(0), ...line];
}
