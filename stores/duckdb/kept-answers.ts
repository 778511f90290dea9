import type { Answer, Query } from '../../core/query.ts';

/** The questions of a dozen dashboards, with a reader's last choices. */
const KEPT = 200;
/** Longer answers and further pages are not kept, since they are read once. */
const MOST_ROWS = 1_000;
const MOST_DOCUMENTS = 50;

/** Keeps answers by their questions until documents change: many readers repeatedly ask the same questions of the same data. */
export interface KeptAnswers {
  /**
   * Yields the kept answer, or one that is still being found for another caller; otherwise that of `ask`. The signal given to `ask` aborts once the
   * signals of all callers that wait for the answer have aborted.
   */
  answer(query: Query, ask: (signal: AbortSignal) => Promise<Answer>, signal?: AbortSignal): Promise<Answer>;
  /** Drops all answers, since documents have changed. */
  clear(): void;
}

/** A text that is the same for equal questions, with their members in any order. */
const canonical = (query: Query): string =>
  JSON.stringify(query, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );

interface Asked {
  readonly found: Promise<Answer>;
  readonly gone: AbortController;
  waiting: number;
}

const never = new AbortController().signal;

export function keepAnswers(): KeptAnswers {
  // Replaced instead of emptied, so that an answer from old data that is still being found is not kept with the new ones.
  let kept = new Map<string, Asked>();
  return {
    async answer(query, ask, signal = never) {
      if (query.type === 'rows' && (query.limit > MOST_DOCUMENTS || query.offset > 0)) return ask(signal);
      const mine = kept;
      const key = canonical(query);
      let asked = mine.get(key);
      if (asked === undefined) {
        const gone = new AbortController();
        asked = { found: ask(gone.signal), gone, waiting: 0 };
        if (mine.size >= KEPT) mine.delete(mine.keys().next().value ?? '');
      }
      const { found, gone } = asked;
      // Moves the question to the end, since the first one is removed when there are too many.
      mine.delete(key);
      mine.set(key, asked);
      const forget = (): void => {
        if (mine.get(key)?.found === found) mine.delete(key);
      };
      const leave = (): void => {
        if (asked.waiting > 1) {
          asked.waiting--;
          return;
        }
        gone.abort();
        // The next caller asks again.
        forget();
      };
      asked.waiting++;
      signal.addEventListener('abort', leave, { once: true });
      try {
        const answer = await found;
        if (answer.type === 'aggregate' && answer.rows.length > MOST_ROWS) forget();
        return answer;
      } catch (error) {
        forget();
        throw error;
      } finally {
        signal.removeEventListener('abort', leave);
      }
    },
    clear() {
      kept = new Map();
    },
  };
}
