import type { TimeRange } from '../../core/query.ts';
import type { Panel } from '../../dashboards/dashboard.ts';
import { addressOf, type Target } from './state.ts';

/** A condition in the search language that this value meets, whatever characters it has. */
export const condition = (field: string, value: string): string => `${field}:"${value.replaceAll(/[\\"]/g, '\\$&')}"`;

/** The time from the start of a bucket to the start of the next. */
export const within = (field: string, from: string, to: string): string => `${field}:[${from} TO ${to}}`;

const joined = (...conditions: readonly string[]): string => {
  const parts = conditions.filter((part) => part !== '');
  return parts.map((part) => (parts.length > 1 && /\sOR\s/.test(part) ? `(${part})` : part)).join(' AND ');
};

/** The address of the rows that a number of a panel counts: all of its conditions, and those of the group that it stands for. */
export const rowsOf = (panel: Listed, ...group: readonly string[]): string => addressOf('rows', target(panel, group));

/** Like `rowsAddress`, for a number with its own time range, in whole days. */
export const rowsDuring = (panel: Listed, { from, to }: TimeRange): string =>
  addressOf('rows', {
    ...target(panel, []),
    days: { first: from.slice(0, 10), last: new Date(Date.parse(to) - 1).toISOString().slice(0, 10) },
  });

type Listed = Pick<Panel, 'view' | 'where' | 'title'>;

const target = (panel: Listed, group: readonly string[]): Target => ({
  rest: [panel.view],
  where: joined(panel.where, ...group),
  of: panel.title,
});

/** The address of the page of one resource, by its key or anything else that it is called by. */
export const resourceAddress = (key: string): string => addressOf('resource', { rest: [key] });
