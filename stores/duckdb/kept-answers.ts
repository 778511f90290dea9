import type { Answer, Query } from '../../core/query.ts';

/** What a dozen dashboards ask, with the reader's last choices. */
const KEPT = 200;
/** Longer answers, and what is scrolled to, are read once. */
const MOST_ROWS = 1_000;
const MOST_DOCUMENTS = 50;

/** Answers by their questions, until documents change: many readers, and each one again and again, ask the same of the same data. */
export interface KeptAnswers {
  /**
   * The kept answer, also one that is still being found; else what `ask` gives. Its signal aborts once all who wait for the answer have gone, as
   * theirs say.
   */
  answer(query: Query, ask: (signal: AbortSignal) => Promise<Answer>, signal?: AbortSignal): Promise<Answer>;
  /** Documents have changed. */
  clear(): void;
}

/** The same text for the same question, however its parts are ordered. */
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

const noAsker = new AbortController().signal;

export function keepAnswers(): KeptAnswers {
  // Replaced and not emptied: what is being found of old data must not be kept among the new.
  let kept = new Map<string, Asked>();
  return {
    async answer(query, ask, signal = noAsker) {
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
      // What was asked last goes last.
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
        // The next one who asks begins anew.
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
