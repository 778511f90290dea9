export interface Jump {
  readonly letter: string;
  readonly path: string;
  readonly title: string;
}

/** Gives each page a letter: the first of its title that no page before it has. */
export function letters(pages: readonly { readonly path: string; readonly title: string }[]): Jump[] {
  const taken = new Set<string>();
  return pages.map(({ path, title }) => {
    const letter = [...title.toLowerCase()].find((one) => /[a-z0-9]/.test(one) && !taken.has(one)) ?? '';
    taken.add(letter);
    return { letter, path, title };
  });
}
