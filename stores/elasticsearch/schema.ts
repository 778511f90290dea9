import { createHash } from 'node:crypto';
import type { Field, FieldType, IndexMapping } from '../../core/field.ts';
import type { IndexView } from '../../core/query.ts';
import type { Engine } from './connect.ts';

/**
 * Yields the index templates: one for each view, the ledger and the dead letters. Fields that are not mapped are kept in `_source` and nowhere
 * else, so that no account's odd records can explode a mapping.
 */

/** Raised whenever what stands here changes in a way that the fields alone don't show. */
export const SCHEMA_VERSION = 1;

/** Written into every document, since engines can neither sort nor range by `_id`; taken out again when it is read. */
export const ID_FIELD = 'orgscope.id';

/**
 * Longer values are kept and not searched by. In characters, of which each may be three bytes: so no value comes near the 32,766 bytes
 * beyond which an engine refuses the whole document.
 */
export const IGNORE_ABOVE = 8191;

/** Deeper objects are not searched by (`fit-document.ts`); the engine's own limit is 20. */
export const FLATTENED_DEPTH = 100;

export const LEDGER_INDEX = 'orgscope-ledger';
export const DEAD_LETTER_INDEX = 'orgscope-dead-letters';

export interface Mapping {
  readonly dynamic: boolean;
  readonly _meta: { readonly orgscope: { readonly version: number; readonly fingerprint: string } };
  readonly properties: Properties;
}
export interface Properties {
  readonly [name: string]: { readonly type?: string; readonly properties?: Properties; readonly [setting: string]: unknown };
}

export interface IndexTemplate {
  readonly name: string;
  readonly view: IndexView | 'ledger' | 'dead-letters';
  /** What existing indices of it are found by; exclusions as engines write them. */
  readonly target: string;
  /** The only index of it, where it has but one. */
  readonly index?: string;
  readonly body: {
    readonly index_patterns: readonly string[];
    readonly priority: number;
    readonly template: { readonly settings: object; readonly mappings: Mapping; readonly aliases?: object };
    readonly _meta: { readonly orgscope: Mapping['_meta']['orgscope'] & { readonly settings: string } };
  };
}

/** The one index of each view of current state. */
export const currentIndices = (mappings: readonly IndexMapping[]): readonly string[] =>
  mappings.flatMap(({ index, partition }) => (partition === 'none' && 'exact' in index ? [index.exact] : []));

/** The indices of a view, as a search names them. */
export const targetOf = ({ pattern, excludes }: Pick<IndexMapping, 'pattern' | 'excludes'>): string =>
  [pattern, ...excludes.map((other) => `-${other}`)].join(',');

/** The lifecycle policy of a view, where its documents are not kept for ever. */
export const policyName = (view: IndexView): string => `orgscope-${view}`;

/** `lifecycle` names the policies for which the index setting must stand in the template (ILM alone). */
export function indexTemplates(
  engine: Pick<Engine, 'product' | 'plain'>,
  mappings: readonly IndexMapping[],
  lifecycle: ReadonlySet<IndexView> = new Set(),
): readonly IndexTemplate[] {
  return [
    ...mappings.map((mapping) => {
      const { view, index, partition, delivery, templatePriority } = mapping;
      const pattern = delivery === undefined ? mapping.pattern : `${delivery.indexPrefix}*`;
      return template(
        view,
        pattern,
        delivery === undefined ? targetOf(mapping) : pattern,
        templatePriority,
        properties(mapping.fields, engine),
        {
          ...(lifecycle.has(view) ? { 'index.lifecycle.name': policyName(view) } : {}),
          // By the day in the name: what is read late is not kept longer. Months have no such form.
          ...(lifecycle.has(view) && partition === 'day' ? { 'index.lifecycle.parse_origination_date': true } : {}),
        },
        'exact' in index ? index : undefined,
      );
    }),
    template('ledger', LEDGER_INDEX, LEDGER_INDEX, 100, LEDGER_PROPERTIES, { 'index.refresh_interval': '1s' }),
    template('dead-letters', DEAD_LETTER_INDEX, DEAD_LETTER_INDEX, 100, DEAD_LETTER_PROPERTIES, {}),
  ];
}

