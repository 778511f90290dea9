import { OrgscopeError } from '../../core/problem.ts';
import { codeOf } from './code-of.ts';

/**
 * What services say of a thing that is no longer there, by service. By service, since a bare `NotFound` is what the SDK also calls any answer
 * with status 404 and no body: only SNS means a topic by it.
 */
const GONE: Readonly<Record<string, readonly string[]>> = {
  backup: ['ResourceNotFoundException'],
  dynamodb: ['ResourceNotFoundException', 'TableNotFoundException'],
  ecs: ['ClusterNotFoundException', 'ServiceNotFoundException'],
  iam: ['NoSuchEntity', 'NoSuchEntityException'],
  organizations: ['AccountNotFoundException', 'OrganizationalUnitNotFoundException', 'ParentNotFoundException'],
  s3: ['NoSuchBucket'],
  sns: ['NotFound', 'NotFoundException'],
  sqs: ['AWS.SimpleQueueService.NonExistentQueue', 'QueueDoesNotExist'],
};

/** Whether a call failed because what it asks about was deleted since it was listed. */
export function isGone(error: unknown): boolean {
  if (!(error instanceof OrgscopeError)) return false;
  const service = error.where.call?.split(':')[0] ?? '';
  return GONE[service]?.includes(codeOf(error.cause)) === true;
}
