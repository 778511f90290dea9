import type { Place } from './place.ts';

/** Whether this is the account that the organisation is managed from: the others may not list what is in it, and need not. */
export const isManagement = (
  output: { readonly Organization?: { readonly MasterAccountId?: string | undefined } | undefined },
  place: Place,
): boolean => output.Organization?.MasterAccountId === place.account;
