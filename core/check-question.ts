import type { FieldType, IndexMapping } from './field.ts';
import { OrgscopeError } from './problem.ts';
import type { AggregateQuery, Query } from './query.ts';
import { checkBounds } from './question-bounds.ts';
import { type KnownField, knownField } from './typed-filter.ts';

/**
 * Refuses what holds more than a question may, and what a store can't group, sort or calculate by: engines keep no values of the paths inside
 * flattened fields, and a question must mean the same on every store. Throws an OrgscopeError (`usage`).
 */
export function checkQuestion(mapping: IndexMapping, query: Query): void {
  checkBounds(query);
  if (query.type === 'rows') {
    for (const { field } of query.sort) columnOf(mapping, field);
    return;
  }
  for (const group of query.groups) {
    const { type } = columnOf(mapping, group.field);
    if (group.by === 'time') demand(mapping, group.field, type, ['date'], 'is no date');
    else {
      checkOrder(group, query);
      if (group.exceptPrefix !== undefined) demand(mapping, group.field, type, ['keyword'], 'has no beginnings');
    }
  }
  for (const metric of query.metrics) {
    if (metric.op === 'count') continue;
    const { type } = columnOf(mapping, metric.field);
    if (metric.op === 'sum' || metric.op === 'avg') demand(mapping, metric.field, type, NUMBERS, 'is no number');
    if (metric.op === 'min' || metric.op === 'max')
      demand(mapping, metric.field, type, [...NUMBERS, 'date'], 'is neither a number nor a date');
  }
}

const NUMBERS: readonly FieldType[] = ['long', 'double', 'decimal'];

/** A field that has values of its own. */
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
  if (types.includes(type)) return;
  throw new OrgscopeError('usage', `The field ${name} of ${mapping.view} ${complaint}.`, 'Take another field, or count.');
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
