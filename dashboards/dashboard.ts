import type { IndexView } from '../core/query.ts';
import type { Tone } from './tone.ts';

/**
 * A dashboard as data: the page draws it, and the Kibana file is generated from it. A panel's conditions are text in the search
 * language (`core/parse-lucene.ts`), which both understand.
 */
export interface Dashboard {
  /** Its name in addresses, and the name of its file. */
  readonly id: string;
  /** Its position in the navigation, lowest first. Steps of ten leave room for more. */
  readonly order: number;
  readonly title: string;
  /** One sentence: which question it answers. */
  readonly description: string;
  /** Fields that narrow every panel. */
  readonly selector: { readonly title: string; readonly view: IndexView; readonly fields: readonly SelectorField[] };
  readonly panels: readonly Panel[];
}

export interface LabelledField {
  readonly field: string;
  readonly label: string;
}

/**
 * A field of the selector, offered with its values. `range` offers a range of numbers instead. `unit` offers the organisational units, and a chosen unit
 * selects its accounts in documents of any view.
 */
export type SelectorField = LabelledField & { readonly as?: 'range' | 'unit' };

/** Belongs beside every selector of accounts. Only records of accounts have the field itself. */
export const UNIT = { field: 'resource.organizational_unit', label: 'OU', as: 'unit' } as const satisfies SelectorField;

/** How a number or a text is shown; `money` takes US dollars. */
export type Format = 'text' | 'number' | 'bytes' | 'money' | 'time' | 'date' | 'state';

/** The tones of the outcomes of events. */
export const OUTCOMES = { success: 'good', failure: 'bad' } as const;

/** What a panel measures. */
export type Measure =
  | { readonly op: 'count' }
  | { readonly op: 'sum' | 'min' | 'max' | 'distinct'; readonly field: string }
  | { readonly op: 'percentile'; readonly field: string; readonly percent: number };

export interface LabelledMeasure {
  readonly measure: Measure;
  readonly label: string;
  readonly format: Format;
  /** The number is shown multiplied by it, such as bytes by the price of a byte. */
  readonly times?: number;
}

interface Common {
  readonly title: string;
  readonly view: IndexView;
  /** Conditions of the panel itself. */
  readonly where: string;
  /** Columns of the twelve of a row. */
  readonly width: number;
  /** One sentence that says how the number is calculated, where the title alone would mislead. */
  readonly note?: string;
}

export type Panel =
  | (Common & {
      readonly type: 'metric';
      readonly measure: Measure;
      readonly format: Format;
      /** Replaces the chosen time range by the month that its end lies in. */
      readonly time?: 'month-to-date';
    })
  | (Common & {
      readonly type: 'timeseries';
      readonly measure: Measure;
      /** The name of the axis. */
      readonly label: string;
      readonly format: Format;
      /** The date field of the time axis. */
      readonly over: string;
      /** One series for each of the largest values. */
      readonly split?: string;
      readonly size?: number;
      /** The tones of split values that mean something good or bad, by the values as documents have them. A tone decides the colour. */
      readonly tones?: Readonly<Record<string, Exclude<Tone, 'calm'>>>;
      /** A fixed interval, where a finer one would be meaningless. */
      readonly interval?: 'day' | 'month';
    })
  | (Common & {
      readonly type: 'bars';
      readonly by: string;
      readonly measure: Measure;
      readonly label: string;
      readonly format: Format;
      readonly size: number;
    })
  /** The forecast of the month's cost (`forecast.ts`). */
  | (Common & { readonly type: 'forecast'; readonly measure: Measure; readonly format: Format })
  /** The number in each hour of the week, in UTC. */
  | (Common & {
      readonly type: 'week';
      readonly measure: Measure;
      readonly label: string;
      readonly format: Format;
      /** Fields of the weekday, where 1 is Monday, and of the hour. */
      readonly weekday: string;
      readonly hour: string;
    })
  /** The largest groups of several keys, outer to inner, with numbers of each; the first number ranks them. */
  | (Common & {
      readonly type: 'groups';
      /** `least`: the groups with the smallest numbers, such as the earliest times. */
      readonly rank?: 'least';
      /** `exceptPrefix` leaves out the values that begin with it. */
      readonly keys: readonly (LabelledField & { readonly size: number; readonly exceptPrefix?: string })[];
      readonly measures: readonly [LabelledMeasure, ...LabelledMeasure[]];
    })
  | (Common & {
      readonly type: 'table';
      readonly columns: readonly (LabelledField & { readonly format: Format })[];
      readonly sort: { readonly field: string; readonly direction: 'asc' | 'desc' };
    });

export type PanelOf<Type extends Panel['type']> = Extract<Panel, { type: Type }>;

const measured = (measure: Measure): readonly string[] => (measure.op === 'count' ? [] : [measure.field]);

/** The fields that a panel names. */
export function fieldsOf(panel: Panel): readonly string[] {
  switch (panel.type) {
    case 'metric':
    case 'forecast':
      return measured(panel.measure);
    case 'timeseries':
      return [panel.over, ...(panel.split === undefined ? [] : [panel.split]), ...measured(panel.measure)];
    case 'week':
      return [panel.weekday, panel.hour, ...measured(panel.measure)];
    case 'bars':
      return [panel.by, ...measured(panel.measure)];
    case 'groups':
      return [...panel.keys.map(({ field }) => field), ...panel.measures.flatMap(({ measure }) => measured(measure))];
    case 'table':
      return [...panel.columns.map(({ field }) => field), panel.sort.field];
  }
}

/** The measures of a panel; a table has none. */
export function measuresOf(panel: Panel): readonly Measure[] {
  if (panel.type === 'table') return [];
  return panel.type === 'groups' ? panel.measures.map(({ measure }) => measure) : [panel.measure];
}
