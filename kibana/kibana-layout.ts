import type { Dashboard, Format, Panel } from '../dashboards/dashboard.ts';
import { ROW_COLUMNS, rowsOf } from '../dashboards/rows.ts';

/** A position in the grid of a Kibana dashboard: 48 columns, rows of 20 pixels with gaps of 8. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface LaidPanel {
  readonly panel: Panel;
  readonly place: Place;
  /** The font size of a number in points; the same for all panels of a row. */
  readonly fontSize: number;
}

/** The positions of the navigation, the selector and the panels of a dashboard in Kibana, in the rows of the page, and the font sizes of numbers. */
export function layOut(dashboard: Dashboard): {
  readonly navigation: Place;
  readonly selector: Place;
  readonly panels: readonly LaidPanel[];
} {
  const navigation = { x: 0, y: 0, w: COLUMNS, h: 4 };
  const selector = { x: 0, y: navigation.h, w: COLUMNS, h: selectorHeight(dashboard) };
  let y = selector.y + selector.h;
  const panels = kibanaRows(dashboard).flatMap((row) => {
    const h = Math.max(...row.map(({ panel }) => HEIGHTS[panel.type]));
    const fontSize = Math.min(...row.map(({ panel, w }) => fontFor(panel, w)));
    let x = 0;
    const laid = row.map(({ panel, w }) => {
      const place = { x, y, w, h };
      x += w;
      return { panel, place, fontSize };
    });
    y += h;
    return laid;
  });
  return { navigation, selector, panels };
}

const COLUMNS = 48;
const HEIGHTS: Readonly<Record<Panel['type'], number>> = {
  metric: 6,
  forecast: 6,
  bars: 15,
  week: 15,
  groups: 16,
  timeseries: 15,
  table: 16,
};

/** The narrowest window that a dashboard is made for, less its scroll bar. */
const WINDOW_PX = 1_570;
const MARGIN_PX = 8;

/** The inner width and height of a panel in pixels, in a window 1,600 pixels wide. */
function innerSize({ w, h }: Pick<Place, 'w' | 'h'>): { readonly width: number; readonly height: number } {
  const column = (WINDOW_PX - (COLUMNS + 1) * MARGIN_PX) / COLUMNS;
  return { width: column * w + MARGIN_PX * (w - 1) - 2, height: 20 * h + MARGIN_PX * (h - 1) - 2 - TITLE_PX };
}

/** The height of a panel's title. */
const TITLE_PX = 26;

type Placed = { readonly panel: Panel; readonly w: number };

/** The rows of the page; those of more than four numbers become two, since their titles must be read as well. */
function kibanaRows(dashboard: Dashboard): Placed[][] {
  return rowsOf(dashboard).flatMap((row) => {
    if (row.length <= 4) return [row.map((panel) => ({ panel, w: (panel.width * COLUMNS) / ROW_COLUMNS }))];
    const half = Math.ceil(row.length / 2);
    return [row.slice(0, half), row.slice(half)].map((part) => part.map((panel) => ({ panel, w: COLUMNS / part.length })));
  });
}

/** A control is 250 pixels wide at least, with 24 between; a label, a field and space take this much of the height. */
const CONTROL_PX = { width: 250, gap: 24, height: 92 };
const SELECTOR_PADDING_PX = 16;

/** The height for all rows of controls. Organisational units have no control in Kibana. */
function selectorHeight({ selector }: Dashboard): number {
  const controls = selector.fields.filter(({ as }) => as !== 'unit').length;
  const room = innerSize({ w: COLUMNS, h: 1 }).width - SELECTOR_PADDING_PX;
  const inRow = Math.floor((room + CONTROL_PX.gap) / (CONTROL_PX.width + CONTROL_PX.gap));
  const wanted = Math.ceil(controls / inRow) * CONTROL_PX.height + SELECTOR_PADDING_PX;
  let h = 1;
  while (innerSize({ w: COLUMNS, h }).height < wanted) h++;
  return h;
}

const LARGEST_PT = 36;
const PX_PER_PT = 4 / 3;
/** The padding of a number, both sides added. */
const NUMBER_PADDING_PX = 48;

/** The longest text of each format, which must fit into the panel. */
const LONGEST: Readonly<Record<Format, string>> = {
  number: '99,999,999.9',
  bytes: '1,023.99GB',
  money: '$99,999,999.99',
  date: '2026-12-31 23:59',
  time: '2026-12-31 23:59',
  text: '',
  state: '',
};

function fontFor(panel: Panel, w: number): number {
  if (panel.type !== 'metric' && panel.type !== 'forecast') return LARGEST_PT;
  const room = innerSize({ w, h: 1 }).width - NUMBER_PADDING_PX;
  return Math.min(LARGEST_PT, Math.floor(room / textEms(LONGEST[panel.format]) / PX_PER_PT));
}

/** The width of a text in a bold font, in ems. */
const textEms = (text: string): number =>
  [...text].reduce((sum, letter) => sum + (/[.,: ]/.test(letter) ? 0.36 : letter === '-' ? 0.5 : 0.72), 0);
