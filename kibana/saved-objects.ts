import type { Field, FieldType, IndexMapping } from '../core/field.ts';
import type { IndexView } from '../core/query.ts';
import type { Dashboard, LabelledMeasure, Measure, Panel, PanelOf } from '../dashboards/dashboard.ts';
import { fieldsOf } from '../dashboards/dashboard.ts';
import { fieldHeading } from '../dashboards/field-label.ts';
import { dashboards } from '../dashboards/registry.ts';
import { viewOf } from '../dashboards/view-facts.ts';
import { layOut } from './kibana-layout.ts';

/**
 * Yields kibana-dashboards/orgscope.ndjson, for views with these fields: every dashboard as saved objects. Classic visualizations, input controls and saved searches with
 * the oldest stamps that have all we need, so that the one file imports into Kibana 7.10 to 8 and OpenSearch Dashboards. Importers
 * take a newer stamp than their own for an error, and a wrong field for none until the panel is drawn.
 */
export function kibana(mappings: readonly IndexMapping[]): { readonly path: string; readonly text: string } {
  const objects = [
    ...mappings.map(indexPattern),
    navigation(dashboards),
    ...dashboards.flatMap((dashboard) => [
      selector(dashboard),
      ...layOut(dashboard).panels.map(({ panel, fontSize }) => savedPanel(dashboard, panel, fontSize)),
      savedDashboard(dashboard),
    ]),
  ];
  const summary = { exportedCount: objects.length, missingRefCount: 0, missingReferences: [] };
  return {
    path: 'kibana-dashboards/orgscope.ndjson',
    text: [...objects, summary].map((line) => `${JSON.stringify(line)}\n`).join(''),
  };
}

/** The newest stamps that the oldest supported servers import. */
const STAMPS = { dashboard: '7.9.3', visualization: '7.10.0', search: '7.9.3', 'index-pattern': '7.6.0' } as const;
type SavedType = keyof typeof STAMPS;

interface Reference {
  readonly name: string;
  readonly type: SavedType;
  readonly id: string;
}

interface SavedObject {
  readonly type: SavedType;
  readonly id: string;
  readonly attributes: object;
  readonly references: readonly Reference[];
  readonly migrationVersion: Readonly<Partial<Record<SavedType, string>>>;
}

const saved = (type: SavedType, id: string, attributes: object, references: readonly Reference[]): SavedObject => ({
  type,
  id,
  attributes,
  references,
  migrationVersion: { [type]: STAMPS[type] },
});

const NAVIGATION = 'orgscope-navigation';
const dashboardId = (dashboard: Dashboard): string => `orgscope-${dashboard.id}`;
const selectorId = (dashboard: Dashboard): string => `orgscope-${dashboard.id}-selector`;
const panelId = (dashboard: Dashboard, panel: Panel): string =>
  `orgscope-${dashboard.id}-${panel.title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')}`;
const panelType = (panel: Panel): 'search' | 'visualization' => (panel.type === 'table' ? 'search' : 'visualization');

/** The types of data views, which are fewer than ours. Flattened fields have none, and no panel names one. */
const TYPES: Readonly<Partial<Record<FieldType, readonly [type: string, esType: string]>>> = {
  keyword: ['string', 'keyword'],
  text: ['string', 'text'],
  date: ['date', 'date'],
  long: ['number', 'long'],
  double: ['number', 'double'],
  decimal: ['number', 'double'],
  boolean: ['boolean', 'boolean'],
  ip: ['ip', 'ip'],
  printed: ['string', 'keyword'],
};

function indexPattern(mapping: IndexMapping): SavedObject {
  const fields = mapping.fields.flatMap(({ name, type }) => {
    const [kind, esType] = TYPES[type] ?? [];
    if (kind === undefined) return [];
    const aggregatable = type !== 'text';
    return [
      {
        name,
        type: kind,
        esTypes: [esType],
        searchable: true,
        aggregatable,
        readFromDocValues: aggregatable,
        count: 0,
        scripted: false,
      },
    ];
  });
  const formats = Object.fromEntries(mapping.fields.flatMap((field) => fieldFormat(field)));
  // Kibana 7.11 and newer shows these labels as headings; older servers and OpenSearch Dashboards ignore them.
  const labels = Object.fromEntries(
    [...shownFields(mapping.view)].map((field) => [field, { customLabel: fieldHeading(mapping.view, field) }]),
  );
  return saved(
    'index-pattern',
    mapping.view,
    {
      title: [mapping.pattern, ...mapping.excludes.map((excluded) => `-${excluded}`)].join(','),
      // A view without a time field is not narrowed by the dashboard's time: a running machine stays visible.
      ...(mapping.timeField === null ? {} : { timeFieldName: mapping.timeField }),
      fields: JSON.stringify(fields),
      fieldFormatMap: JSON.stringify(formats),
      fieldAttrs: JSON.stringify(labels),
    },
    [],
  );
}

