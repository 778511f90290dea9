import * as sdk from '@aws-sdk/client-backup';
import type { HttpResponse } from '@smithy/core/protocols';
import type { HttpRequest } from '@smithy/types';
import type { RegionBackups } from '../estate/backups.ts';
import type { Estate } from '../estate/estate.ts';
import { type Call, page } from './read-call.ts';
import { makeService } from './service.ts';

/** The path of each call: AWS Backup is a REST service. */
const PATHS: readonly (readonly [action: string, path: RegExp])[] = [
  ['ListBackupVaults', /^\/backup-vaults\/?$/],
  ['ListRecoveryPointsByBackupVault', /^\/backup-vaults\/([^/]+)\/recovery-points\/?$/],
  ['ListBackupJobs', /^\/backup-jobs\/?$/],
];

/** AWS Backup's answers about an account and region. */
export function backup(estate: Estate): (call: Call, request: HttpRequest, requestId: string) => HttpResponse {
  const backupsOf = (call: Call): RegionBackups | undefined => {
    const account = estate.account(call.account);
    return account?.regions.includes(call.region) ? estate.backups(account, call.region) : undefined;
  };
  const pageOf = <Item>({ parameters }: Call, items: readonly Item[] | undefined) => {
    const { items: some, next } = page(items ?? [], parameters.get('nextToken'), parameters.get('maxResults'), 500);
    return [some, next === undefined ? {} : { NextToken: next }] as const;
  };
  const service = makeService(sdk, 'json', {
    ListBackupVaults: (call) => {
      const [BackupVaultList, more] = pageOf(call, backupsOf(call)?.vaults);
      return { BackupVaultList, ...more };
    },
    ListRecoveryPointsByBackupVault: (call) => {
      const [RecoveryPoints, more] = pageOf(call, backupsOf(call)?.recoveryPoints);
      return { RecoveryPoints, ...more };
    },
    ListBackupJobs: (call) => {
      const [BackupJobs, more] = pageOf(call, backupsOf(call)?.jobs);
      return { BackupJobs, ...more };
    },
  });
  return (call, request, requestId) => {
    // Any other call gets an empty list, as in an account that does not use the feature.
    const action = PATHS.find(([, path]) => path.test(request.path))?.[0] ?? 'ListRestoreJobs';
    const query = Object.entries(request.query ?? {}).map(([name, value]): [string, string] => [name, String(value)]);
    return service({ ...call, action, parameters: new URLSearchParams(query) }, requestId);
  };
}
