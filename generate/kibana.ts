import { storeMappings } from '../cli/store-mappings.ts';
import type { Field, FieldType, IndexMapping } from '../core/field.ts';
import type { IndexView } from '../core/query.ts';
import type { Dashboard, Format, LabelledMeasure, Measure, Panel } from '../dashboards/dashboard.ts';
import { dashboards } from '../dashboards/registry.ts';

/**
 * kibana-dashboards/orgscope.ndjson: every dashboard as saved objects. Classic visualizations, input controls and saved searches with
 * the oldest stamps that have all we need, so that the one file imports into Kibana 7.10 to 8 and OpenSearch Dashboards. Importers
 * take a newer stamp than their own for an error, and a wrong field for none until the panel is drawn.
 */
export function kibana(): { readonly path: string; readonly text: string } {
  const mappings = storeMappings();
  const objects = [
    ...mappings.map(indexPattern),
    navigation(dashboards),
    ...dashboards.flatMap((dashboard) => [
      selector(dashboard),
      ...dashboard.panels.map((panel) => savedPanel(dashboard, panel)),
      savedDashboard(dashboard),
    ]),
  ];
  const summary = { exportedCount: objects.length, missingRefCount: 0, missingReferences: [] };
  return {
    path: 'kibana-dashboards/orgscope.ndjson',
    text: [...objects, summary].map((line) => `${JSON.stringify(line)}\n`).join(''),
  };
}

/** No newer: what importers of the oldest supported servers take. */
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

/** The types of data views, which know fewer. A flattened field is none of them, and no panel names one. */
const TYPES: Readonly<Partial<Record<FieldType, readonly [type: string, esType: string]>>> = {
  keyword: ['string', 'keyword'],
  text: ['string', 'text'],
  date: ['date', 'date'],
  long: ['number', 'long'],
  double: ['number', 'double'],
  decimal: ['number', 'double'],
  boolean: ['boolean', 'boolean'],
  ip: ['ip', 'ip'],
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
  return saved(
    'index-pattern',
    mapping.view,
    {
      title: [mapping.pattern, ...mapping.excludes.map((excluded) => `-${excluded}`)].join(','),
      // A view without one is never narrowed by a dashboard's time: what runs, runs.
      ...(mapping.timeField === null ? {} : { timeFieldName: mapping.timeField }),
      fields: JSON.stringify(fields),
      fieldFormatMap: JSON.stringify(formats),
    },
    [],
  );
}

function fieldFormat({ name }: Field): [string, object][] {
  if (/_cost$/.test(name)) return [[name, { id: 'number', params: { pattern: '$0,0.00' } }]];
  return /_bytes$/.test(name) ? [[name, { id: 'bytes', params: { pattern: '0,0.[00]b' } }]] : [];
}

const INDEX = 'kibanaSavedObjectMeta.searchSourceJSON.index';

/** The conditions of panels are in the search language, which is a part of Lucene's. */
const searchSource = (query: string, more: object = {}): { readonly searchSourceJSON: string } => ({
  searchSourceJSON: JSON.stringify({ query: { language: 'lucene', query }, filter: [], ...more }),
});

/** Titles as people search for them in a list that holds others' objects too. */
const titled = (title: string): string => `[AWS] ${title}`;

