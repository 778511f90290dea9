import type { AggregateAnswer } from '../../core/query.ts';
import { groupName, VALUE } from '../../dashboards/compile-panel.ts';

export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** The numbers of the hours of a week, Monday first. */
export function weekOf(rows: AggregateAnswer['rows']): readonly (readonly number[])[] {
  const week = WEEKDAYS.map(() => Array<number>(24).fill(0));
  for (const row of rows) {
    const hours = week[Number(row[groupName(0)]) - 1];
    if (hours !== undefined) hours[Number(row[groupName(1)])] = Number(row[VALUE]);
  }
  return week;
}
