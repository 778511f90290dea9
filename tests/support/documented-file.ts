import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PAGE = fileURLToPath(new URL('../../docs/extending.md', import.meta.url));

/** Yields the text of a file as docs/extending.md has it: the first block of code after the file's name. */
export function documentedFile(path: string): string {
  const page = readFileSync(PAGE, 'utf8');
  const start = page.indexOf(`\`${path}\``);
  const code = /```ts\n([\s\S]*?)```/.exec(page.slice(start))?.[1];
  if (start < 0 || code === undefined) throw new Error(`docs/extending.md has no code of ${path}`);
  return code;
}
