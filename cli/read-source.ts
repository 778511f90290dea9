import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkSource } from '../app/check-request.ts';
import type { PipelineName } from '../core/batch.ts';
import { OrgscopeError } from '../core/problem.ts';

/** Checks a --source and makes a path absolute, since `up` may run in another folder. */
export function readSource(name: PipelineName | 'all', source: string): string {
  checkSource(name, source);
  if (source.startsWith('s3://')) {
    if (/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/.*)?$/.test(source)) return source;
    throw new OrgscopeError('usage', `${source} names no bucket.`, 'Write s3://bucket or s3://bucket/prefix.');
  }
  const path = resolve(source);
  if (!existsSync(path))
    throw new OrgscopeError('missing', `${source} is not there.`, 'Give a folder that can be read, or s3://bucket/prefix.');
  return realpathSync(path);
}
