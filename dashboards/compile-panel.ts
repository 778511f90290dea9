import { parseLucene } from '../core/parse-lucene.ts';
import type { AggregateQuery, Filter, Grouping, Metric, Query, RowsQuery, TimeRange } from '../core/query.ts';
import { type Dashboard, type Measure, measuresOf, type Panel, type PanelOf } from './dashboard.ts';
import { DAY, forecastTime, LINE_TYPE, monthOf } from './forecast.ts';

/** The reader's choice. */
export interface Choice {
  readonly filter: Filter;
  readonly time: TimeRange;
}

/** Names of a compiled panel's groups and metrics in its answer. The first has no number. */
export const VALUE = 'value';
export const GROUP = 'group';
export const BUCKET = 'bucket';
export const valueName = (index: number): string => (index === 0 ? VALUE : `${VALUE}${index}`);
export const groupName = (index: number): string => (index === 0 ? GROUP : `${GROUP}${index}`);

const metric = (measure: Measure, index: number): Metric => ({ name: valueName(index), ...measure });

/** Leaves out conditions that match everything, so that equal questions have equal text. */
const narrowed = (where: string, filter: Filter): Filter => ({
  type: 'and',
  filters: [parseLucene(where), ...(filter.type === 'and' ? filter.filters : [filter])].filter(({ type }) => type !== 'all'),
});

/** The question that a panel asks; a table asks for one page of its rows. */
export function compilePanel(panel: Exclude<Panel, { type: 'table' }>, choice: Choice): AggregateQuery {
  const { view } = panel;
  const base = {
    type: 'aggregate' as const,
    view,
    filter: narrowed(panel.where, choice.filter),
    metrics: measuresOf(panel).map(metric),
  };
  switch (panel.type) {
    case 'metric':
      return { ...base, time: panel.time === 'month-to-date' ? monthToDate(choice.time) : choice.time, groups: [] };
    case 'bars': {
      const order = { by: VALUE, direction: 'desc' as const };
      return { ...base, time: choice.time, groups: [{ name: GROUP, by: 'terms', field: panel.by, size: panel.size, order }] };
    }
    case 'timeseries': {
      const time: Grouping = { name: BUCKET, by: 'time', field: panel.over, interval: panel.interval ?? intervalOf(choice.time) };
      const split: Grouping[] =
        panel.split === undefined
          ? []
          : [{ name: GROUP, by: 'terms', field: panel.split, size: panel.size ?? 6, order: { by: VALUE, direction: 'desc' } }];
      return { ...base, time: choice.time, groups: [...split, time] };
    }
    case 'week':
      return {
        ...base,
        time: choice.time,
        groups: [panel.weekday, panel.hour].map((field, index): Grouping => {
          const name = groupName(index);
          return { name, by: 'terms', field, size: index === 0 ? 7 : 24, order: { by: name, direction: 'asc' } };
        }),
      };
    case 'forecast': {
      const type: Grouping = { name: LINE_TYPE, by: 'terms', field: 'aws.billing.type', size: 50 };
      const day: Grouping = { name: DAY, by: 'time', field: '@timestamp', interval: 'day' };
      return { ...base, time: forecastTime(choice.time), groups: [type, day] };
    }
    case 'groups': {
      const groups = panel.keys.map(
        ({ field, size, exceptPrefix }, index): Grouping => ({
          name: groupName(index),
          by: 'terms',
          field,
          size,
          order: { by: VALUE, direction: panel.rank === 'least' ? 'asc' : 'desc' },
          ...(exceptPrefix === undefined ? {} : { exceptPrefix }),
        }),
      );
      return { ...base, time: choice.time, groups };
    }
  }
}

export function compileTable(
  panel: PanelOf<'table'>,
  choice: Choice,
  page: { readonly limit: number; readonly offset: number; readonly sort: PanelOf<'table'>['sort'] },
): RowsQuery {
  const { limit, offset, sort } = page;
  return {
    type: 'rows',
    view: panel.view,
    filter: narrowed(panel.where, choice.filter),
    time: choice.time,
    sort: [sort],
    limit,
    offset,
  };
}

/** Rows of one page of a table. Each costs the embedded store a millisecond if they lie far apart. */
export const TABLE_PAGE = 50;

/** The questions of all panels of a dashboard when it is opened. */
export const compileDashboard = ({ panels }: Dashboard, choice: Choice): readonly Query[] =>
  panels.map((panel) =>
    panel.type === 'table'
      ? compileTable(panel, choice, { limit: TABLE_PAGE, offset: 0, sort: panel.sort })
      : compilePanel(panel, choice),
  );

/** The values that a selector offers for a field. */
export function compileChoices(view: Query['view'], field: string, choice: Choice, size: number): AggregateQuery {
  const groups: Grouping[] = [{ name: GROUP, by: 'terms', field, size, order: { by: VALUE, direction: 'desc' } }];
  return { type: 'aggregate', view, filter: choice.filter, time: choice.time, groups, metrics: [{ name: VALUE, op: 'count' }] };
}

const HOUR_MS = 3_600_000;

/** The interval of a chart over this range: few enough bars to see each of them. */
export function intervalOf({ from, to }: TimeRange): 'hour' | 'day' | 'month' {
  const hours = (Date.parse(to) - Date.parse(from)) / HOUR_MS;
  if (hours <= 72) return 'hour';
  return hours <= 24 * 200 ? 'day' : 'month';
}

/** The month that a time range ends in, up to that end. */
const monthToDate = ({ to }: TimeRange): TimeRange => ({ from: monthOf(to).start.toISOString(), to });
