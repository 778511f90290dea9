import type { Identity } from './reach.ts';

/**
 * Whose calls these are in a word of the lists, undefined for the caller: what `Reach.identity` takes. Plain data for a job's payload, since
 * credentials stay where they are.
 */
export function readerWord({ key }: Pick<Identity, 'key'>): string | undefined {
  const [, word] = /^(?:profile|role):(.*)$/s.exec(key) ?? [];
  return word;
}
