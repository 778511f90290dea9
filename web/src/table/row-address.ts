import type { Hit, IndexView } from '../../../core/query.ts';
import { viewOf } from '../../../dashboards/view-facts.ts';
import { resourceAddress } from '../drill.ts';
import { addressOf } from '../state.ts';
import { valueAt } from './value-at.ts';

/** Where a row leads: to its resource where it is about one, else to the whole document. */
export function rowAddress(view: IndexView, { _id, _source }: Hit): string {
  const { resourceField } = viewOf(view);
  const key = resourceField === undefined ? undefined : valueAt(_source, resourceField);
  if (typeof key === 'string') return resourceAddress(key);
  return addressOf('document', { rest: [view, _id] });
}
