import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import type { Interval } from '../../core/interval.ts';
import type { Format } from '../../dashboards/dashboard.ts';
import { format, formatShort } from './format.ts';
import { bucketName, shortBucketName } from './time-buckets.ts';

use([BarChart, LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

export interface Series {
  readonly name: string;
  /** A custom property of the page's style, such as `--series-1`. */
  readonly colour: string;
  /** One value for each bucket. */
  readonly values: readonly number[];
}

export interface TimeChart {
  draw(
    series: readonly Series[],
    options: {
      readonly buckets: readonly string[];
      readonly format: Format;
      readonly interval: Interval;
      /** The sum of all series in the period before, one value for each bucket. */
      readonly before?: readonly number[] | undefined;
    },
  ): void;
  dispose(): void;
}

/** The name of the line in the tooltip. */
const BEFORE = 'Period before';

/** Draws stacked bars into an element, in the colours of the page's theme. Tooltips are drawn as text, never as HTML. */
export function timeChart(element: HTMLElement, onPoint: (name: string, bucket: number) => void): TimeChart {
  const chart = init(element);
  chart.on('click', ({ seriesName, seriesType, dataIndex }) => {
    if (seriesName !== undefined && seriesType === 'bar') onPoint(seriesName, dataIndex);
  });
  const observer = new ResizeObserver(() => chart.resize());
  observer.observe(element);

  return {
    draw(series, { buckets, format: as, interval, before }) {
      const style = getComputedStyle(element);
      const colour = (name: string) => style.getPropertyValue(name).trim();
      const text = colour('--muted');
      const highest = Math.max(
        0,
        ...(before ?? []),
        ...buckets.map((_, index) => series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0)),
      );
      chart.setOption(
        {
          animation: false,
          textStyle: { fontFamily: style.fontFamily },
          grid: { left: 4, right: 4, top: 12, bottom: 4, containLabel: true },
          tooltip: {
            trigger: 'axis',
            renderMode: 'richText',
            order: 'valueDesc',
            axisPointer: { type: 'shadow', shadowStyle: { color: colour('--hover') } },
            valueFormatter: (value: unknown) => format(value, as),
            backgroundColor: colour('--raised'),
            borderColor: colour('--line'),
            textStyle: { color: colour('--text'), fontSize: 12 },
          },
          xAxis: {
            type: 'category',
            data: buckets.map((bucket) => bucketName(bucket, interval)),
            axisLine: { lineStyle: { color: colour('--line') } },
            axisTick: { show: false },
            axisLabel: {
              color: text,
              hideOverlap: true,
              formatter: (_: string, index: number) => shortBucketName(buckets[index] ?? '', interval),
            },
          },
          yAxis: {
            type: 'value',
            ...(as === 'bytes' ? binarySteps(highest) : { splitNumber: 4 }),
            splitLine: { lineStyle: { color: colour('--line') } },
            axisLabel: { color: text, formatter: (value: number) => formatShort(value, as) },
          },
          series: [
            ...series.map(({ name, values, colour: property }) => ({
              name,
              type: 'bar',
              stack: 'all',
              barMaxWidth: 32,
              barCategoryGap: '28%',
              cursor: 'pointer',
              itemStyle: { color: colour(property) },
              data: values,
            })),
            ...(before === undefined
              ? []
              : [
                  {
                    name: BEFORE,
                    type: 'line',
                    silent: true,
                    symbol: 'none',
                    z: 1,
                    lineStyle: { color: text, width: 1.2, type: [3, 3], opacity: 0.65 },
                    itemStyle: { color: text },
                    data: before,
                  },
                ]),
          ],
        },
        { notMerge: true },
      );
    },
    dispose() {
      observer.disconnect();
      chart.dispose();
    },
  };
}

/** Axis steps that are round in units of 1,024. */
function binarySteps(highest: number): { interval: number; max: number } | object {
  if (highest <= 0) return {};
  const unit = 1024 ** Math.floor(Math.log2(highest) / 10);
  const wanted = highest / unit / 4;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= wanted) ?? 10) * power * unit;
  return { interval: step, max: Math.ceil(highest / step) * step };
}
