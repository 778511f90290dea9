import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

/** How many entries of a list are shown at first, since each is an element of the page. */
const SHOWN_ENTRIES = 200;

/** The first entries of a list, and a button for the rest. */
export function ShownEntries<Entry>({
  entries,
  children,
}: {
  entries: readonly Entry[];
  children: (entry: Entry, index: number) => ComponentChildren;
}) {
  const [shown, setShown] = useState(SHOWN_ENTRIES);
  const left = entries.length - shown;
  return (
    <>
      {entries.slice(0, shown).map(children)}
      {left > 0 && (
        <button type="button" class="show-all" onClick={() => setShown(shown + 10 * SHOWN_ENTRIES)}>
          Show {Math.min(left, 10 * SHOWN_ENTRIES).toLocaleString('en')} more of {entries.length.toLocaleString('en')}
        </button>
      )}
    </>
  );
}
