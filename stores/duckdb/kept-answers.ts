import type { Answer, Query } from '../../core/query.ts';

/** What a dozen dashboards ask, with the reader's last choices. */
const KEPT = 200;
/** Longer answers, and what is scrolled to, are read once. */
const MOST_ROWS = 1_000;
const MOST_DOCUMENTS = 50;

/** Answers by their questions, until documents change: many readers, and each one again and again, ask the same of the same data. */
export interface KeptAnswers {
  /** The kept answer, also one that is still being found; else what `ask` gives. */
  answer(query: Query, ask: () => Promise<Answer>): Promise<Answer>;
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

export function keepAnswers(): KeptAnswers {
  // Replaced and not emptied: what is being found of old data must not be kept among the new.
  let kept = new Map<string, Promise<Answer>>();
  return {
    answer(query, ask) {
      if (query.type === 'rows' && (query.limit > MOST_DOCUMENTS || query.offset > 0)) return ask();
      const mine = kept;
      const key = canonical(query);
      const known = mine.get(key);
      if (known !== undefined) {
        // What was asked last goes last.
        mine.delete(key);
        mine.set(key, known);
        return known;
      }
      const found = ask();
      mine.set(key, found);
      if (mine.size > KEPT) mine.delete(mine.keys().next().value ?? '');
      found.then(
        (answer) => {
          if (answer.type === 'aggregate' && answer.rows.length > MOST_ROWS) mine.delete(key);
        },
        () => mine.delete(key),
      );
      return found;
    },
    clear() {
      kept = new Map();
    },
  };
}
