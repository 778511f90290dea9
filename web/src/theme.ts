import { effect, signal } from '@preact/signals';

export type Theme = 'light' | 'dark';

const KEPT = 'orgscope-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');
const kept = localStorage.getItem(KEPT);

/** Light or dark: the system's setting until the reader chooses. */
export const theme = signal<Theme>(kept === 'light' || kept === 'dark' ? kept : dark.matches ? 'dark' : 'light');

dark.addEventListener('change', ({ matches }) => {
  if (localStorage.getItem(KEPT) === null) theme.value = matches ? 'dark' : 'light';
});

effect(() => {
  document.documentElement.dataset.theme = theme.value;
});

export function switchTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark';
  localStorage.setItem(KEPT, theme.value);
}
