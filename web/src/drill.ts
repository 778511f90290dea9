import type { Panel } from '../../dashboards/dashboard.ts';
import { addressOf } from './state.ts';

/** A condition in the search language that this value meets, whatever characters it has. */
export const condition = (field: string, value: string): string => `${field}:"${value.replaceAll(/[\\"]/g, '\\$&')}"`;

/** From a bucket of time to the next. */
export const within = (field: string, from: string, to: string): string => `${field}:[${from} TO ${to}}`;

const joined = (...conditions: readonly string[]): string => {
  const parts = conditions.filter((part) => part !== '');
  return parts.map((part) => (parts.length > 1 && /\s(OR|AND)\s/.test(part) ? `(${part})` : part)).join(' AND ');
};

/** The address of the rows that a number of a panel counts: all of its conditions, and those of the group that it stands for. */
export function rowsOf(panel: Pick<Panel, 'view' | 'where' | 'title'>, ...group: readonly string[]): string {
  return addressOf('rows', {
    place: [panel.view],
    where: joined(panel.where, ...group),
    of: panel.title,
  });
}

/** The address of the page of one resource, by its key or anything else that it is called by. */
export const resourceAddress = (key: string): string => addressOf('resource', { place: [key] });
