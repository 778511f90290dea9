import type { PipelineProgress } from '../../../core/api/runs.ts';
import { factsOf, writersOf } from '../../../core/pipeline-facts.ts';
import type { IndexView } from '../../../core/query.ts';
import { RANGES } from '../../../dashboards/time-ranges.ts';
import { followsTime } from '../../../dashboards/view-facts.ts';
import { progress } from '../ask.ts';
import { chips, days, range, search } from '../state.ts';

/** The progress of a running pipeline that writes the view. */
export const readingNow = (view: IndexView): PipelineProgress | undefined =>
  progress.value?.pipelines.find(
    ({ pipeline, planning, done, planned }) => writersOf(view).includes(pipeline) && (planning || done < planned),
  );

/** The text of an empty panel: why it has nothing to show, and what to do about it. */
export function Empty({ view }: { view: IndexView }) {
  const reading = readingNow(view);
  if (reading !== undefined) {
    const { pipeline, done, planned, planning } = reading;
    return (
      <p class="panel-empty">
        Still reading: {pipeline}, {done} of {planned}
        {planning ? ' or more' : ''} jobs. This panel updates automatically.
      </p>
    );
  }
  if (chips.value.length > 0 || search.value !== '') {
    return (
      <p class="panel-empty">
        No matches.{' '}
        <button
          type="button"
          class="plain"
          onClick={() => {
            chips.value = [];
            search.value = '';
          }}
        >
          Clear filters
        </button>
      </p>
    );
  }
  if (followsTime(view) && (days.value !== null || range.value !== 'all')) {
    const label = RANGES.find(({ id }) => id === range.value)?.label ?? '';
    return (
      <p class="panel-empty">
        No data {days.value === null ? `in the last ${label}` : 'on these days'}.{' '}
        <button
          type="button"
          class="plain"
          onClick={() => {
            days.value = null;
            range.value = 'all';
          }}
        >
          Show all time
        </button>
      </p>
    );
  }
  const lists = writersOf(view).map((name) => `lists/${factsOf(name).lists[0].file}`);
  return (
    <p class="panel-empty">
      No data has been read yet. Name what to read in <code>{lists[0]}</code>.
    </p>
  );
}
