import type { IndexMapping } from '../../core/field.ts';
import { OrgscopeError } from '../../core/problem.ts';
import type { IndexView } from '../../core/query.ts';
import { compareMapping } from './compare-mapping.ts';
import type { Engine } from './engine.ts';
import { type ListedTemplate, listTemplates, overriddenBy } from './foreign-templates.ts';
import { planPolicies } from './policies.ts';
import {
  currentIndices,
  DEAD_LETTER_INDEX,
  type IndexTemplate,
  indexTemplates,
  LEDGER_INDEX,
  type Mapping,
  SCHEMA_VERSION,
} from './schema.ts';

export interface SetupStep {
  readonly kind: 'policy' | 'template' | 'index' | 'mapping';
  /** Of the template, index or policy. */
  readonly name: string;
  /** `conflict`: can't be done without losing data. `notice`: is not done; the detail says why. */
  readonly action: 'create' | 'update' | 'unchanged' | 'conflict' | 'notice';
  /** The difference, as text for people. */
  readonly detail: string;
  /** How to resolve a conflict. */
  readonly next?: string;
  readonly request?: {
    readonly method: 'PUT';
    readonly path: string;
    readonly body: object;
    readonly query?: Readonly<Record<string, string | number>>;
  };
}

export interface SetupPlan {
  readonly steps: readonly SetupStep[];
}

export interface SetupOptions {
  /** Days that a view's documents are kept, where they differ from the mapping's own; null: for ever. */
  readonly retentionDays?: ReadonlyMap<IndexView, number | null>;
  /** Default: the current time. */
  readonly now?: Date;
}

/** Compares the engine with the set-up that it should have; yields a step for each part, also for unchanged ones. Changes nothing. */
export async function planSetup(
  engine: Engine,
  mappings: readonly IndexMapping[],
  options: SetupOptions = {},
): Promise<SetupPlan> {
  const policies = await planPolicies(engine, mappings, options);
  const templates = indexTemplates(engine, mappings, policies.inTemplates);
  const steps: SetupStep[] = [...policies.steps];
  const stored = await storedTemplates(engine);
  const listed = await listTemplates(engine);
  for (const template of templates) {
    steps.push(planTemplate(template, stored.get(template.name)));
    steps.push(...(await planAgainstOthers(engine, listed, template, options)));
  }
  for (const template of templates) steps.push(...(await planIndices(engine, template)));
  for (const { index } of mappings) {
    if ('exact' in index && index.alias !== undefined) steps.push(...(await planAlias(engine, index.alias, index.exact)));
  }
  for (const name of [...currentIndices(mappings), LEDGER_INDEX, DEAD_LETTER_INDEX]) steps.push(await planIndex(engine, name));
  return { steps };
}

/** Carries out the plan in its order; all steps are idempotent. Throws before the first step if there is a conflict. */
export async function applySetup(engine: Engine, plan: SetupPlan): Promise<void> {
  const conflicts = plan.steps.filter(({ action }) => action === 'conflict');
  const [first] = conflicts;
  if (first !== undefined) {
    const more = conflicts.length > 1 ? ` (and ${conflicts.length - 1} more: \`orgscope setup --dry-run\` lists them)` : '';
    throw new OrgscopeError('conflict', `${first.name}: ${first.detail}${more}.`, first.next ?? '');
  }
  for (const { request, kind } of plan.steps) {
    if (request === undefined) continue;
    // 400: another process made the index in the meantime.
    await engine.request({ ...request, allow: kind === 'index' ? [400] : [] });
  }
}

/** Sets up an engine that has no set-up, or one of an older version; the set-up of a newer version is left unchanged. */
export async function ensureSetup(engine: Engine, mappings: readonly IndexMapping[], options: SetupOptions = {}): Promise<void> {
  const stored = await storedTemplates(engine);
  const newest = Math.max(0, ...[...stored.values()].map((body) => body._meta?.orgscope?.version ?? 0));
  if (newest > SCHEMA_VERSION) return;
  // Compares only the fields: whether lifecycle policies are set is asked when templates change.
  const done = indexTemplates(engine, mappings).every(({ name, body }) => {
    const before = stored.get(name)?._meta?.orgscope;
    return before?.fingerprint === body._meta.orgscope.fingerprint && before.version === SCHEMA_VERSION;
  });
  if (!done) return applySetup(engine, await planSetup(engine, mappings, options));
  const steps: SetupStep[] = [];
  const listed = await listTemplates(engine);
  for (const template of indexTemplates(engine, mappings)) {
    steps.push(...(await planAgainstOthers(engine, listed, template, options)));
  }
  await applySetup(engine, { steps });
}

type StoredTemplate = Partial<IndexTemplate['body']>;

async function storedTemplates(engine: Engine): Promise<Map<string, StoredTemplate>> {
  const { body } = await engine.request<{ index_templates?: { name: string; index_template: StoredTemplate }[] }>({
    method: 'GET',
    path: '/_index_template/orgscope-*',
    allow: [404],
  });
  return new Map((body.index_templates ?? []).map(({ name, index_template }) => [name, index_template]));
}

