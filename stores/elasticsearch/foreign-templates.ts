import { OrgscopeError } from '../../core/problem.ts';
import { compareMapping } from './compare-mapping.ts';
import type { Engine } from './connect.ts';
import type { IndexTemplate, Mapping } from './schema.ts';

/**
 * Index templates of others. Of all templates that match a new index's name the one with the highest priority makes it, alone: one of somebody else
 * for `*` gives orgscope's indices fields of other types, or none, and then every search fails or finds nothing.
 */

/** What an engine would make, or has made, in another way than orgscope needs it. */
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

/** All index templates of the engine, by what decides which of them makes an index. */
export async function listTemplates(engine: Engine): Promise<readonly ListedTemplate[]> {
  const parts = ['name', 'index_template.index_patterns', 'index_template.priority', 'index_template.data_stream'];
  const { body } = await engine.request<{ index_templates?: readonly ListedTemplate[] }>({
    method: 'GET',
    path: '/_index_template',
    query: { filter_path: parts.map((part) => `index_templates.${part}`).join(',') },
  });
  return body.index_templates ?? [];
}

/** What is wrong with an index that this template shall make, once it is there; undefined where nothing is. */
export async function whatWins(
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
    index_template.data_stream === undefined ? await howItWouldDiffer(engine, template, index) : 'it would be a data stream';
  if (what === undefined) return undefined;
  const theirs = `${name} (for ${index_template.index_patterns.join(', ')}, priority ${priorityOf(stronger)})`;
  return {
    detail: `${index} would be made by the index template ${theirs} and not by ${template.name} (priority ${priority}): ${what}`,
    next: `Give ${name} a priority below ${priority}, or patterns that do not match ${index}; then run \`orgscope setup\`.`,
  };
}

const priorityOf = ({ index_template }: ListedTemplate): number => index_template.priority ?? 0;

const matches = (pattern: string, index: string): boolean =>
  new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(index);

/** What an index of this name would be, by the engine itself. */
async function simulate(engine: Engine, index: string, filter: string): Promise<Partial<Mapping>> {
  const { body } = await engine.request<{ template?: { mappings?: Partial<Mapping> } }>({
    method: 'POST',
    path: `/_index_template/_simulate_index/${encodeURIComponent(index)}`,
    query: { filter_path: filter },
    allow: [404],
  });
  return body.template?.mappings ?? {};
}

const howItWouldDiffer = async (engine: Engine, { body }: IndexTemplate, index: string): Promise<string | undefined> =>
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
 * Yields what is called with the indices before documents go there: it throws an OrgscopeError (`conflict`) for an index that was made, or would be made,
 * in another way than orgscope needs. Each is asked for once: what is right then stays so.
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
    // A newer orgscope's is its own affair.
    if (Object.values(body ?? {}).some(({ mappings }) => mappings?._meta?.orgscope.version !== undefined)) return;
    if (status === 404 && (await simulate(engine, index, 'template.mappings._meta'))._meta?.orgscope !== undefined) return;
    const wrong =
      status === 404
        ? await whatWins(engine, await listTemplates(engine), template, index)
        : await whatStands(engine, template, index);
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

async function whatStands(engine: Engine, template: IndexTemplate, index: string): Promise<WrongMapping | undefined> {
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
    detail: `${index} was not made by ${template.name}: its field ${first.field} is ${first.from ?? 'missing'}, and orgscope's is ${first.to}`,
    next: `See which index template made it (\`orgscope setup\`), mend that, and delete ${index} or reindex it under another name; then run with --again.`,
  };
}
