import { BarChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import type { Format } from '../../dashboards/dashboard.ts';
import { format } from './format.ts';

use([BarChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

export interface Series {
  readonly name: string;
  /** Start of the bucket, and its value. */
  readonly points: [string, number][];
}

export interface TimeChart {
  draw(series: readonly Series[], options: { format: Format; interval: 'hour' | 'day' | 'month' }): void;
  dispose(): void;
}

/** Draws stacked bars into an element, in the colours of the page's theme. Tooltips are drawn as text, never as HTML. */
export function timeChart(element: HTMLElement, onSeries: (name: string) => void): TimeChart {
  const chart = init(element);
  chart.on('click', ({ seriesName }) => {
    if (seriesName !== undefined) onSeries(seriesName);
  });
  const observer = new ResizeObserver(() => chart.resize());
  observer.observe(element);

  return {
    draw(series, options) {
      const style = getComputedStyle(element);
      const colour = (name: string) => style.getPropertyValue(name).trim();
      const text = colour('--muted');
      const ordinary = Array.from({ length: 8 }, (_, index) => colour(`--series-${index + 1}`));
      chart.setOption(
        {
          animation: false,
          textStyle: { fontFamily: style.fontFamily },
          grid: { left: 8, right: 8, top: 36, bottom: 4, containLabel: true },
          legend: {
            top: 0,
            left: 0,
            icon: 'roundRect',
            itemWidth: 10,
            itemHeight: 10,
            textStyle: { color: text },
            type: 'plain',
          },
          tooltip: {
            trigger: 'axis',
            renderMode: 'richText',
            order: 'valueDesc',
            axisPointer: { type: 'shadow' },
            valueFormatter: (value: unknown) => format(value, options.format),
            backgroundColor: colour('--raised'),
            borderColor: colour('--line'),
            textStyle: { color: colour('--text'), fontSize: 12 },
          },
          xAxis: {
            type: 'time',
            axisLine: { lineStyle: { color: colour('--line') } },
            axisTick: { show: false },
            axisLabel: { color: text, hideOverlap: true },
          },
          yAxis: {
            type: 'value',
            splitLine: { lineStyle: { color: colour('--line') } },
            axisLabel: { color: text, formatter: (value: number) => format(value, options.format) },
          },
          series: series.map(({ name, points }, index) => ({
            name,
            type: 'bar',
            stack: 'all',
            barMaxWidth: 28,
            cursor: 'pointer',
            itemStyle: { color: meaning(name, colour) ?? ordinary[index % ordinary.length] },
            data: points,
          })),
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

/** Success and failure keep their colours wherever they stand. */
function meaning(name: string, colour: (name: string) => string): string | undefined {
  if (name === 'failure') return colour('--bad');
  return name === 'success' ? colour('--series-1') : undefined;
}
