export interface Jump {
  readonly letter: string;
  readonly path: string;
  readonly title: string;
}

const ALL = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Gives each page a letter: the first of its title that no page before it has, or else the first of the alphabet. */
export function letters(pages: readonly { readonly path: string; readonly title: string }[]): Jump[] {
  const taken = new Set<string>();
  return pages.map(({ path, title }) => {
    const letter = [...title.toLowerCase(), ...ALL].find((one) => ALL.includes(one) && !taken.has(one)) ?? '';
    taken.add(letter);
    return { letter, path, title };
  });
}
