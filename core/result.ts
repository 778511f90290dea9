/**
 * What a processor returns for one record. Bad data is a value, not an exception: a record that is not wanted is dropped,
 * one that cannot be understood becomes a dead letter, and both carry the reason that the run report shows.
 */
export type Result<T> =
  | { readonly type: 'ok'; readonly value: T }
  | { readonly type: 'drop'; readonly reason: string }
  | { readonly type: 'dead-letter'; readonly reason: string };

export const ok = <T>(value: T): Result<T> => ({ type: 'ok', value });
export const deadLetter = (reason: string): Result<never> => ({ type: 'dead-letter', reason });
