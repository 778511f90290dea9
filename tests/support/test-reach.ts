import { callError } from '../../aws/call-error.ts';
import type { BucketDiscovery, Identity, Reach } from '../../aws/reach.ts';
import { type Keys, MEMBER_ROLE } from './organisation.ts';

/** A reach onto a stand-in with the keys of one account, for tests of the code above it. */
export function testReach(
  endpoint: string,
  account: string,
  keys: Keys,
  buckets: BucketDiscovery['targets'] = [],
): Reach & { readonly self: Identity } {
  const self: Identity = {
    key: `role:${account}/${MEMBER_ROLE}`,
    credentials: async () => keys,
    partition: 'aws',
    homeRegion: 'us-east-1',
    account,
  };
  return {
    self,
    accounts: async () => ({
      accounts: [{ id: account, name: 'test account', identity: self, regions: undefined, origin: 'test' }],
      problems: [],
    }),
    bucketTargets: async () => ({ targets: buckets.map((target) => ({ ...target, identity: self })), queues: [], problems: [] }),
    logGroupTargets: async () => ({ targets: [], problems: [] }),
    identity: async () => self,
    objectReader: async () => self,
    regions: async () => ['us-east-1'],
    client: (type, { credentials }, region) => new type({ endpoint, region, credentials, forcePathStyle: true } as never),
    async call(place, run) {
      try {
        return await run();
      } catch (error) {
        throw callError(error, place);
      }
    },
    clockSkewMs: () => undefined,
    close() {},
  };
}
