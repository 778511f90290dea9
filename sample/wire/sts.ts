import * as sdk from '@aws-sdk/client-sts';
import { HOUR_MS } from '../calendar.ts';
import type { Estate } from '../estate/estate.ts';
import { PARTITION } from '../organisation.ts';
import { accessKeyOf } from './read-call.ts';
import { makeService, type Service, WireError } from './service.ts';

const ROLE = /^arn:[^:]+:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/;

/** STS's answers: every role of every active account can be assumed. */
export function sts(estate: Estate): Service {
  return makeService(sdk, 'query', {
    GetCallerIdentity: (call) => ({
      Account: call.account,
      Arn:
        call.account === estate.organisation.managementId
          ? `arn:${PARTITION}:iam::${call.account}:user/orgscope`
          : `arn:${PARTITION}:sts::${call.account}:assumed-role/OrganizationAccountAccessRole/orgscope`,
      UserId: `AIDASAMPLE${call.account}`,
    }),
    AssumeRole: (call) => {
      const role = call.parameters.get('RoleArn') ?? '';
      const session = call.parameters.get('RoleSessionName') ?? '';
      const [, id, name] = ROLE.exec(role) ?? [];
      const account = id === undefined ? undefined : estate.account(id);
      if (account === undefined || account.suspended) {
        throw new WireError(
          403,
          'AccessDenied',
          `User: arn:${PARTITION}:iam::${call.account}:user/orgscope is not authorized to perform: sts:AssumeRole on resource: ${role}`,
        );
      }
      return {
        Credentials: {
          AccessKeyId: accessKeyOf(account.id, 'ASIA'),
          SecretAccessKey: 'sample',
          SessionToken: 'sample',
          // Counted from the caller's clock: the caller compares it with that clock, and the sample's own time does not advance.
          Expiration: new Date(call.signed + HOUR_MS),
        },
        AssumedRoleUser: {
          AssumedRoleId: `AROASAMPLE${account.id}:${session}`,
          Arn: `arn:${PARTITION}:sts::${account.id}:assumed-role/${name}/${session}`,
        },
      };
    },
  });
}
