import type { Format } from '../../dashboards/dashboard.ts';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });
const money = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' });
const smallMoney = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD', maximumSignificantDigits: 3 });
const compactMoney = new Intl.NumberFormat('en', {
  style: 'currency',
  currency: 'USD',
  notation: 'compact',
  maximumSignificantDigits: 3,
});
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** A value as people read it; an absent one is a dash. Times are UTC, as AWS has them. */
export function format(value: unknown, as: Format): string {
  if (value === null || value === undefined || value === '') return '–';
  switch (as) {
    case 'number':
      return number(value, (count) => (Number.isInteger(count) ? whole : fine).format(count));
    case 'money':
      return number(value, (amount) => (amount !== 0 && Math.abs(amount) < 0.01 ? smallMoney : money).format(amount));
    case 'bytes':
      return number(value, bytes);
    case 'time':
      return String(value).slice(0, 19).replace('T', ' ');
    case 'date':
      return String(value).slice(0, 10);
    default:
      if (value === true) return 'yes';
      if (value === false) return 'no';
      if (Array.isArray(value)) return value.length === 0 ? '–' : value.join(', ');
      return String(value);
  }
}

/** A number in its short form, for an axis. */
export function formatShort(value: number, as: Format): string {
  if (as === 'money') return compactMoney.format(value);
  return as === 'bytes' ? format(value, as) : compact.format(value);
}

export const isNumeric = (as: Format): boolean => as === 'number' || as === 'money' || as === 'bytes';

function number(value: unknown, print: (count: number) => string): string {
  const count = Number(value);
  return Number.isNaN(count) ? String(value) : print(count);
}

/** Three digits are enough to compare by, and as wide for one object as for a thousand. */
function bytes(count: number): string {
  const power = count < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(count) / 10));
  const scaled = count / 1024 ** power;
  return `${scaled < 100 ? fine.format(Number(scaled.toFixed(scaled < 10 ? 2 : 1))) : whole.format(scaled)} ${UNITS[power]}`;
}

/** `2 min 5 s` */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 1) return `${Math.max(0, Math.round(ms))} ms`;
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
