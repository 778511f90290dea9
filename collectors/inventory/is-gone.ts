import { OrgscopeError } from '../../core/problem.ts';
import { codeOf } from './code-of.ts';

/**
 * The error codes of a deleted resource, by service. The service matters, since the SDK calls any answer with status 404 and no body
 * `NotFound`: only in SNS the code means a missing topic.
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

/** Whether a call failed because its resource was deleted after it was listed. */
export function isGone(error: unknown): boolean {
  if (!(error instanceof OrgscopeError)) return false;
  const service = error.where.call?.split(':')[0] ?? '';
  return GONE[service]?.includes(codeOf(error.cause)) === true;
}
