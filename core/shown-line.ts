/** Control characters (C0, DEL, C1), separators of lines, and what turns the direction of text around. */
const CONTROLS = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * A text as one line that is safe for a terminal: control characters are printed as `\u001b`. So the name of an object or a tag
 * neither overwrites a report nor adds a line to it.
 */
export const shownLine = (text: string): string => text.replace(CONTROLS, escaped);

/** The same for a text of several lines. In JSON the escape means the same character, so that values stay exact. */
export const shownLines = (text: string): string =>
  text.replace(CONTROLS, (char) => (char === '\n' || char === '\t' ? char : escaped(char)));