/** Labels of the fields that panels or selectors of the view name. All others keep their own names, by which people search. */
function shownFields(view: IndexView): ReadonlySet<string> {
  return new Set(
    dashboards.flatMap(({ selector, panels }) => [
      ...panels.filter((panel) => panel.view === view).flatMap(fieldsOf),
      ...(selector.view === view ? selector.fields.filter(({ as }) => as !== 'unit').map(({ field }) => field) : []),
    ]),
  );
}

const milliseconds = (inputFormat: 'seconds' | 'nanoseconds') => ({
  id: 'duration',
  params: { inputFormat, outputFormat: 'asMilliseconds', outputPrecision: 1 },
});

function fieldFormat({ name, type }: Field): [string, object][] {
  if (type === 'date') return [[name, { id: 'date', params: { pattern: 'YYYY-MM-DD HH:mm' } }]];
  if (name === 'event.duration') return [[name, milliseconds('nanoseconds')]];
  if (/\.sec$/.test(name)) return [[name, milliseconds('seconds')]];
  if (/_cost$/.test(name)) return [[name, { id: 'number', params: { pattern: '$0,0.00' } }]];
  if (/_gib$/.test(name)) return [[name, { id: 'number', params: { pattern: '0,0.[0]' } }]];
  return /_bytes$/.test(name) ? [[name, { id: 'bytes', params: { pattern: '0,0.[00]b' } }]] : [];
}

const INDEX = 'kibanaSavedObjectMeta.searchSourceJSON.index';

/** The conditions of panels are in the search language, which is a part of Lucene's. */
const searchSource = (query: string, more: object = {}): { readonly searchSourceJSON: string } => ({
  searchSourceJSON: JSON.stringify({ query: { language: 'lucene', query }, filter: [], ...more }),
});

/** Titles with a prefix, so that people find them in a list with other objects. */
const titled = (title: string): string => `[AWS] ${title}`;

function visualization(
  id: string,
  title: string,
  visState: object,
  source: object,
  references: readonly Reference[],
  { description = '', uiState = {} }: { readonly description?: string | undefined; readonly uiState?: object } = {},
): SavedObject {
  const attributes = {
    title: titled(title),
    description,
    version: 1,
    uiStateJSON: JSON.stringify(uiState),
    visState: JSON.stringify({ title: titled(title), ...visState }),
    kibanaSavedObjectMeta: source,
  };
  return saved('visualization', id, attributes, references);
}

function navigation(all: readonly Dashboard[]): SavedObject {
  const markdown = all.map((dashboard) => `[${dashboard.title}](#/view/${dashboardId(dashboard)})`).join(' · ');
  const params = { fontSize: 12, openLinksInNewTab: false, markdown };
  return visualization(NAVIGATION, 'Navigation', { type: 'markdown', params, aggs: [] }, searchSource(''), []);
}

function selector(dashboard: Dashboard): SavedObject {
  const { title, view } = dashboard.selector;
  // A control of Kibana needs a field of the documents themselves, and they have no unit.
  const fields = dashboard.selector.fields.filter(({ as }) => as !== 'unit');
  const controls = fields.map(({ field, label, as }, index) => ({
    id: `${dashboard.id}-${index}`,
    fieldName: field,
    parent: '',
    label,
    type: as ?? 'list',
    options:
      as === 'range'
        ? { decimalPlaces: 0, step: 1 }
        : { type: 'terms', multiselect: true, dynamicOptions: true, size: 5, order: 'desc' },
    indexPatternRefName: `control_${index}_index_pattern`,
  }));
  const references = fields.map((_, index) => ({
    name: `control_${index}_index_pattern`,
    type: 'index-pattern' as const,
    id: view,
  }));
  const params = { controls, updateFiltersOnChange: true, useTimeFilter: false, pinFilters: false };
  return visualization(
    selectorId(dashboard),
    title,
    { type: 'input_control_vis', params, aggs: [] },
    searchSource(''),
    references,
  );
}

