import type { PipelineProgress } from '../../../core/api/runs.ts';
import { factsOf, writersOf } from '../../../core/pipeline-facts.ts';
import type { IndexView } from '../../../core/query.ts';
import { RANGES } from '../../../dashboards/time-ranges.ts';
import { followsTime } from '../../../dashboards/view-facts.ts';
import { progress } from '../ask.ts';
import { chips, days, range, search } from '../state.ts';

/** The pipeline that is at work on a view's documents, if one is. */
export const readingNow = (view: IndexView): PipelineProgress | undefined =>
  progress.value?.pipelines.find(
    ({ pipeline, planning, done, planned }) => writersOf(view).includes(pipeline) && (planning || done < planned),
  );

/** Why a panel has nothing to show, and what can be done about it. */
export function Empty({ view }: { view: IndexView }) {
  const reading = readingNow(view);
  if (reading !== undefined) {
    const { pipeline, done, planned, planning } = reading;
    return (
      <p class="panel-empty">
        Still reading: {pipeline}, {done} of {planned}
        {planning ? ' or more' : ''} jobs. This fills by itself.
      </p>
    );
  }
  if (chips.value.length > 0 || search.value !== '') {
    return (
      <p class="panel-empty">
        Nothing matches your choice.{' '}
        <button
          type="button"
          class="plain"
          onClick={() => {
            chips.value = [];
            search.value = '';
          }}
        >
          Clear it
        </button>
      </p>
    );
  }
  if (followsTime(view) && (days.value !== null || range.value !== 'all')) {
    const label = RANGES.find(({ id }) => id === range.value)?.label ?? '';
    return (
      <p class="panel-empty">
        Nothing {days.value === null ? `in the last ${label}` : 'on these days'}.{' '}
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
      Nothing has been read. What to read is named in <code>{lists[0]}</code>.
    </p>
  );
}
