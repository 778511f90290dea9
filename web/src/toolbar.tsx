import type { ComponentChildren } from 'preact';
import { parsedSearch, search } from './state.ts';
import { TimeRange } from './time-range.tsx';

/** The controls that narrow the panels. They stay visible while the page scrolls. */
export function Toolbar({ selectors, timed }: { selectors: ComponentChildren; timed: boolean }) {
  const { error } = parsedSearch.value;
  return (
    <div class="toolbar">
      <div class="toolbar-row">
        {selectors}
        <div class="tools">
          <label class="search">
            <span class="hidden">Search</span>
            <input
              type="search"
              placeholder="word, field:value, AND OR NOT   ( / )"
              spellcheck={false}
              autocomplete="off"
              value={search.value}
              aria-invalid={error !== ''}
              aria-describedby="search-error"
              onChange={(event) => {
                search.value = event.currentTarget.value.trim();
              }}
            />
          </label>
          {timed ? (
            <TimeRange />
          ) : (
            <span class="current-state" title="These panels show the current state, so a time range does not apply">
              Current state
            </span>
          )}
        </div>
        <p id="search-error" class="panel-error" role="alert" hidden={error === ''}>
          {error}
        </p>
      </div>
    </div>
  );
}
