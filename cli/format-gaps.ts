import { writersOf } from '../core/pipeline-facts.ts';
import type { IndexView } from '../core/query.ts';
import type { Gap } from '../core/store.ts';
import { number } from './format-run.ts';

/** A line per view that lacks documents, and one per view with closed indices: which, how many, and what to run. */
export function formatGaps(gaps: readonly Gap[]): string[] {
  return [...new Set(gaps.map(({ view }) => view))].flatMap((view) => {
    const ofView = gaps.filter((gap) => gap.view === view);
    const closed = ofView.filter((gap) => gap.closed === true);
    const gone = ofView.filter((gap) => gap.closed !== true);
    const sum = (some: readonly Gap[], count: (gap: Gap) => number): string =>
      number(some.reduce((total, gap) => total + count(gap), 0));
    return [
      ...(gone.length === 0
        ? []
        : [
            `${names(gone)}: ${sum(gone, (gap) => gap.stored)} of ${sum(gone, (gap) => gap.expected)} documents are there; the rest was deleted outside of orgscope → ${remedy(view)}`,
          ]),
      ...(closed.length === 0
        ? []
        : [
            `${names(closed)}: closed outside of orgscope, so that ${sum(closed, (gap) => gap.expected)} documents can't be found → Open ${closed.length === 1 ? 'it' : 'them'} again: POST /${closed[0]?.index}/_open`,
          ]),
    ];
  });
}

function names(gaps: readonly Gap[]): string {
  const more = gaps.length - 1;
  return `${gaps[0]?.index}${more > 0 ? ` and ${number(more)} more ${more === 1 ? 'index' : 'indices'}` : ''}`;
}

function remedy(view: IndexView): string {
  const pipelines = writersOf(view);
  if (pipelines.length === 1) return `\`orgscope run ${pipelines[0]} --again\` reads their sources again.`;
  return 'AWS does not tell how it was then: restore the index from a snapshot, or accept the loss with `orgscope run all --again`.';
}
