import { deniedByOrganization } from '../aws/call-error.ts';
import type { Account } from '../aws/reach.ts';
import type { ReadScope } from '../collectors/inventory/ask-aws.ts';
import { cloudwatchAlarm } from '../collectors/inventory/cloudwatch-alarm.ts';
import { ec2Vpc } from '../collectors/inventory/ec2-vpc.ts';
import { logsLogGroup } from '../collectors/inventory/logs-log-group.ts';
import type { Emission } from '../core/pipeline.ts';
import { OrgscopeError } from '../core/problem.ts';

export interface ClosedRegions {
  /** Emits what the work emits. In a closed region the first job fails with the reason, and later ones emit nothing. */
  skip(scope: ReadScope, work: () => AsyncIterable<Emission>): AsyncGenerator<Emission>;
}

/**
 * Kinds of services that are denied together only where a policy denies all services: an account without EC2 still has functions that write logs.
 * Where a policy denies one service alone, the kinds of the other services must be read.
 */
const PROBES = [ec2Vpc, logsLogGroup, cloudwatchAlarm];

/**
 * Skips regions that a policy of the organisation closes to an account. The first job of a region runs alone. Where AWS answers it, the other jobs
 * follow without further calls. Where it is denied, three more calls find out whether the whole region is; if so this is reported once, and the
 * other kinds (some fifty) are not asked for. Nothing is kept for the next run, since the policy may change.
 */
export function closedRegions(): ClosedRegions {
  const closed = new Map<string, Promise<boolean>>();

  return {
    async *skip(scope, work) {
      const key = `${scope.account.id} ${scope.region}`;
      const known = closed.get(key);
      if (known !== undefined) {
        if (!(await known)) yield* work();
        return;
      }
      const { promise, resolve } = Promise.withResolvers<boolean>();
      closed.set(key, promise);
      try {
        for await (const emission of work()) {
          resolve(false);
          yield emission;
        }
      } catch (error) {
        const isClosed = deniedByOrganization(error) && (await isDenied(scope));
        resolve(isClosed);
        throw isClosed ? regionClosed(scope.account, scope.region, error) : error;
      } finally {
        resolve(false);
      }
    },
  };
}

async function isDenied({ report: _, leftOut: __, ...scope }: ReadScope): Promise<boolean> {
  for (const kind of PROBES) {
    const pages = kind.read(scope);
    try {
      await pages.next();
      return false;
    } catch (error) {
      if (!deniedByOrganization(error)) return false;
    } finally {
      await pages.return(undefined);
    }
  }
  return true;
}

const regionClosed = (account: Account, region: string, cause: unknown): OrgscopeError =>
  new OrgscopeError(
    'denied',
    `a policy of the organisation closes ${region} to this account: it was not read, and its resources stay as they were last seen`,
    `Name the other regions after the account in lists/account.txt (${account.origin} has it now), or with --regions; or let the policy allow ` +
      'reading: resources that were made in the region before it was closed still run, and cost.',
    { account: account.id, region },
    { cause },
  );
