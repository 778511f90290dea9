/** DECIMAL(38,18): digits before the point, and after it. */
const WHOLE_DIGITS = 20;
const FRACTION_DIGITS = 18;
const NUMBER = /^[+-]?(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d{1,6}))?$/;
/** An amount that stays below both limits for any position of the point. */
const SURELY_FITS = /^-?\d{1,18}(?:\.\d{1,18})?$/;

/**
 * Yields the reason why DECIMAL(38,18) can't hold an amount exactly, or undefined if it can. Without this check DuckDB would silently
 * round a nineteenth decimal and turn a too large amount into null, and totals would be wrong.
 */
export function amountDefect(text: string): string | undefined {
  if (SURELY_FITS.test(text)) return undefined;
  const match = NUMBER.exec(text);
  if (match === null) return 'is no number';
  const [, whole = '', fraction = match[3] ?? '', , exponent = '0'] = match;
  const digits = whole + fraction;
  const significant = digits.replace(/^0+/, '');
  if (significant === '') return undefined;
  // The position of the point relative to the first significant digit, and the number of digits after it.
  const wholeDigits = whole.length - (digits.length - significant.length) + Number(exponent);
  const fractionDigits = significant.replace(/0+$/, '').length - wholeDigits;
  // DuckDB parses the digits before it applies the exponent, so the digits alone must fit too.
  if (wholeDigits > WHOLE_DIGITS || whole.replace(/^0+/, '').length > WHOLE_DIGITS)
    return `has more than ${WHOLE_DIGITS} digits before the point`;
  if (fractionDigits > FRACTION_DIGITS || fraction.replace(/0+$/, '').length > FRACTION_DIGITS)
    return `has more than ${FRACTION_DIGITS} digits after the point`;
  return undefined;
}