function savedPanel(dashboard: Dashboard, panel: Panel, fontSize: number): SavedObject {
  const id = panelId(dashboard, panel);
  const note = { description: panel.note };
  const references: Reference[] = [{ name: INDEX, type: 'index-pattern', id: panel.view }];
  const source = searchSource(panel.where, { indexRefName: INDEX });
  switch (panel.type) {
    case 'table': {
      const attributes = {
        title: titled(panel.title),
        description: panel.note ?? '',
        hits: 0,
        // A list over a view with a time has a column for it already.
        columns: panel.columns.map(({ field }) => field).filter((field) => field !== viewOf(panel.view).timeField),
        sort: [[panel.sort.field, panel.sort.direction]],
        version: 1,
        // Every row matches the panel's condition, so highlighting it would mark every row.
        kibanaSavedObjectMeta: searchSource(panel.where, { highlightAll: false, version: true, indexRefName: INDEX }),
      };
      return saved('search', id, attributes, references);
    }
    case 'metric': {
      const state = { type: 'metric', params: numberParams(fontSize), aggs: [metric(panel.measure, panel.title)] };
      return visualization(id, panel.title, state, source, references, note);
    }
    case 'forecast': {
      const state = { type: 'metric', params: numberParams(fontSize), aggs: [metric(panel.measure, PACE)] };
      return visualization(id, panel.title, state, source, references, { description: PACE });
    }
    case 'groups': {
      const measures = shownMeasures(panel);
      const metrics = measures.map(({ measure, label }, index) => metric(measure, label, String(index + 1)));
      const keys = panel.keys.map(({ field, label, size, exceptPrefix }, index) =>
        terms(String(measures.length + index + 1), 'bucket', field, size, label, {
          ...exhaustive(panel.view, panel.keys.length),
          ...(panel.rank === 'least' ? { order: 'asc' } : {}),
          ...(exceptPrefix === undefined ? {} : { exclude: `${literally(exceptPrefix)}.*` }),
        }),
      );
      const state = { type: 'table', params: table(measures), aggs: [...metrics, ...keys] };
      return visualization(id, panel.title, state, source, references, note);
    }
    case 'week': {
      const hours = (number: string, schema: 'group' | 'segment', field: string, size: number, label: string) =>
        terms(number, schema, field, size, label, { orderBy: '_key', order: 'asc' });
      const aggs = [
        metric(panel.measure, panel.label),
        hours('2', 'group', panel.weekday, 7, 'Weekday (1 is Monday)'),
        hours('3', 'segment', panel.hour, 24, 'Hour (UTC)'),
      ];
      return visualization(id, panel.title, { type: 'heatmap', params: heatmap(panel.label), aggs }, source, references, note);
    }
    case 'bars': {
      const { label, view, by } = panel;
      const groups = terms('2', 'segment', by, panel.size, fieldHeading(view, by), exhaustive(view, 1));
      const aggs = [metric(panel.measure, label), groups];
      const state = { type: 'horizontal_bar', params: { ...chart('horizontal', label), addLegend: false }, aggs };
      return visualization(id, panel.title, state, source, references, note);
    }
    case 'timeseries': {
      const { label, view } = panel;
      // The split comes before time, so that the largest values of the whole range are shown and not those of each interval.
      const split =
        panel.split === undefined
          ? []
          : [terms('2', 'group', panel.split, panel.size ?? 6, fieldHeading(view, panel.split), exhaustive(view, 2))];
      const aggs = [metric(panel.measure, label), ...split, dateHistogram('3', panel.over, panel.interval)];
      const params = { ...chart('vertical', label), addLegend: split.length > 0 };
      const state = { type: 'histogram', params, aggs };
      return visualization(id, panel.title, state, source, references, { ...note, uiState: coloursOf(panel) });
    }
  }
}

const OPERATIONS = {
  count: 'count',
  sum: 'sum',
  min: 'min',
  max: 'max',
  distinct: 'cardinality',
  percentile: 'percentiles',
} as const;

/** Colours of Elastic's palette, which match those of other series. */
const TONES = { good: '#54B399', bad: '#E7664C' } as const;

