/**
 * One complete look at one (account, region, kind, scope). Its time is fixed when it is planned and kept over retries: it is
 * the version of every document that it writes, so that a stalled older sweep never overwrites a newer one.
 */
export interface Sweep {
  readonly account: string;
  /** A region, or `global` for kinds that AWS does not divide by region. */
  readonly region: string;
  readonly kind: string;
  /** The bucket/prefix for S3 objects, else empty. */
  readonly scope: string;
  /** Milliseconds since 1970, UTC. */
  readonly time: number;
}

/** The text under which a document in `awscli-current` and `awsusers` names its sweep (`orgscope.sweep`): what retiring goes by. */
export function sweepKey(sweep: Omit<Sweep, 'time'>): string {
  return `${sweep.account}/${sweep.region}/${sweep.kind}/${sweep.scope}`;
}
