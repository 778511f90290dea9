import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import pLimit from 'p-limit';
import type { QueryLine, QueryRequest } from '../core/api/questions.ts';
import type { LocalOrgscope } from '../core/orgscope.ts';
import { toProblem } from '../core/problem.ts';
import type { Query } from '../core/query.ts';

/** Of one request, as many as a browser would ask by itself. */
const QUESTIONS_AT_ONCE = 6;

/** The answers as NDJSON, in the order in which the store gives them: a slow question delays no other one, a slow client delays all. */
export function answerLines(orgscope: Pick<LocalOrgscope, 'answer'>, { queries }: QueryRequest, gone: AbortSignal): Readable {
  const lines = new PassThrough();
  const turn = pLimit(QUESTIONS_AT_ONCE);
  const answerOne = async (query: Query, index: number): Promise<void> => {
    // The store is not asked for an answer that nobody would receive.
    if (gone.aborted) return;
    const answer = await orgscope
      .answer(query, gone)
      .catch((error: unknown) => ({ type: 'error' as const, message: toProblem(error).message }));
    if (gone.aborted || lines.write(`${JSON.stringify({ index, answer } satisfies QueryLine)}\n`)) return;
    await once(lines, 'drain', { signal: gone }).catch(() => undefined);
  };
  void Promise.all(queries.map((query, index) => turn(answerOne, query, index))).then(() => lines.end());
  return lines;
}
