import type { IndexView } from './query.ts';

/** Which view a concrete index belongs to; the pattern `awscli-*` would match three of them. */
export function viewOfIndex(index: string): IndexView {
  if (index === 'awscli-current') return 'awscli-current';
  if (index.startsWith('awscli-trail-')) return 'awscli-trail';
  if (index.startsWith('awscli-')) return 'awscli';
  if (index.startsWith('awschanges-')) return 'awschanges';
  if (index.startsWith('awsbilling-')) return 'awsbilling';
  return 'awsusers';
}
