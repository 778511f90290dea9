import { OrgscopeError } from '../../core/problem.ts';
import { compareMapping } from './compare-mapping.ts';
import type { Engine } from './engine.ts';
import type { IndexTemplate, Mapping } from './schema.ts';

/**
 * Finds index templates that orgscope did not make and that would override its own. Of all templates that match the name of a new index, the engine
 * applies only the one with the highest priority. A foreign template for `*` would give orgscope's indices fields of other types, or none, and then
 * every search fails or finds nothing.
 */

/** How an index differs, or would differ, from what orgscope needs. */
export interface WrongMapping {
  readonly detail: string;
  readonly next: string;
}

export interface ListedTemplate {
  readonly name: string;
  readonly index_template: {
    readonly index_patterns: readonly string[];
    readonly priority?: number;
    readonly data_stream?: object;
  };
}

/** All index templates of the engine, with the parts that decide which of them makes an index. */
export async function listTemplates(engine: Engine): Promise<readonly ListedTemplate[]> {
  const parts = ['name', 'index_template.index_patterns', 'index_template.priority', 'index_template.data_stream'];
  const { body } = await engine.request<{ index_templates?: readonly ListedTemplate[] }>({
    method: 'GET',
    path: '/_index_template',
    query: { filter_path: parts.map((part) => `index_templates.${part}`).join(',') },
  });
  return body.index_templates ?? [];
}

/** How an index would differ from this template because a foreign template overrides it; undefined where it would not. */
export async function overriddenBy(
  engine: Engine,
  listed: readonly ListedTemplate[],
  template: IndexTemplate,
  index: string,
): Promise<WrongMapping | undefined> {
  const { priority } = template.body;
  const [stronger] = listed
    .filter((one) => one.name !== template.name && priorityOf(one) >= priority)
    .filter(({ index_template }) => index_template.index_patterns.some((pattern) => matches(pattern, index)))
    .sort((one, other) => priorityOf(other) - priorityOf(one));
  if (stronger === undefined) return undefined;
  const { name, index_template } = stronger;
  const what =
    index_template.data_stream === undefined ? await simulatedDifference(engine, template, index) : 'it would be a data stream';
  if (what === undefined) return undefined;
  const foreign = `${name} (for ${index_template.index_patterns.join(', ')}, priority ${priorityOf(stronger)})`;
  return {
    detail: `${index} would be made by the index template ${foreign} and not by ${template.name} (priority ${priority}): ${what}`,
    next: `Give ${name} a priority below ${priority}, or patterns that do not match ${index}; then run \`orgscope setup\`.`,
  };
}

const priorityOf = ({ index_template }: ListedTemplate): number => index_template.priority ?? 0;

const matches = (pattern: string, index: string): boolean =>
  new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(index);

/** The mapping that a new index of this name would have, as the engine simulates it. */
async function simulate(engine: Engine, index: string, filter: string): Promise<Partial<Mapping>> {
  const { body } = await engine.request<{ template?: { mappings?: Partial<Mapping> } }>({
    method: 'POST',
    path: `/_index_template/_simulate_index/${encodeURIComponent(index)}`,
    query: { filter_path: filter },
    allow: [404],
  });
  return body.template?.mappings ?? {};
}

const simulatedDifference = async (engine: Engine, { body }: IndexTemplate, index: string): Promise<string | undefined> =>
  howItDiffers(await simulate(engine, index, 'template.mappings'), body.template.mappings);

function howItDiffers(mapping: Partial<Mapping>, wanted: Mapping): string | undefined {
  const differences = compareMapping(mapping.properties ?? {}, wanted.properties);
  const first = differences.find(({ from }) => from !== undefined) ?? differences[0];
  if (first === undefined) return undefined;
  const more = differences.length > 1 ? `, and ${differences.length - 1} more fields` : '';
  return first.from === undefined
    ? `its field ${first.field} would be missing${more}`
    : `its field ${first.field} would be ${first.from} in place of ${first.to}${more}`;
}

/**
 * Yields a check of the indices that documents are about to be written to. It throws an OrgscopeError (`conflict`) for an index whose mapping differs,
 * or would differ, from what orgscope needs. Each index is checked once: a correct mapping can't become wrong.
 */
export function indexChecker(engine: Engine, templateOf: (index: string) => IndexTemplate | undefined) {
  const checked = new Map<string, Promise<void>>();

  async function check(index: string): Promise<void> {
    const template = templateOf(index);
    if (template === undefined) return;
    const { status, body } = await engine.request<Record<string, { mappings?: Partial<Mapping> }>>({
      method: 'GET',
      path: `/${encodeURIComponent(index)}/_mapping`,
      query: { filter_path: '*.mappings._meta.orgscope.version' },
      allow: [404],
    });
    // Also holds for indices of a newer orgscope, which this one does not judge.
    if (Object.values(body ?? {}).some(({ mappings }) => mappings?._meta?.orgscope.version !== undefined)) return;
    if (status === 404 && (await simulate(engine, index, 'template.mappings._meta'))._meta?.orgscope !== undefined) return;
    const wrong =
      status === 404
        ? await overriddenBy(engine, await listTemplates(engine), template, index)
        : await wrongMapping(engine, template, index);
    if (wrong !== undefined) throw new OrgscopeError('conflict', `${engine.name}: ${wrong.detail}.`, wrong.next);
  }

  return async (indices: Iterable<string>): Promise<void> => {
    for (const index of indices) {
      let asked = checked.get(index);
      if (asked === undefined) {
        asked = check(index);
        checked.set(index, asked);
        asked.catch(() => checked.delete(index));
      }
      await asked;
    }
  };
}

async function wrongMapping(engine: Engine, template: IndexTemplate, index: string): Promise<WrongMapping | undefined> {
  const { body } = await engine.request<Record<string, { mappings?: Partial<Mapping> }>>({
    method: 'GET',
    path: `/${encodeURIComponent(index)}/_mapping`,
    allow: [404],
  });
  const mapping = Object.values(body ?? {})[0]?.mappings ?? {};
  const differences = compareMapping(mapping.properties ?? {}, template.body.template.mappings.properties);
  const [first] = differences;
  if (first === undefined) return undefined;
  return {
    detail: `${index} was not made by ${template.name}: its field ${first.field} is ${first.from ?? 'missing'} in place of ${first.to}`,
    next: `Find the index template that made it (\`orgscope setup\`), correct that, and delete ${index} or reindex it under another name; then run with --again.`,
  };
}
