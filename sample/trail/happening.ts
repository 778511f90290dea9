import type { Identity } from './identities.ts';

/** One API call of the sample, from which a CloudTrail record is made. */
export interface Happening {
  readonly time: number;
  /** Tells apart calls of the same name at the same time: the id of what the call is about. */
  readonly about?: string | undefined;
  readonly source: string;
  readonly name: string;
  readonly who: Identity;
  readonly ip: string;
  readonly agent?: string;
  readonly readOnly: boolean;
  readonly request: object | null;
  readonly response: object | null;
  readonly error?: { readonly code: string; readonly message: string };
  readonly extra?: object;
}