/** Fixes the colours of values with a tone. Kibana assigns colours by the order of series, so failures could become green. */
function coloursOf({ tones = {} }: PanelOf<'timeseries'>): object {
  const colors = Object.fromEntries(Object.entries(tones).map(([value, tone]) => [value, TONES[tone]]));
  return Object.keys(colors).length === 0 ? {} : { vis: { colors } };
}

/** Escapes a text to a Lucene regular expression that matches only it. */
const literally = (text: string): string => text.replaceAll(/[.?+*|{}[\]()"\\#@&<>~^$-]/g, '\\$&');

/** The most that engines count exactly, or nearly so; their default is 3,000. */
const PRECISE = JSON.stringify({ precision_threshold: 40_000 });

/**
 * How many values each index hands in: with the default, half as many again as are shown, a value that is large over all and small in each
 * day's index is lost or shown too small. Fewer where each holds buckets of its own, of which an engine makes 65,535.
 */
const exhaustive = (view: IndexView, levels: number): { readonly json?: string } =>
  viewOf(view).partition !== 'none' ? { json: JSON.stringify({ shard_size: levels === 1 ? 10_000 : 1_000 }) } : {};

/** Kibana's metric cannot reckon with the days of a month, but it can look at a range of a month's length (`FORECAST_RANGE`). */
const PACE = 'A month at the pace of the last 30 complete days, in US dollars.';

/** Kibana multiplies no number without a script, which many servers refuse. Units of time are made by the formats of fields, and a price is left out. */
export const shownMeasures = ({ measures }: PanelOf<'groups'>): readonly LabelledMeasure[] =>
  measures.filter(({ format, times }) => times === undefined || format !== 'money');

const metric = (measure: Measure, customLabel: string, id = '1') => ({
  id,
  enabled: true,
  type: OPERATIONS[measure.op],
  schema: 'metric',
  params: {
    ...(measure.op === 'count' ? {} : { field: measure.field }),
    ...(measure.op === 'distinct' ? { json: PRECISE } : {}),
    ...(measure.op === 'percentile' ? { percents: [measure.percent] } : {}),
    customLabel,
  },
});

const terms = (
  id: string,
  schema: 'segment' | 'group' | 'bucket',
  field: string,
  size: number,
  customLabel: string,
  more: { readonly json?: string; readonly exclude?: string; readonly orderBy?: string; readonly order?: 'asc' },
) => ({
  id,
  enabled: true,
  type: 'terms',
  schema,
  params: {
    field,
    orderBy: '1',
    order: 'desc',
    size,
    otherBucket: false,
    otherBucketLabel: 'Other',
    missingBucket: false,
    missingBucketLabel: 'Missing',
    customLabel,
    ...more,
  },
});

const dateHistogram = (id: string, field: string, interval: 'day' | 'month' | undefined) => ({
  id,
  enabled: true,
  type: 'date_histogram',
  schema: 'segment',
  params: {
    field,
    useNormalizedEsInterval: true,
    scaleMetricValues: false,
    interval: interval === undefined ? 'auto' : interval === 'day' ? 'd' : 'M',
    drop_partials: false,
    min_doc_count: 1,
    extended_bounds: {},
    customLabel: interval === undefined ? 'Time' : interval === 'day' ? 'Day' : 'Month',
  },
});

const table = (measures: readonly LabelledMeasure[]) => ({
  perPage: 10,
  showPartialRows: false,
  showMetricsAtAllLevels: false,
  sort: { columnIndex: null, direction: null },
  // A total of dates would be nonsense.
  showTotal: measures.every(({ measure }) => measure.op === 'count' || measure.op === 'sum'),
  totalFunc: 'sum',
  percentageCol: '',
});

/** A metric without the label below it, since the title already says what it is. */
const numberParams = (fontSize: number) => ({
  addTooltip: true,
  addLegend: false,
  type: 'metric',
  metric: {
    percentageMode: false,
    useRanges: false,
    colorSchema: 'Green to Red',
    metricColorMode: 'None',
    colorsRange: [{ from: 0, to: 10_000 }],
    labels: { show: false },
    invertColors: false,
    style: { bgFill: '#000', bgColor: false, labelColor: false, subText: '', fontSize },
  },
});

/** https://github.com/elastic/kibana/tree/7.10/src/plugins/vis_type_vislib/public/heatmap.ts */
const heatmap = (label: string) => ({
  type: 'heatmap',
  addTooltip: true,
  addLegend: true,
  enableHover: false,
  legendPosition: 'right',
  times: [],
  colorsNumber: 6,
  colorSchema: 'Greens',
  setColorRange: false,
  colorsRange: [],
  invertColors: false,
  percentageMode: false,
  valueAxes: [
    {
      show: false,
      id: 'ValueAxis-1',
      type: 'value',
      scale: { type: 'linear', defaultYExtents: false },
      labels: { show: false, rotate: 0, overwriteColor: false, color: 'black' },
      title: { text: label },
    },
  ],
});

const chart = (way: 'vertical' | 'horizontal', label: string) => ({
  type: 'histogram',
  grid: { categoryLines: false },
  categoryAxes: [
    {
      id: 'CategoryAxis-1',
      type: 'category',
      position: way === 'vertical' ? 'bottom' : 'left',
      show: true,
      style: {},
      scale: { type: 'linear' },
      labels: { show: true, rotate: 0, filter: way === 'vertical', truncate: way === 'vertical' ? 100 : 200 },
      title: {},
    },
  ],
  valueAxes: [
    {
      id: 'ValueAxis-1',
      name: way === 'vertical' ? 'LeftAxis-1' : 'BottomAxis-1',
      type: 'value',
      position: way === 'vertical' ? 'left' : 'bottom',
      show: true,
      style: {},
      scale: { type: 'linear', mode: 'normal' },
      labels: { show: true, rotate: 0, filter: way === 'horizontal', truncate: 100 },
      title: { text: label },
    },
  ],
  seriesParams: [
    {
      show: true,
      type: 'histogram',
      mode: way === 'vertical' ? 'stacked' : 'normal',
      data: { label, id: '1' },
      valueAxis: 'ValueAxis-1',
      drawLinesBetweenPoints: true,
      lineWidth: 2,
      showCircles: true,
    },
  ],
  addTooltip: true,
  legendPosition: 'right',
  // With this Kibana 8 wraps long names in legends; older servers always cut them at 150 pixels.
  truncateLegend: false,
  times: [],
  addTimeMarker: false,
  labels: { show: false },
  thresholdLine: { show: false, value: 10, width: 1, style: 'full', color: '#E7664C' },
});

/**
 * Instead of the dashboard's time range. Kibana rounds the start of a range down and its end up, so `now-1d/d` ends with yesterday's last
 * millisecond, and `now/d` would with today's.
 */
const FORECAST_RANGE = { from: 'now-30d/d', to: 'now-1d/d' };
const MONTH_TO_DATE = { from: 'now/M', to: 'now' };

function ownTime(panel: Panel): { from: string; to: string } | undefined {
  if (panel.type === 'forecast') return FORECAST_RANGE;
  return panel.type === 'metric' && panel.time === 'month-to-date' ? MONTH_TO_DATE : undefined;
}

function savedDashboard(dashboard: Dashboard): SavedObject {
  const laid = layOut(dashboard);
  const placed = [
    { type: 'visualization' as const, id: NAVIGATION, place: laid.navigation, timeRange: undefined },
    { type: 'visualization' as const, id: selectorId(dashboard), place: laid.selector, timeRange: undefined },
    ...laid.panels.map(({ panel, place }) => ({
      type: panelType(panel),
      id: panelId(dashboard, panel),
      place,
      timeRange: ownTime(panel),
    })),
  ];
  const panels = placed.map(({ place, timeRange }, index) => ({
    version: STAMPS.dashboard,
    gridData: { ...place, i: String(index) },
    panelIndex: String(index),
    embeddableConfig: timeRange === undefined ? {} : { timeRange },
    panelRefName: `panel_${index}`,
  }));
  const attributes = {
    title: titled(dashboard.title),
    description: dashboard.description,
    hits: 0,
    optionsJSON: JSON.stringify({ hidePanelTitles: false, useMargins: true }),
    panelsJSON: JSON.stringify(panels),
    timeRestore: true,
    timeFrom: 'now-30d',
    timeTo: 'now',
    refreshInterval: { pause: true, value: 0 },
    version: 1,
    kibanaSavedObjectMeta: searchSource(''),
  };
  const references = placed.map(({ type, id }, index) => ({ name: `panel_${index}`, type, id }));
  return saved('dashboard', dashboardId(dashboard), attributes, references);
}