/** One kind of entry each: acknowledged sources, runs, jobs. */
const LEDGER_PROPERTIES: Properties = {
  type: { type: 'keyword' },
  pipeline: { type: 'keyword' },
  /** When a source was acknowledged. */
  time: { type: 'date' },
  documents: { type: 'long' },
  run: { type: 'keyword' },
  started: { type: 'keyword' },
  failed: { type: 'boolean' },
  /** Whether the report of a job holds problems. */
  told: { type: 'boolean' },
  account: { type: 'keyword' },
  region: { type: 'keyword' },
  kind: { type: 'keyword' },
  object: { type: 'keyword', ignore_above: IGNORE_ABOVE },
  job: { type: 'keyword', ignore_above: IGNORE_ABOVE },
};

/** The content itself is kept and not searched by. */
const DEAD_LETTER_PROPERTIES: Properties = {
  '@timestamp': { type: 'date' },
  run: { type: 'keyword' },
  pipeline: { type: 'keyword' },
  source: { type: 'keyword', ignore_above: IGNORE_ABOVE },
  reason: { type: 'keyword', ignore_above: IGNORE_ABOVE },
};

function template(
  view: IndexTemplate['view'],
  pattern: string,
  target: string,
  priority: number,
  fields: Properties,
  settings: object,
  only?: { readonly exact: string; readonly alias?: string },
): IndexTemplate {
  const _meta = { orgscope: { version: SCHEMA_VERSION, fingerprint: fingerprint(fields) } };
  return {
    name: `orgscope-${view}`,
    view,
    target,
    ...(only === undefined ? {} : { index: only.exact }),
    body: {
      index_patterns: [pattern],
      priority,
      _meta: { orgscope: { ..._meta.orgscope, settings: fingerprint(settings) } },
      template: {
        settings: {
          'index.number_of_shards': 1,
          'index.auto_expand_replicas': '0-1',
          'index.codec': 'best_compression',
          // The process that writes refreshes before it answers; this is how late all others see it.
          'index.refresh_interval': '5s',
          'index.mapping.total_fields.limit': 5000,
          ...settings,
        },
        mappings: { dynamic: false, _meta, properties: fields },
        ...(only?.alias === undefined ? {} : { aliases: { [only.alias]: {} } }),
      },
    },
  };
}

export const fingerprint = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

function properties(fields: readonly Field[], engine: Pick<Engine, 'product' | 'plain'>): Properties {
  type Node = { properties?: Record<string, Node>; [setting: string]: unknown };
  const root: Node = {};
  for (const { name, type } of [...fields, { name: ID_FIELD, type: 'keyword' as const }]) {
    const keys = name.split('.');
    let node = root;
    for (const key of keys.slice(0, -1)) {
      node.properties ??= {};
      node.properties[key] ??= {};
      node = node.properties[key];
    }
    node.properties ??= {};
    node.properties[keys.at(-1) as string] = fieldType(type, engine);
  }
  return (root.properties ?? {}) as Properties;
}

/** A second form of a field, for what its type can't. */
const AS_TEXT = { text: { type: 'keyword', ignore_above: IGNORE_ABOVE } };

function fieldType(
  type: FieldType,
  { product, plain }: Pick<Engine, 'product' | 'plain'>,
): { type: string; [setting: string]: unknown } {
  switch (type) {
    case 'keyword':
      return { type, ignore_above: IGNORE_ABOVE };
    case 'printed':
      // As Elastic maps it. Measured: a sixth more disk; the type wildcard takes as much again as the whole document, and OpenSearch's finds
      // nothing in what KQL asks.
      return { type: 'keyword', ignore_above: IGNORE_ABOVE };
    case 'date':
    case 'long':
    case 'double':
      return { type, ignore_malformed: true };
    case 'ip':
      // Questions compare addresses as text, as the embedded store does: beginnings, lists, and what is no address at all.
      return { type, ignore_malformed: true, fields: AS_TEXT };
    case 'boolean':
      // Elasticsearch can't go on in an order by a boolean that some documents lack.
      return { type, fields: AS_TEXT };
    case 'decimal':
      return { type: 'double', ignore_malformed: true };
    case 'flattened':
      // flat_object knows no limits: what is too long for it is taken out before (`fit-document.ts`).
      if (product === 'opensearch') return { type: 'flat_object' };
      return plain
        ? { type: 'object', enabled: false }
        : { type: 'flattened', ignore_above: IGNORE_ABOVE, depth_limit: FLATTENED_DEPTH };
    default:
      return { type };
  }
}
