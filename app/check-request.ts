import type { RunRequest } from '../core/api/runs.ts';
import type { PipelineName } from '../core/batch.ts';
import { PIPELINES } from '../core/declared-pipelines.ts';
import { factsOf } from '../core/pipeline-facts.ts';
import { OrgscopeError } from '../core/problem.ts';
import { isS3Location } from '../core/s3-location.ts';
import { wordList } from '../core/word-list.ts';

/** Refuses a backfill unless it is of exactly one pipeline, which can read past days. */
export function checkBackfill({ pipelines, backfill }: RunRequest): void {
  if (backfill === undefined) return;
  const able = PIPELINES.filter((each) => each.backfill !== undefined).map(({ name }) => name);
  if (pipelines.length === 1 && pipelines.every((name) => able.includes(name))) return;
  const next = able.length === 1 ? 'Leave out the other pipelines.' : 'Name one of them.';
  throw new OrgscopeError('usage', `Only ${wordList(able, 'and')} can be backfilled.`, next);
}

/** Refuses a `--source` that the pipeline can't read. */
export function checkSource(name: PipelineName | 'all', source: string): void {
  const { takes, next = '' } = name === 'all' ? ALL : { next: undefined, ...factsOf(name).source };
  if (takes === 'nothing') throw new OrgscopeError('usage', `\`run ${name}\` takes no --source.`, next);
  if (takes === 's3' && !isS3Location(source))
    throw new OrgscopeError('usage', `\`run ${name}\` reads no folder.`, 'Give --source s3://bucket/prefix.');
}

const ALL = {
  takes: 'nothing',
  next: `Say which: ${wordList(
    PIPELINES.filter(({ source }) => source.takes !== 'nothing').map(({ name }) => name),
    'or',
  )}.`,
} as const;
