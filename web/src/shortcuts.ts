import { dashboards } from '../../dashboards/registry.ts';

export interface Jump {
  readonly letter: string;
  readonly page: string;
  readonly title: string;
}

/** What `g` and a letter lead to: the first letter of each page's name that none before it has. */
export const jumps: readonly Jump[] = letters([
  ...dashboards.map(({ id, title }) => ({ page: id, title })),
  { page: 'runs', title: 'Runs' },
]);

export function letters(pages: readonly { readonly page: string; readonly title: string }[]): Jump[] {
  const taken = new Set<string>();
  return pages.map(({ page, title }) => {
    const letter = [...title.toLowerCase()].find((one) => /[a-z0-9]/.test(one) && !taken.has(one)) ?? '';
    taken.add(letter);
    return { letter, page, title };
  });
}
