import type { IndexView } from '../core/query.ts';
import type { Gap } from '../core/store.ts';
import { WRITTEN_BY } from '../runner/holdings.ts';
import { number } from './format-run.ts';

/** A line per view that lacks documents: which, how many, and what to run. */
export function formatGaps(gaps: readonly Gap[]): string[] {
  return [...new Set(gaps.map(({ view }) => view))].map((view) => {
    const ofView = gaps.filter((gap) => gap.view === view);
    const more = ofView.length - 1;
    const names = `${ofView[0]?.index}${more > 0 ? ` and ${number(more)} more ${more === 1 ? 'index' : 'indices'}` : ''}`;
    const sum = (count: (gap: Gap) => number): string => number(ofView.reduce((total, gap) => total + count(gap), 0));
    const what = `${names}: ${sum((gap) => gap.stored)} of ${sum((gap) => gap.expected)} documents are there; the others were deleted outside of orgscope`;
    return `${what} → ${remedy(view)}`;
  });
}

function remedy(view: IndexView): string {
  const pipelines = WRITTEN_BY[view] ?? [];
  if (pipelines.length === 1) return `\`orgscope run ${pipelines[0]} --again\` reads their sources again.`;
  return 'AWS does not tell how it was then: restore the index from a snapshot, or accept the loss with `orgscope run all --again`.';
}
