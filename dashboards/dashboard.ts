import type { IndexView } from '../core/query.ts';

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
  /** Fields that narrow every panel, offered with their values. */
  readonly selector: { readonly title: string; readonly view: IndexView; readonly fields: readonly LabelledField[] };
  readonly panels: readonly Panel[];
}

export interface LabelledField {
  readonly field: string;
  readonly label: string;
}

/** How a number or a text is shown. `mib` takes mebibytes; `money` takes US dollars. */
export type Format = 'text' | 'number' | 'bytes' | 'mib' | 'money' | 'time' | 'date' | 'state';

/** What is counted or added up. */
export type Measure = { readonly op: 'count' } | { readonly op: 'sum' | 'min' | 'max' | 'distinct'; readonly field: string };

interface Common {
  readonly title: string;
  readonly view: IndexView;
  /** Conditions of the panel itself. */
  readonly where: string;
  /** Of twelve columns. */
  readonly width: number;
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
      readonly format: Format;
      /** The date that it runs over. */
      readonly over: string;
      /** One series for each of the largest values. */
      readonly split?: string;
      readonly size?: number;
      /** A fixed interval, where a finer one has no meaning. */
      readonly interval?: 'day' | 'month';
    })
  | (Common & {
      readonly type: 'bars';
      readonly by: string;
      readonly measure: Measure;
      readonly format: Format;
      readonly size: number;
    })
  | (Common & {
      readonly type: 'table';
      readonly columns: readonly (LabelledField & { readonly format: Format })[];
      readonly sort: { readonly field: string; readonly direction: 'asc' | 'desc' };
    });

export type PanelOf<Type extends Panel['type']> = Extract<Panel, { type: Type }>;

/** All that a panel names. */
export function fieldsOf(panel: Panel): readonly string[] {
  const measured = 'measure' in panel && panel.measure.op !== 'count' ? [panel.measure.field] : [];
  switch (panel.type) {
    case 'metric':
      return measured;
    case 'timeseries':
      return [panel.over, ...(panel.split === undefined ? [] : [panel.split]), ...measured];
    case 'bars':
      return [panel.by, ...measured];
    case 'table':
      return [...panel.columns.map(({ field }) => field), panel.sort.field];
  }
}
