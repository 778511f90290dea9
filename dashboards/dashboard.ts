import type { IndexView } from '../core/query.ts';
import type { Tone } from './tone.ts';

/**
 * A dashboard as data: the page draws it, and the Kibana file is generated from it. A panel's conditions are text in the search
 * language (`core/parse-lucene.ts`), which both understand.
 */
export interface Dashboard {
  /** Its place in the address and the file name. */
  readonly id: string;
  /** Its place in the navigation, lowest first; steps of ten leave room between. */
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
 * Offered with its values; or, where `as` says so, as a range of numbers, or with the units of accounts: such a choice means the
 * accounts under the unit, in documents of any view.
 */
export type SelectorField = LabelledField & { readonly as?: 'range' | 'unit' };

/** Stands beside every selector of accounts. The field is one of the accounts' own records alone. */
export const UNIT = { field: 'resource.organizational_unit', label: 'OU', as: 'unit' } as const satisfies SelectorField;

/** How a number or a text is shown; `money` takes US dollars. */
export type Format = 'text' | 'number' | 'bytes' | 'money' | 'time' | 'date' | 'state';

/** Outcomes of events. */
export const OUTCOMES = { success: 'good', failure: 'bad' } as const;

/** What is counted or added up. */
export type Measure = { readonly op: 'count' } | { readonly op: 'sum' | 'min' | 'max' | 'distinct'; readonly field: string };

export interface LabelledMeasure {
  readonly measure: Measure;
  readonly label: string;
  readonly format: Format;
}

interface Common {
  readonly title: string;
  readonly view: IndexView;
  /** Conditions of the panel itself. */
  readonly where: string;
  /** Of twelve columns. */
  readonly width: number;
  /** One sentence: how the number is made, where its title alone would mislead. */
  readonly note?: string;
}

export type Panel =
  | (Common & {
      readonly type: 'metric';
      readonly measure: Measure;
      readonly format: Format;
      /** Instead of the chosen time range: the month that its end lies in. */
      readonly time?: 'month-to-date';
    })
  | (Common & {
      readonly type: 'timeseries';
      readonly measure: Measure;
      /** What is measured, as the axis names it. */
      readonly label: string;
      readonly format: Format;
      /** The date that it runs over. */
      readonly over: string;
      /** One series for each of the largest values. */
      readonly split?: string;
      readonly size?: number;
      /** Of values of the split that are good or bad news, written as documents have them; each has the colour of its tone. */
      readonly tones?: Readonly<Record<string, Exclude<Tone, 'calm'>>>;
      /** A fixed interval, where a finer one has no meaning. */
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
  /** What the month will cost (`forecast.ts`). */
  | (Common & { readonly type: 'forecast'; readonly measure: Measure; readonly format: Format })
  /** The largest groups of several keys, outer to inner, with numbers of each; the first number ranks them. */
  | (Common & {
      readonly type: 'groups';
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

/** All that a panel names. */
export function fieldsOf(panel: Panel): readonly string[] {
  switch (panel.type) {
    case 'metric':
    case 'forecast':
      return measured(panel.measure);
    case 'timeseries':
      return [panel.over, ...(panel.split === undefined ? [] : [panel.split]), ...measured(panel.measure)];
    case 'bars':
      return [panel.by, ...measured(panel.measure)];
    case 'groups':
      return [...panel.keys.map(({ field }) => field), ...panel.measures.flatMap(({ measure }) => measured(measure))];
    case 'table':
      return [...panel.columns.map(({ field }) => field), panel.sort.field];
  }
}

/** What a panel counts or adds up; a table nothing. */
export function measuresOf(panel: Panel): readonly Measure[] {
  if (panel.type === 'table') return [];
  return panel.type === 'groups' ? panel.measures.map(({ measure }) => measure) : [panel.measure];
}
