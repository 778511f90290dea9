import { createHash } from 'node:crypto';
import type { DeadLetter } from '../../core/store.ts';
import type { BulkSender } from './bulk.ts';
import type { Engine } from './engine.ts';
import { DEAD_LETTER_INDEX } from './schema.ts';
import { searchOnce } from './search-all.ts';

/** The documents that a run could not index, kept in the engine, so that all processes and machines that work on the run can see them. */
export interface EngineDeadLetters {
  /** Where they are, as text for people. */
  readonly path: string;
  /** How many were appended by this process. */
  readonly count: number;
  append(deadLetters: readonly DeadLetter[]): Promise<void>;
  /** The first ones, of all processes. */
  first(limit: number): Promise<readonly DeadLetter[]>;
}

const MAX_CONTENT = 64 * 1024;

export function deadLettersOf(engine: Engine, sendBulk: BulkSender, run: string, now: () => Date): EngineDeadLetters {
  let count = 0;
  return {
    path: `${DEAD_LETTER_INDEX} of ${engine.name}, run ${run}`,
    get count() {
      return count;
    },
    async append(deadLetters) {
      await sendBulk(
        deadLetters.map((deadLetter) => {
          const kept = { ...deadLetter, content: deadLetter.content.slice(0, MAX_CONTENT) };
          // The id is that of the content, so that another attempt of the job does not add it twice.
          const id = createHash('sha256')
            .update(JSON.stringify([run, kept]))
            .digest('base64url');
          return {
            operation: 'create',
            index: DEAD_LETTER_INDEX,
            id,
            body: Buffer.from(JSON.stringify({ '@timestamp': now().toISOString(), run, ...kept })),
          };
        }),
      );
      count += deadLetters.length;
    },
    async first(limit) {
      const query = { ignore_unavailable: true, allow_no_indices: true };
      await engine.request({ method: 'POST', path: `/${DEAD_LETTER_INDEX}/_refresh`, query, allow: [404] });
      const { hits } = await searchOnce<DeadLetter>(engine, DEAD_LETTER_INDEX, {
        query: { term: { run } },
        sort: [{ '@timestamp': { order: 'asc', unmapped_type: 'date' } }],
        size: limit,
      });
      return hits.hits.map(({ _source: { pipeline, source, reason, content } }) => ({
        pipeline,
        source,
        reason,
        content,
      }));
    },
  };
}
