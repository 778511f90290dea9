import type { Place } from './place.ts';

/** Whether this is the organisation's management account: other accounts are not allowed to list the organisation. */
export const isManagement = (
  output: { readonly Organization?: { readonly MasterAccountId?: string | undefined } | undefined },
  place: Place,
): boolean => output.Organization?.MasterAccountId === place.account;
