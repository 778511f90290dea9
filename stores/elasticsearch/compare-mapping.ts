import type { Properties } from './schema.ts';

export interface Difference {
  readonly field: string;
  /** Undefined where it is missing. */
  readonly from?: string;
  readonly to: string;
}

/** Yields the wanted fields that the stored mapping lacks or has with another type. */
export function compareMapping(stored: Properties, wanted: Properties, path = ''): Difference[] {
  return Object.entries(wanted).flatMap(([name, want]) => {
    const field = `${path}${name}`;
    const have = stored[name];
    const to = want.type ?? 'object';
    if (have !== undefined && (have.type ?? 'object') !== to) return [{ field, from: have.type ?? 'object', to }];
    if (want.properties !== undefined) return compareMapping(have?.properties ?? {}, want.properties, `${field}.`);
    return have === undefined ? [{ field, to }] : [];
  });
}
