import type { Leaf } from './line-plan.ts';

/** The derived slots that `splitRequest` fills, in its order: a format lists them one after the other. */
export const REQUEST_SLOTS = [
  'method',
  'url',
  'urlScheme',
  'urlDomain',
  'urlPort',
  'urlPath',
  'urlQuery',
  'urlFragment',
  'urlExtension',
  'httpVersion',
] as const;

/** What a request says. */
export const requestLeaves: readonly Leaf[] = [
  { field: 'http.request.method', slot: 'method', form: 'text' },
  { field: 'http.version', slot: 'httpVersion', form: 'text' },
  { field: 'url.original', slot: 'url', form: 'text' },
  { field: 'url.scheme', slot: 'urlScheme', form: 'text' },
  { field: 'url.domain', slot: 'urlDomain', form: 'text' },
  { field: 'url.port', slot: 'urlPort', form: 'number' },
  { field: 'url.path', slot: 'urlPath', form: 'text' },
  { field: 'url.query', slot: 'urlQuery', form: 'text' },
  { field: 'url.fragment', slot: 'urlFragment', form: 'text' },
  { field: 'url.extension', slot: 'urlExtension', form: 'text' },
];
