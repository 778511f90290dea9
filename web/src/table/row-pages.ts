import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Hit, RowsAnswer, RowsQuery } from '../../../core/query.ts';
import { TABLE_PAGE as PAGE } from '../../../dashboards/compile-panel.ts';
import { answerOf } from '../answer-of.ts';
import { refresh } from '../state.ts';

/** How many pages are kept for scrolling back. The pages farthest from the visible rows are dropped first. */
const KEPT = 80;
/** Nothing is asked for until scrolling has paused for so long. */
const SETTLE_MS = 60;

export interface RowPages {
  readonly total: number;
  readonly known: boolean;
  readonly error: string;
  readonly waiting: boolean;
  row(index: number): Hit | undefined;
  /** Loads the rows of a range that is visible, or nearly. */
  want(first: number, last: number): void;
  /** The first rows, up to so many; fetches those that are not loaded. */
  head(count: number): Promise<readonly Hit[]>;
}

interface Held {
  readonly key: string;
  readonly query: RowsQuery;
  readonly pages: Map<number, readonly Hit[]>;
  readonly pending: Map<number, AbortController>;
  total: number;
  known: boolean;
  error: string;
}

/** The rows of a question, loaded page by page as they become visible. The last rows stay visible while the next ones are awaited. */
export function useRowPages(base: Omit<RowsQuery, 'limit' | 'offset'>): RowPages {
  const key = JSON.stringify(base);
  const tick = refresh.value;
  const [, draw] = useState(0);
  const held = useRef<Held>(null);
  const shown = useRef<Held>(null);
  const inSight = useRef<readonly [number, number]>([0, 0]);
  const settle = useRef<ReturnType<typeof setTimeout>>(undefined);
  const redraw = () => draw((count) => count + 1);

  function fetchPage(of: Held, page: number): void {
    if (of.pages.has(page) || of.pending.has(page)) return;
    const aborter = new AbortController();
    of.pending.set(page, aborter);
    answerOf({ ...of.query, limit: PAGE, offset: page * PAGE }, aborter.signal).then(
      (answer) => {
        const rows = answer as RowsAnswer;
        of.pending.delete(page);
        of.pages.set(page, rows.hits);
        of.total = rows.total;
        of.known = true;
        of.error = '';
        const middle = Math.floor((inSight.current[0] + inSight.current[1]) / 2 / PAGE);
        const far = [...of.pages.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle));
        for (const old of far.slice(0, Math.max(0, of.pages.size - KEPT))) of.pages.delete(old);
        if (held.current !== of) return;
        shown.current = of;
        redraw();
      },
      (error: unknown) => {
        of.pending.delete(page);
        if (aborter.signal.aborted || held.current !== of) return;
        of.error = error instanceof Error ? error.message : String(error);
        shown.current = of;
        redraw();
      },
    );
  }

  useLayoutEffect(() => {
    const same = held.current?.key === key;
    const next: Held = {
      key,
      query: { ...base, limit: PAGE, offset: 0 },
      pages: new Map(),
      pending: new Map(),
      total: same ? (held.current?.total ?? 0) : 0,
      known: false,
      error: '',
    };
    for (const aborter of held.current?.pending.values() ?? []) aborter.abort();
    held.current = next;
    if (!same) inSight.current = [0, 0];
    const [first, last] = inSight.current;
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++) fetchPage(next, page);
    redraw();
    // `base` is a new object at each rendering and means what `key` says, so only `key` is compared.
  }, [key, tick]);
  useEffect(
    () => () => {
      clearTimeout(settle.current);
      for (const aborter of held.current?.pending.values() ?? []) aborter.abort();
    },
    [],
  );

  const now = shown.current;
  return {
    total: now?.total ?? 0,
    known: now?.known ?? false,
    error: now?.error ?? '',
    waiting: held.current === null || (held.current !== now && held.current.error === '') || held.current.pending.size > 0,
    row: (index) => now?.pages.get(Math.floor(index / PAGE))?.[index % PAGE],
    want(first, last) {
      inSight.current = [first, last];
      clearTimeout(settle.current);
      settle.current = setTimeout(() => {
        const of = held.current;
        if (of === null) return;
        for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++) fetchPage(of, page);
      }, SETTLE_MS);
    },
    async head(count) {
      const answer = (await answerOf({ ...base, limit: count, offset: 0 })) as RowsAnswer;
      return answer.hits;
    },
  };
}
