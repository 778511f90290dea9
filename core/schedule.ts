/** When a pipeline runs by itself. `once`: when orgscope starts, and not again. */
export type Schedule =
  | { readonly type: 'every'; readonly everyMs: number }
  /** Five fields, in the time zone of the process. */
  | { readonly type: 'cron'; readonly pattern: string }
  | { readonly type: 'once' }
  | { readonly type: 'never' };
