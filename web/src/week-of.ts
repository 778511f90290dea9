import type { AggregateAnswer } from '../../core/query.ts';
import { BUCKET, VALUE } from '../../dashboards/compile-panel.ts';

export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** The numbers of the hours of a week, Monday first and in UTC, from those of single hours. */
export function weekOf(rows: AggregateAnswer['rows']): readonly (readonly number[])[] {
  const week = WEEKDAYS.map(() => Array<number>(24).fill(0));
  for (const row of rows) {
    const time = new Date(String(row[BUCKET]));
    const hours = week[(time.getUTCDay() + 6) % 7] as number[];
    hours[time.getUTCHours()] = (hours[time.getUTCHours()] ?? 0) + Number(row[VALUE]);
  }
  return week;
}
