import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkSource } from '../app/check-request.ts';
import type { PipelineName } from '../core/batch.ts';
import { OrgscopeError } from '../core/problem.ts';
import { isS3Location, parseS3Location } from '../core/s3-location.ts';

/** Checks a --source and makes a path absolute, since `up` may run in another folder. */
export function readSource(name: PipelineName | 'all', source: string): string {
  checkSource(name, source);
  if (isS3Location(source)) {
    parseS3Location(source);
    return source;
  }
  const path = resolve(source);
  if (!existsSync(path))
    throw new OrgscopeError('missing', `${source} is not there.`, 'Give a folder that can be read, or s3://bucket/prefix.');
  return realpathSync(path);
}
