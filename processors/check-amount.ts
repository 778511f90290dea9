/** DECIMAL(38,18): digits before the point, and after it. */
const WHOLE_DIGITS = 20;
const FRACTION_DIGITS = 18;
const NUMBER = /^[+-]?(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d{1,6}))?$/;
/** Short of both limits wherever the point stands. */
const SURELY_FITS = /^-?\d{1,18}(?:\.\d{1,18})?$/;

/**
 * Yields why an amount of a report can't be kept to its last digit as DECIMAL(38,18), or nothing. DuckDB rounds a nineteenth decimal
 * and makes null of what is too large, both without a word, and a total would be wrong in silence.
 */
export function amountDefect(text: string): string | undefined {
  if (SURELY_FITS.test(text)) return undefined;
  const match = NUMBER.exec(text);
  if (match === null) return 'is no number';
  const [, whole = '', fraction = match[3] ?? '', , exponent = '0'] = match;
  const digits = whole + fraction;
  const significant = digits.replace(/^0+/, '');
  if (significant === '') return undefined;
  // Where the point stands from the first significant digit, and how many digits are needed after it.
  const wholeDigits = whole.length - (digits.length - significant.length) + Number(exponent);
  const fractionDigits = significant.replace(/0+$/, '').length - wholeDigits;
  // DuckDB reads the digits before it looks at the exponent, so they must fit by themselves too.
  if (wholeDigits > WHOLE_DIGITS || whole.replace(/^0+/, '').length > WHOLE_DIGITS)
    return `has more than ${WHOLE_DIGITS} digits before the point`;
  if (fractionDigits > FRACTION_DIGITS || fraction.replace(/0+$/, '').length > FRACTION_DIGITS)
    return `has more than ${FRACTION_DIGITS} digits after the point`;
  return undefined;
}
