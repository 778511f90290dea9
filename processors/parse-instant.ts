/** A date, and a time with or without its `T`, fraction and offset. */
const SHAPE = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s?(Z|UTC|[+-]\d\d(?::?\d\d)?)?)?$/i;

/** As AWS writes it; nearly all of them. */
const AS_AWS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;

/**
 * Yields the instant that a report's text means, as ISO 8601 in UTC with all digits of its second; empty where it means none, or more than one. A
 * time without offset is UTC, as all times of a Cost & Usage Report are (https://docs.aws.amazon.com/cur/latest/userguide/Lineitem-columns.html).
 */
export function parseInstant(text: string): string {
  if (AS_AWS.test(text)) {
    const time = Date.parse(text);
    const instant = Number.isNaN(time) ? '' : new Date(time).toISOString();
    // The 30th of February would be the 2nd of March, and 24:00 the next day.
    return instant.startsWith(text.slice(0, 19)) ? instant : '';
  }
  const match = SHAPE.exec(text);
  if (match === null) return '';
  const [, day = '', minute = '00:00', second = '00', fraction = '', offset = 'Z'] = match;
  const midnight = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(day) || minute > '23:59') return '';
  const time = Date.parse(`${day}T${minute}:${second}${offsetOf(offset)}`);
  if (Number.isNaN(time)) return '';
  // Whole seconds alone pass through Date, which keeps three digits of the fraction.
  return `${new Date(time).toISOString().slice(0, 20)}${fraction.padEnd(3, '0')}Z`;
}

/** `+02:00` of `+02` and `+0200`. */
function offsetOf(offset: string): string {
  const sign = offset[0];
  if (sign !== '+' && sign !== '-') return 'Z';
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0');
  return `${sign}${digits.slice(0, 2)}:${digits.slice(2)}`;
}
