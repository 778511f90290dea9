import type { IndexMapping } from '../../core/field.ts';
import type { IndexView } from '../../core/query.ts';
import type { Engine } from './engine.ts';
import { fingerprint, policyName } from './schema.ts';
import type { SetupOptions, SetupStep } from './setup.ts';

export interface PlannedPolicies {
  readonly steps: readonly SetupStep[];
  /** Views whose template names its policy, as ILM needs it. ISM finds the indices by a pattern in the policy. */
  readonly inTemplates: ReadonlySet<IndexView>;
}

interface StoredPolicy {
  readonly fingerprint: string | undefined;
  /** The sequence number and term of the policy to be replaced, which ISM requires. */
  readonly replaces: Readonly<Record<string, number>>;
}

/**
 * Plans the lifecycle policies, where the engine has them. On other engines, and for billing (whose months are aliases), `orgscope prune` removes old
 * documents. On ISM, current state that the pattern of another view matches gets its own policy, which keeps it.
 */
export async function planPolicies(
  engine: Engine,
  mappings: readonly IndexMapping[],
  { retentionDays }: SetupOptions,
): Promise<PlannedPolicies> {
  const dialect = engine.product === 'elasticsearch' ? ilm : ism;
  // An engine without the feature has no such path (400, 405); a user who may not read policies may not set them (403).
  const probe = await engine.request({ method: 'GET', path: dialect.path, allow: [400, 403, 404, 405] });
  if (probe.status !== 200) {
    const detail = 'not available here: `orgscope prune` removes what is older than its retention';
    return { steps: [{ kind: 'policy', name: dialect.name, action: 'notice', detail }], inTemplates: new Set() };
  }
  const steps: SetupStep[] = [];
  const inTemplates = new Set<IndexView>();
  for (const mapping of mappings) {
    const { view, partition, delivery } = mapping;
    const given = retentionDays?.get(view);
    const days = given === undefined ? mapping.retentionDays : given;
    const kept = days === null || partition === 'none' || delivery !== undefined;
    const isCovered = mappings.some(({ excludes }) => excludes.includes(mapping.pattern));
    if (kept && !(dialect === ism && isCovered && partition === 'none')) continue;
    // A month ends up to 31 days after its index begins.
    const body = dialect.policy(mapping, kept ? null : (days as number) + (partition === 'month' ? 31 : 0));
    const name = policyName(view);
    const path = `${dialect.path}/${name}`;
    const answer = await engine.request<Record<string, unknown>>({ method: 'GET', path, allow: [404] });
    const stored = answer.status === 404 ? undefined : dialect.stored(answer.body, name);
    if (dialect === ilm) inTemplates.add(view);
    if (stored?.fingerprint === body.fingerprint) {
      steps.push({ kind: 'policy', name, action: 'unchanged', detail: '' });
      continue;
    }
    steps.push({
      kind: 'policy',
      name,
      action: stored === undefined ? 'create' : 'update',
      detail: kept ? 'current state is kept' : `keeps ${days} days`,
      request: { method: 'PUT', path, body: body.policy, query: stored?.replaces ?? {} },
    });
  }
  return { steps, inTemplates };
}

interface Dialect {
  readonly name: string;
  readonly path: string;
  /** Whole days from an index's creation to its deletion; null keeps it. */
  policy(mapping: IndexMapping, days: number | null): { readonly policy: object; readonly fingerprint: string };
  stored(answer: Record<string, unknown>, name: string): StoredPolicy;
}

const ilm: Dialect = {
  name: 'index lifecycle management (ILM)',
  path: '/_ilm/policy',
  policy(_, days) {
    const phases = { hot: { min_age: '0ms', actions: {} }, delete: { min_age: `${days}d`, actions: { delete: {} } } };
    const mark = fingerprint(phases);
    return { policy: { policy: { phases, _meta: { orgscope: mark } } }, fingerprint: mark };
  },
  stored(answer, name) {
    const stored = answer[name] as { policy?: { _meta?: { orgscope?: string } } } | undefined;
    return { fingerprint: stored?.policy?._meta?.orgscope, replaces: {} };
  },
};

const ism: Dialect = {
  name: 'index state management (ISM)',
  path: '/_plugins/_ism/policies',
  policy({ pattern, templatePriority }, days) {
    const transitions = days === null ? [] : [{ state_name: 'delete', conditions: { min_index_age: `${days}d` } }];
    const policy = {
      default_state: 'keep',
      states: [
        { name: 'keep', actions: [], transitions },
        ...(days === null ? [] : [{ name: 'delete', actions: [{ delete: {} }], transitions: [] }]),
      ],
      ism_template: [{ index_patterns: [pattern], priority: templatePriority }],
    };
    const mark = fingerprint(policy);
    // The description is the only part of an ISM policy that can hold the fingerprint.
    return { policy: { policy: { description: `orgscope ${mark}`, ...policy } }, fingerprint: mark };
  },
  stored(answer) {
    const {
      policy,
      _seq_no = 0,
      _primary_term = 1,
    } = answer as {
      policy?: { description?: string };
      _seq_no?: number;
      _primary_term?: number;
    };
    return {
      fingerprint: policy?.description?.split(' ').at(-1),
      replaces: { if_seq_no: _seq_no, if_primary_term: _primary_term },
    };
  },
};
