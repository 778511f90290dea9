/** A UUID, a long id in hexadecimal digits, or a number with its points and colons, as in an address or a time. */
const VARIABLE = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9a-z])(?:0x)?[0-9a-f]{12,64}(?![0-9a-z])|\d+(?:[.,:]\d+)*/gi;
const MOST_CHARACTERS = 200;

/** Yields what messages of one kind have in common: the first line, with `#` in place of each number and id. Undefined for an empty line. */
export function messagePattern(message: string): string | undefined {
  const end = message.indexOf('\n');
  const line = message.slice(0, end < 0 ? MOST_CHARACTERS * 2 : Math.min(end, MOST_CHARACTERS * 2));
  return line.replaceAll(VARIABLE, '#').trim().slice(0, MOST_CHARACTERS) || undefined;
}
