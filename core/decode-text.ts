import { OrgscopeError } from './problem.ts';

/**
 * Decodes a file that a person wrote: UTF-8, or UTF-16 as PowerShell's `>` writes it; a byte order mark is removed. Without a mark
 * UTF-16 is recognised by its first character being Latin, so that one of its bytes is zero (as in RFC 4627, section 3).
 */
export function decodeText(bytes: Uint8Array, file: string): string {
  const [first = 1, second = 1] = bytes;
  const mark = first * 256 + second;
  const encoding =
    mark === 0xfffe || (second === 0 && first !== 0)
      ? 'utf-16le'
      : mark === 0xfeff || (first === 0 && second !== 0)
        ? 'utf-16be'
        : 'utf-8';
  const text = new TextDecoder(encoding).decode(bytes);
  if (!text.includes('\0')) return text;
  throw new OrgscopeError(
    'malformed',
    `${file} is not text: it holds zero bytes`,
    'If it is UTF-16 without a byte order mark, save it as UTF-8 (in PowerShell: … | Out-File -Encoding utf8).',
    { file },
  );
}
