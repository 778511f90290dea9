import type { ReadScope } from './ask-aws.ts';

/** The partition, account and region where a resource was seen; its ARN is built from them. */
export interface Place {
  readonly partition: string;
  readonly account: string;
  /** A region, or `global`. */
  readonly region: string;
}

export const placeOf = ({ account, region }: Pick<ReadScope, 'account' | 'region'>): Place => ({
  partition: account.identity.partition,
  account: account.id,
  region,
});