function planTemplate(template: IndexTemplate, stored: StoredTemplate | undefined): SetupStep {
  const { name, body } = template;
  const step = { kind: 'template' as const, name };
  const request = { method: 'PUT' as const, path: `/_index_template/${name}`, body };
  if (stored === undefined) return { ...step, action: 'create', detail: `for ${body.index_patterns.join(', ')}`, request };
  const before = stored._meta?.orgscope;
  const { orgscope } = body._meta;
  const same =
    before?.fingerprint === orgscope.fingerprint &&
    before.version === orgscope.version &&
    before.settings === orgscope.settings &&
    stored.priority === body.priority;
  if (same) {
    return { ...step, action: 'unchanged', detail: '' };
  }
  const differences = compareMapping(stored.template?.mappings?.properties ?? {}, body.template.mappings.properties);
  const added = differences.filter(({ from }) => from === undefined).map(({ field }) => field);
  return { ...step, action: 'update', detail: added.length > 0 ? `new fields: ${some(added)}` : 'other settings', request };
}

/** A conflict where a foreign template would make the next index. */
async function planAgainstOthers(
  engine: Engine,
  listed: readonly ListedTemplate[],
  template: IndexTemplate,
  { now = new Date() }: SetupOptions,
): Promise<SetupStep[]> {
  const today = now.toISOString().slice(0, 10).replaceAll('-', '.');
  const pattern = template.body.index_patterns[0] as string;
  const index = template.index ?? pattern.replace('*', today);
  const wrong = await overriddenBy(engine, listed, template, index);
  return wrong === undefined ? [] : [{ kind: 'template', name: template.name, action: 'conflict', ...wrong }];
}

/** An alias can't be made where an index has its name. */
async function planAlias(engine: Engine, alias: string, ofIndex: string): Promise<SetupStep[]> {
  const { body } = await engine.request<Record<string, unknown>>({ method: 'GET', path: `/${alias}/_alias`, allow: [404] });
  if (!Object.hasOwn(body ?? {}, alias)) return [];
  return [
    {
      kind: 'index',
      name: alias,
      action: 'conflict',
      detail: `an index has this name, which is that of orgscope's alias for ${ofIndex}`,
      next: `Reindex ${alias} under another name if you need its documents, and delete it (DELETE /${alias}); then run \`orgscope setup\`.`,
    },
  ];
}

/** Existing indices: new fields are added; a field of another type is a conflict, which nothing but a new index resolves. */
async function planIndices(engine: Engine, template: IndexTemplate): Promise<SetupStep[]> {
  const wanted = template.body.template.mappings;
  const query = { ignore_unavailable: true, allow_no_indices: true, expand_wildcards: 'open' };
  const request = { method: 'GET' as const, path: `/${encodeURIComponent(template.target)}/_mapping`, query, allow: [404] };
  const metas = await engine.request<Record<string, { mappings?: Partial<Mapping> }>>({
    ...request,
    query: { ...query, filter_path: '*.mappings.dynamic,*.mappings._meta' },
  });
  if (metas.status === 404) return [];
  // The filtered answer lacks indices without any mapping.
  const all = await engine.request<Record<string, unknown>>({
    ...request,
    path: `/${encodeURIComponent(template.target)}/_alias`,
    query: { ...query, filter_path: '*' },
  });
  const steps: SetupStep[] = [];
  for (const index of Object.keys(all.body ?? {}).sort()) {
    const step = { kind: 'mapping' as const, name: index };
    const meta = metas.body[index]?.mappings?._meta?.orgscope;
    if (meta?.fingerprint === wanted._meta.orgscope.fingerprint && meta.version === wanted._meta.orgscope.version) {
      steps.push({ ...step, action: 'unchanged', detail: '' });
      continue;
    }
    const { body } = await engine.request<Record<string, { mappings?: Partial<Mapping> }>>({
      method: 'GET',
      path: `/${encodeURIComponent(index)}/_mapping`,
    });
    const differences = compareMapping(body[index]?.mappings?.properties ?? {}, wanted.properties);
    const clashing = differences.filter(({ from }) => from !== undefined);
    if (clashing.length > 0) {
      steps.push({
        ...step,
        action: 'conflict',
        detail: some(clashing.map(({ field, from, to }) => `its field ${field} is ${from} in place of ${to}`)),
        next: `Reindex ${index} under another name and delete it, or delete it and run with --again: an existing field can't change its type.`,
      });
      continue;
    }
    const added = differences.map(({ field }) => field);
    steps.push({
      ...step,
      action: 'update',
      detail: added.length > 0 ? `new fields: ${some(added)}` : 'marked as up to date',
      request: { method: 'PUT', path: `/${encodeURIComponent(index)}/_mapping`, body: wanted },
    });
  }
  return steps;
}

async function planIndex(engine: Engine, name: string): Promise<SetupStep> {
  const { status } = await engine.request({ method: 'HEAD', path: `/${name}`, allow: [404] });
  const step = { kind: 'index' as const, name };
  if (status !== 404) return { ...step, action: 'unchanged', detail: '' };
  return { ...step, action: 'create', detail: 'by its template', request: { method: 'PUT', path: `/${name}`, body: {} } };
}

const some = (names: readonly string[]): string =>
  names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;
