import type { Identity } from './reach.ts';

/**
 * The name of an identity as the lists write it and `Reach.identity` takes it; undefined for the caller. A job's payload holds this
 * name, so that it contains no credentials.
 */
export function readerWord({ key }: Pick<Identity, 'key'>): string | undefined {
  const [, word] = /^(?:profile|role):(.*)$/s.exec(key) ?? [];
  return word;
}
