import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { seeded } from '../tests/support/seeded.ts';
import { amountDefect } from './check-amount.ts';

test('amounts as reports write them are kept', () => {
  for (const text of ['0', '0.0', '1.0', '-1.5', '+2', '1E-10', '8.941E-7', '.5', '5.', '1e2', '0E-30', '00012.50']) {
    assert.equal(amountDefect(text), undefined, text);
  }
});

test('a text that is no number, or has more digits than a column keeps, is refused with the reason', () => {
  for (const text of ['four', '1,5', '$1', '1 ', ' 1', '--1', '1e', 'NaN', 'Infinity', '0x10', '.', '', '1_000']) {
    assert.match(amountDefect(text) ?? '', /no number/, text);
  }
  assert.match(amountDefect('0.1234567890123456789') ?? '', /after the point/);
  assert.match(amountDefect('1E-19') ?? '', /after the point/);
  assert.match(amountDefect('123456789012345678901') ?? '', /before the point/);
  assert.match(amountDefect('1E20') ?? '', /before the point/);
  assert.equal(amountDefect('0.12345678901234567800'), undefined);
  assert.equal(amountDefect('99999999999999999999.999999999999999999'), undefined);
});

test('DuckDB keeps every accepted amount to the last digit, over random texts', async () => {
  const digit = seeded(20261121);
  const digits = (most: number) => Array.from({ length: digit(most + 1) }, () => digit(10)).join('');
  const texts = Array.from({ length: 5_000 }, () => {
    const sign = ['', '', '-', '+'][digit(4)];
    const point = digit(3) === 0 ? '' : `.${digits(20)}`;
    const exponent = digit(3) === 0 ? `${'eE'[digit(2)]}${['', '-', '+'][digit(3)]}${digit(24)}` : '';
    return `${sign}${digits(22)}${point}${exponent}`;
  });
  const accepted = texts.filter((text) => amountDefect(text) === undefined);
  assert.ok(accepted.length > 1_000 && accepted.length < texts.length, String(accepted.length));

  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const rows = await connection.runAndReadAll(
    'SELECT text, TRY_CAST(text AS DECIMAL(38,18))::VARCHAR FROM (SELECT unnest(from_json($1, \'["VARCHAR"]\')) AS text)',
    [JSON.stringify(accepted)],
  );
  const kept = rows.getRowsJson().map(([text, cast]) => ({ text: String(text), cast }));
  connection.closeSync();
  instance.closeSync();
  assert.equal(kept.length, accepted.length);
  for (const { text, cast } of kept) assert.equal(cast === null ? null : inUnits(String(cast)), inUnits(text), text);
});

/** The exact value in units of 1e-18, computed here without the code under test. */
function inUnits(text: string): bigint {
  const [mantissa = '', exponent = '0'] = text.replace(/^[+-]/, '').split(/e/i);
  const [whole = '', fraction = ''] = mantissa.split('.');
  const shift = 18 - fraction.length + Number(exponent);
  const all = BigInt(`${whole}${fraction}`);
  const value = shift >= 0 ? all * 10n ** BigInt(shift) : all / 10n ** BigInt(-shift);
  if (shift < 0) assert.equal(all % 10n ** BigInt(-shift), 0n, `${text} has digits below 1e-18`);
  return text.startsWith('-') ? -value : value;
}
