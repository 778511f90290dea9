import type { Hit, IndexView } from '../../../core/query.ts';
import { viewOf } from '../../../dashboards/view-facts.ts';
import { resourceAddress } from '../drill.ts';
import { addressOf } from '../state.ts';
import { valueAt } from './value-at.ts';

/** The address that a row links to: the resource that it is about, else its whole document. */
export function rowAddress(view: IndexView, { _id, _source }: Hit): string {
  const { resourceField } = viewOf(view);
  const key = resourceField === undefined ? undefined : valueAt(_source, resourceField);
  if (typeof key === 'string') return resourceAddress(key);
  return addressOf('document', { rest: [view, _id] });
}
