import { createHash } from 'node:crypto';
import type { Field, FieldType, IndexMapping } from '../../core/field.ts';
import type { IndexView } from '../../core/query.ts';
import type { Engine } from './engine.ts';

/**
 * Yields the index templates: one for each view, for the ledger and for the dead letters. Fields without a mapping are kept in `_source` and not indexed,
 * so that unusual records of an account can't explode a mapping.
 */

/** Raised whenever this file changes the templates in a way that the fields' fingerprint does not show. */
export const SCHEMA_VERSION = 1;

/** Added to every document, since engines can neither sort nor range by `_id`; removed when the document is read. */
export const ID_FIELD = 'orgscope.id';

/**
 * Longer values are kept and not indexed. In characters, of which each may take three bytes: so no value comes near the 32,766 bytes beyond which an
 * engine refuses the whole document.
 */
export const IGNORE_ABOVE = 8191;

/** Deeper objects are not indexed (`fit-document.ts`). The default of the engine is 20. */
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
  /** The pattern that finds its existing indices, with exclusions in the engines' syntax. */
  readonly target: string;
  /** The name of its index, where it has exactly one. */
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

/** The name of the lifecycle policy of a view, if its documents are ever removed. */
export const policyName = (view: IndexView): string => `orgscope-${view}`;

/** `lifecycle` names the views whose policy must be set in the template (ILM only). */
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
          // The age is counted from the day in the index's name, so that documents that are read late are not kept longer. ILM parses no months.
          ...(lifecycle.has(view) && partition === 'day' ? { 'index.lifecycle.parse_origination_date': true } : {}),
        },
        'exact' in index ? index : undefined,
      );
    }),
    template('ledger', LEDGER_INDEX, LEDGER_INDEX, 100, LEDGER_PROPERTIES, { 'index.refresh_interval': '1s' }),
    template('dead-letters', DEAD_LETTER_INDEX, DEAD_LETTER_INDEX, 100, DEAD_LETTER_PROPERTIES, {}),
  ];
}

/** The fields of all types of entries, such as acknowledged sources, runs and jobs. */
const LEDGER_PROPERTIES: Properties = {
  type: { type: 'keyword' },
  pipeline: { type: 'keyword' },
  /** When a source was acknowledged. */
  time: { type: 'date' },
  documents: { type: 'long' },
  run: { type: 'keyword' },
  started: { type: 'keyword' },
  failed: { type: 'boolean' },
  /** Whether the report of a job has problems. The name stays, since existing indices have it. */
  told: { type: 'boolean' },
  account: { type: 'keyword' },
  region: { type: 'keyword' },
  kind: { type: 'keyword' },
  object: { type: 'keyword', ignore_above: IGNORE_ABOVE },
  job: { type: 'keyword', ignore_above: IGNORE_ABOVE },
};

/** The content is kept and not indexed. */
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
          // The writing process refreshes before it answers. Other processes find the documents this much later.
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

/** The values of a field as text, for operations that its type does not support. */
const AS_TEXT = { text: { type: 'keyword', ignore_above: IGNORE_ABOVE } };

function fieldType(
  type: FieldType,
  { product, plain }: Pick<Engine, 'product' | 'plain'>,
): { type: string; [setting: string]: unknown } {
  switch (type) {
    case 'keyword':
      return { type, ignore_above: IGNORE_ABOVE };
    case 'printed':
      // As Elastic maps such fields. Measured: a sixth more disk. The type `wildcard` would take as much disk as the whole document, and that of
      // OpenSearch does not match the queries that KQL makes.
      return { type: 'keyword', ignore_above: IGNORE_ABOVE };
    case 'date':
    case 'long':
    case 'double':
      return { type, ignore_malformed: true };
    case 'ip':
      // Questions also compare addresses as text, as the embedded store does: for prefixes, lists, and values that are no addresses.
      return { type, ignore_malformed: true, fields: AS_TEXT };
    case 'boolean':
      // With `search_after`, Elasticsearch can't continue a sort by a boolean that some documents lack.
      return { type, fields: AS_TEXT };
    case 'decimal':
      return { type: 'double', ignore_malformed: true };
    case 'flattened':
      // flat_object has no limits: values that are too long for it are removed before (`fit-document.ts`).
      if (product === 'opensearch') return { type: 'flat_object' };
      return plain
        ? { type: 'object', enabled: false }
        : { type: 'flattened', ignore_above: IGNORE_ABOVE, depth_limit: FLATTENED_DEPTH };
    default:
      return { type };
  }
}
