import { useState } from 'preact/hooks';

/** How many characters of a value are shown at first. A browser needs seconds to break much longer ones into lines. */
const SHOWN_CHARACTERS = 1_000;

/** The beginning of a text, for places without space for all of it. */
export const beginning = (text: string, characters = SHOWN_CHARACTERS): string =>
  text.length > characters ? `${text.slice(0, characters)}…` : text;

/** A text. A long one is cut until the reader asks for all of it, which then scrolls in its own box. */
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
