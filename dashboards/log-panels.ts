import { type LabelledMeasure, type PanelOf, type SelectorField, UNIT } from './dashboard.ts';

/** What the dashboards of service logs have in common: the fields of their selectors, and the columns and measures that several of their panels show. */
export const LOG_SELECTOR: readonly SelectorField[] = [
  { field: 'cloud.account.id', label: 'Account' },
  UNIT,
  { field: 'cloud.region', label: 'Region' },
  { field: 'event.dataset', label: 'Dataset' },
  { field: 'related.entity', label: 'Resource' },
];

export const COUNT = { op: 'count' } as const;

export const LAST: LabelledMeasure = { measure: { op: 'max', field: '@timestamp' }, label: 'Last', format: 'time' };

type Column = PanelOf<'table'>['columns'][number];

export const TIME: Column = { field: '@timestamp', label: 'Time', format: 'time' };
export const ACCOUNT: Column = { field: 'cloud.account.id', label: 'Account', format: 'text' };
export const MESSAGE: Column = { field: 'message', label: 'Message', format: 'text' };

export const NEWEST_FIRST = { field: '@timestamp', direction: 'desc' } as const;
