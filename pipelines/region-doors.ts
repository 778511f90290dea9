import { deniedByOrganization } from '../aws/call-error.ts';
import type { Account } from '../aws/reach.ts';
import type { ReadScope } from '../collectors/inventory/ask-aws.ts';
import { cloudwatchAlarm } from '../collectors/inventory/cloudwatch-alarm.ts';
import { ec2Vpc } from '../collectors/inventory/ec2-vpc.ts';
import { logsLogGroup } from '../collectors/inventory/logs-log-group.ts';
import type { Emission } from '../core/pipeline.ts';
import { OrgscopeError } from '../core/problem.ts';

/** Lets the jobs of a region go, or knows that they would all be denied. */
export interface RegionDoors {
  /** What the work emits; nothing, where the region is closed, which the first job of the region has said. */
  pass(scope: ReadScope, work: () => AsyncIterable<Emission>): AsyncGenerator<Emission>;
}

/**
 * Services that a policy denies only together with all others: what allows an account no EC2 still lets its functions write logs. A policy may
 * well deny one service in all regions, and then the kinds of the others must be read.
 */
const TELLING = [ec2Vpc, logsLogGroup, cloudwatchAlarm];

/**
 * Regions that a policy of the organisation closes to an account. The first job of a region goes alone: where it is answered, the others follow,
 * at no further call. Where it is denied, three more calls tell whether the whole region is; if so that is said once, and the some fifty
 * other kinds are not asked for. Nothing is kept for the next run, in which the policy may be another one.
 */
export function regionDoors(): RegionDoors {
  const closed = new Map<string, Promise<boolean>>();

  return {
    async *pass(scope, work) {
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
  for (const kind of TELLING) {
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
    `a policy of the organisation closes ${region} to this account: nothing of it was read, and what was known of it stays as it was`,
    `Name the other regions after the account in lists/account.txt (${account.origin} has it now), or with --regions; or let the policy allow ` +
      'reading: what was made in the region before it was closed still runs, and costs.',
    { account: account.id, region },
    { cause },
  );
