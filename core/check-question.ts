import type { FieldType, IndexMapping } from './field.ts';
import { CALENDAR_UNITS, type Interval, MOST_SECONDS } from './interval.ts';
import { thousandths } from './percentile.ts';
import { OrgscopeError } from './problem.ts';
import type { AggregateQuery, Query } from './query.ts';
import { checkBounds } from './question-bounds.ts';
import { type KnownField, knownField } from './typed-filter.ts';

/**
 * Refuses questions that exceed a bound, and those that group, sort or calculate by a field whose type does not allow it. Engines keep no values of
 * the paths inside flattened fields, and a question must mean the same on every store. Throws an OrgscopeError (`usage`).
 */
export function checkQuestion(mapping: IndexMapping, query: Query): void {
  checkBounds(query);
  if (query.type === 'rows') {
    for (const { field } of query.sort) columnOf(mapping, field);
    return;
  }
  for (const group of query.groups) {
    const { type } = columnOf(mapping, group.field);
    if (group.by === 'time') {
      demand(mapping, group.field, type, ['date'], 'is no date');
      checkInterval(group.interval);
    } else {
      checkOrder(group, query);
      if (group.exceptPrefix !== undefined) demand(mapping, group.field, type, ['keyword'], 'has no beginnings');
    }
  }
  for (const metric of query.metrics) {
    if (metric.op === 'count') continue;
    const { type } = columnOf(mapping, metric.field);
    if (metric.op === 'sum' || metric.op === 'avg') demand(mapping, metric.field, type, NUMBERS, 'is no number');
    if (metric.op === 'percentile' || metric.op === 'last') {
      demand(mapping, metric.field, type, NUMBERS, 'is no number');
      if (columnOf(mapping, metric.field).array) throw unfit(mapping, metric.field, 'is a list');
    }
    if (metric.op === 'percentile') checkPercent(metric.percent);
    if (metric.op === 'last') {
      demand(mapping, metric.over, columnOf(mapping, metric.over).type, ['date'], 'is no date');
      if (columnOf(mapping, metric.over).array) throw unfit(mapping, metric.over, 'is a list');
    }
    if (metric.op === 'min' || metric.op === 'max')
      demand(mapping, metric.field, type, [...NUMBERS, 'date'], 'is neither a number nor a date');
  }
}

const NUMBERS: readonly FieldType[] = ['long', 'double', 'decimal'];

/** A field whose values a store can group, sort and calculate by. */
export function columnOf(mapping: IndexMapping, name: string): KnownField {
  const field = knownField(mapping, name);
  if (field !== undefined && field.type !== 'flattened' && field.type !== 'printed') return field;
  throw new OrgscopeError(
    'usage',
    `${mapping.view} can't be grouped, sorted or added up by ${name}: it is no mapped field.`,
    'Take one of docs/fields.md; conditions may name any path inside a flattened field.',
  );
}

function demand(mapping: IndexMapping, name: string, type: FieldType, types: readonly FieldType[], complaint: string): void {
  if (!types.includes(type)) throw unfit(mapping, name, complaint);
}

const unfit = (mapping: IndexMapping, name: string, complaint: string): OrgscopeError =>
  new OrgscopeError('usage', `The field ${name} of ${mapping.view} ${complaint}.`, 'Take another field, or count.');

function checkPercent(percent: number): void {
  if (percent > 0 && percent <= 100 && Number.isInteger(thousandths(percent))) return;
  throw new OrgscopeError(
    'usage',
    `${percent} is no percentile.`,
    'Take one above 0 and up to 100, with at most three decimal places.',
  );
}

function checkInterval(interval: Interval): void {
  if (typeof interval === 'string') {
    if (CALENDAR_UNITS.includes(interval)) return;
  } else if (Number.isInteger(interval.seconds) && interval.seconds >= 1 && interval.seconds <= MOST_SECONDS) return;
  throw new OrgscopeError(
    'usage',
    `${JSON.stringify(interval)} is no interval.`,
    `Take ${CALENDAR_UNITS.join(', ')}, or from 1 to ${MOST_SECONDS} whole seconds.`,
  );
}

function checkOrder(group: Extract<AggregateQuery['groups'][number], { by: 'terms' }>, { metrics }: AggregateQuery): void {
  const by = group.order?.by;
  if (by === undefined || by === '_count' || by === group.name || metrics.some(({ name }) => name === by)) return;
  throw new OrgscopeError(
    'usage',
    `The group ${group.name} is ordered by ${by}, which is no metric.`,
    'Order by a metric or by the group itself.',
  );
}