function visualization(
  id: string,
  title: string,
  visState: object,
  source: object,
  references: readonly Reference[],
  description = '',
): SavedObject {
  const attributes = {
    title: titled(title),
    description,
    version: 1,
    uiStateJSON: '{}',
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
  // A control of Kibana narrows by a field of the documents themselves, and these have no unit.
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

function savedPanel(dashboard: Dashboard, panel: Panel): SavedObject {
  const id = panelId(dashboard, panel);
  const references: Reference[] = [{ name: INDEX, type: 'index-pattern', id: panel.view }];
  const source = searchSource(panel.where, { indexRefName: INDEX });
  switch (panel.type) {
    case 'table': {
      const attributes = {
        title: titled(panel.title),
        description: panel.note ?? '',
        hits: 0,
        columns: panel.columns.map(({ field }) => field),
        sort: [[panel.sort.field, panel.sort.direction]],
        version: 1,
        kibanaSavedObjectMeta: searchSource(panel.where, { highlightAll: true, version: true, indexRefName: INDEX }),
      };
      return saved('search', id, attributes, references);
    }
    case 'metric': {
      const state = { type: 'metric', params: METRIC, aggs: [metric(panel.measure, withUnit(panel.title, panel.format))] };
      return visualization(id, panel.title, state, source, references, panel.note);
    }
    case 'forecast': {
      const state = { type: 'metric', params: METRIC, aggs: [metric(panel.measure, PACE)] };
      return visualization(id, panel.title, state, source, references, PACE);
    }
    case 'groups': {
      const metrics = panel.measures.map(({ measure, label, format }, index) =>
        metric(measure, withUnit(label, format), String(index + 1)),
      );
      const keys = panel.keys.map(({ field, label, size }, index) =>
        terms(String(panel.measures.length + index + 1), 'bucket', field, size, {
          ...exhaustive(panel.view, panel.keys.length),
          customLabel: label,
        }),
      );
      const state = { type: 'table', params: table(panel.measures), aggs: [...metrics, ...keys] };
      return visualization(id, panel.title, state, source, references, panel.note);
    }
    case 'bars': {
      const label = labelOf(panel.measure);
      const aggs = [metric(panel.measure, label), terms('2', 'segment', panel.by, panel.size, exhaustive(panel.view, 1))];
      const state = { type: 'horizontal_bar', params: { ...chart('horizontal', label), addLegend: false }, aggs };
      return visualization(id, panel.title, state, source, references, panel.note);
    }
    case 'timeseries': {
      const label = labelOf(panel.measure);
      // Terms outside time: the largest of the whole range, not of each interval.
      const split =
        panel.split === undefined ? [] : [terms('2', 'group', panel.split, panel.size ?? 6, exhaustive(panel.view, 2))];
      const aggs = [metric(panel.measure, label), ...split, dateHistogram('3', panel.over, panel.interval)];
      const params = { ...chart('vertical', label), addLegend: split.length > 0 };
      return visualization(id, panel.title, { type: 'histogram', params, aggs }, source, references, panel.note);
    }
  }
}

const OPERATIONS = { count: 'count', sum: 'sum', min: 'min', max: 'max', distinct: 'cardinality' } as const;

const labelOf = (measure: Measure): string =>
  measure.op === 'count' ? 'Count' : (measure.field.split('.').at(-1) as string).replaceAll('_', ' ');

/** The most that engines count exactly, or nearly so; their default is 3,000. */
const PRECISE = JSON.stringify({ precision_threshold: 40_000 });

/**
 * How many values each index hands in: with the default, half as many again as are shown, a value that is large over all and small in each
 * day's index is lost or shown too small. Fewer where each holds buckets of its own, of which an engine makes 65,535.
 */
const exhaustive = (view: IndexView, levels: number): { readonly json?: string } =>
  PARTITIONED.has(view) ? { json: JSON.stringify({ shard_size: levels === 1 ? 10_000 : 1_000 }) } : {};

const PARTITIONED: ReadonlySet<IndexView> = new Set(
  storeMappings()
    .filter(({ partition }) => partition !== 'none')
    .map(({ view }) => view),
);

/** Kibana cannot divide what it adds up, so the unit of the field is told. */
const withUnit = (label: string, format: Format): string =>
  format === 'mib' ? `${label} [MiB]` : format === 'money' ? `${label} [USD]` : label;

/** Kibana's metric cannot reckon with the days of a month, but it can look at a range of a month's length (`FORECAST_RANGE`). */
const PACE = 'A month at the pace of the last 30 complete days [USD]';

const metric = (measure: Measure, customLabel: string, id = '1') => ({
  id,
  enabled: true,
  type: OPERATIONS[measure.op],
  schema: 'metric',
  params: {
    ...(measure.op === 'count' ? {} : { field: measure.field }),
    ...(measure.op === 'distinct' ? { json: PRECISE } : {}),
    customLabel,
  },
});

const terms = (
  id: string,
  schema: 'segment' | 'group' | 'bucket',
  field: string,
  size: number,
  more: { readonly json?: string; readonly customLabel?: string },
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

const METRIC = {
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
    style: { bgFill: '#000', bgColor: false, labelColor: false, subText: '', fontSize: 36 },
  },
};

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
  times: [],
  addTimeMarker: false,
  labels: { show: false },
  thresholdLine: { show: false, value: 10, width: 1, style: 'full', color: '#E7664C' },
});

/** A grid of 48 columns; ours has 12. Panels flow into rows as on the page. */
const COLUMNS = 48;
const HEIGHTS: Readonly<Record<Panel['type'], number>> = {
  metric: 7,
  forecast: 7,
  bars: 15,
  groups: 16,
  timeseries: 14,
  table: 16,
};

/** Instead of the dashboard's time range. */
const FORECAST_RANGE = { from: 'now-30d/d', to: 'now/d' };
const MONTH_TO_DATE = { from: 'now/M', to: 'now' };

function ownTime(panel: Panel): { from: string; to: string } | undefined {
  if (panel.type === 'forecast') return FORECAST_RANGE;
  return panel.type === 'metric' && panel.time === 'month-to-date' ? MONTH_TO_DATE : undefined;
}

function savedDashboard(dashboard: Dashboard): SavedObject {
  const placed: { type: 'search' | 'visualization'; id: string; w: number; h: number; timeRange?: object | undefined }[] = [
    { type: 'visualization', id: NAVIGATION, w: COLUMNS, h: 4 },
    { type: 'visualization', id: selectorId(dashboard), w: COLUMNS, h: 6 },
    ...dashboard.panels.map((panel) => ({
      type: panelType(panel),
      id: panelId(dashboard, panel),
      w: (panel.width * COLUMNS) / 12,
      h: HEIGHTS[panel.type],
      timeRange: ownTime(panel),
    })),
  ];
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  const panels = placed.map(({ w, h, timeRange }, index) => {
    if (x + w > COLUMNS) {
      x = 0;
      y += rowHeight;
      rowHeight = 0;
    }
    const gridData = { x, y, w, h, i: String(index) };
    x += w;
    rowHeight = Math.max(rowHeight, h);
    return {
      version: STAMPS.dashboard,
      gridData,
      panelIndex: String(index),
      embeddableConfig: timeRange === undefined ? {} : { timeRange },
      panelRefName: `panel_${index}`,
    };
  });
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
