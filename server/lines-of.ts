import type { FoundResource } from '../core/api/resources.ts';
import { DAY_MS } from '../core/day-ms.ts';
import { kindFacts } from '../core/kind-facts.ts';
import { lineEntities } from '../core/line-entities.ts';
import { isUniqueId } from '../core/named-entities.ts';
import type { Filter, RowsAnswer } from '../core/query.ts';
import type { Asker } from './asker.ts';

/**
 * A store finds lines by their day, and then reads all lines of the day: an index of the resources of each of millions of lines would make writing them
 * slower.
 */
const DAYS = 2;
const LINES = 30;

/** The newest log lines of a resource. */
export function linesOf(ask: Asker, resource: FoundResource | null, text: string): Promise<RowsAnswer> {
  const now = Date.now();
  const named: Filter = { type: 'terms', field: 'related.entity', values: [...lineEntities(resource ?? text)] };
  // The name of a classic balancer identifies it only within its account.
  const isWhole =
    resource === null || resource.arn !== null || isUniqueId(resource.id) || kindFacts(resource.type)?.uniqueId === true;
  return ask.rows({
    type: 'rows',
    view: 'awslogs',
    filter: isWhole
      ? named
      : { type: 'and', filters: [named, { type: 'term', field: 'cloud.account.id', value: resource.accountId }] },
    time: { from: new Date(now - DAYS * DAY_MS).toISOString(), to: new Date(now + DAY_MS).toISOString() },
    sort: [{ field: '@timestamp', direction: 'desc' }],
    limit: LINES,
    offset: 0,
  });
}
