import type { PipelineProgress } from '../../../core/api.ts';
import type { PipelineName } from '../../../core/batch.ts';
import type { IndexView } from '../../../core/query.ts';
import { followsTime } from '../../../dashboards/knows-field.ts';
import { RANGES } from '../../../dashboards/time-ranges.ts';
import { progress } from '../ask.ts';
import { chips, days, range, search } from '../state.ts';

/** Who brings a view's documents, and the list that names its sources. */
const BROUGHT: Readonly<Record<IndexView, { readonly by: readonly PipelineName[]; readonly list: string }>> = {
  awscli: { by: ['inventory', 's3'], list: 'lists/account.txt' },
  'awscli-current': { by: ['inventory', 's3'], list: 'lists/account.txt' },
  awschanges: { by: ['inventory'], list: 'lists/account.txt' },
  'awscli-trail': { by: ['trails'], list: 'lists/trails.txt' },
  awsbilling: { by: ['billing'], list: 'lists/billing.txt' },
  awsusers: { by: ['inventory'], list: 'lists/account.txt' },
};

/** The pipeline that is at work on a view's documents, if one is. */
export const readingNow = (view: IndexView): PipelineProgress | undefined =>
  progress.value?.pipelines.find(
    ({ pipeline, planning, done, planned }) => BROUGHT[view].by.includes(pipeline) && (planning || done < planned),
  );

/** Why a panel has nothing to show, and what can be done about it. */
export function Empty({ view }: { view: IndexView }) {
  const { list } = BROUGHT[view];
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
  return (
    <p class="panel-empty">
      Nothing has been read. What to read is named in <code>{list}</code>.
    </p>
  );
}
