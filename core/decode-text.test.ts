import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeText } from './decode-text.ts';
import { OrgscopeError } from './problem.ts';

const TEXT = '{"Größe": "日本 😀"}\r\n';
const little = Buffer.from(TEXT, 'utf16le');
const big = Buffer.from(little).swap16();

test('text is the same in each encoding that a shell writes, and the byte order mark is no part of it', () => {
  const forms: Readonly<Record<string, Buffer>> = {
    'UTF-8': Buffer.from(TEXT),
    'UTF-8 with a mark': Buffer.from(`\uFEFF${TEXT}`),
    'UTF-16, little end first, with a mark': Buffer.concat([Buffer.from([0xff, 0xfe]), little]),
    'UTF-16, big end first, with a mark': Buffer.concat([Buffer.from([0xfe, 0xff]), big]),
    'UTF-16, little end first': little,
    'UTF-16, big end first': big,
  };
  for (const [name, bytes] of Object.entries(forms)) assert.equal(decodeText(bytes, 'a.json'), TEXT, name);
  assert.equal(decodeText(Buffer.alloc(0), 'a.json'), '');
  assert.equal(decodeText(Buffer.from('x'), 'a.json'), 'x');
});

test('a text in no known encoding is refused with the file and what to do', () => {
  for (const bytes of [Buffer.from('日本 a', 'utf16le'), Buffer.from('a b\0\0c'), Buffer.alloc(4)]) {
    assert.throws(
      () => decodeText(bytes, 'a.json'),
      (error) => error instanceof OrgscopeError && error.code === 'malformed' && /a\.json .*zero bytes/.test(error.message),
    );
  }
});
