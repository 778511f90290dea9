import { useState } from 'preact/hooks';

/** Of one value at first; a browser breaks longer ones into lines for seconds. */
const SHOWN_CHARACTERS = 1_000;

/** The beginning of a text, for where there is no room for more. */
export const beginning = (text: string, characters = SHOWN_CHARACTERS): string =>
  text.length > characters ? `${text.slice(0, characters)}…` : text;

/** A text, of which a long one is cut until all of it is asked for; then it scrolls in a box of its own. */
export function ShownText({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  if (text.length <= SHOWN_CHARACTERS) return <>{text}</>;
  if (whole) return <textarea class="whole-text" readOnly rows={12} value={text} aria-label="The whole value" />;
  return (
    <>
      {beginning(text)}{' '}
      <button type="button" class="show-all" onClick={() => setWhole(true)}>
        Show all {text.length.toLocaleString('en')} characters
      </button>
    </>
  );
}
