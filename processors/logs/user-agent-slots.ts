import { byteCache } from '../byte-cache.ts';
import { parseUserAgent } from '../parse-user-agent.ts';
import { memory, type Part } from '../record-memory.ts';
import { keptJson } from './json-part.ts';
import type { Leaf } from './line-plan.ts';
import { endOf, isPresent, setPart, startOf } from './line-slots.ts';

/** The derived slots that `setUserAgent` fills. */
export const AGENT_SLOTS = ['agentName', 'agentVersion'] as const;

/** The agent of a request. `original`: the slot of its text. */
export const agentLeaves = (original: string): readonly Leaf[] => [
  { field: 'user_agent.original', slot: original, form: 'text' },
  { field: 'user_agent.name', slot: 'agentName', form: 'json' },
  { field: 'user_agent.version', slot: 'agentVersion', form: 'json' },
];

const agents = byteCache((from, to): { readonly name: Part; readonly version: Part } => {
  const { name, version } = parseUserAgent(memory.toString('utf8', from, to));
  return { name: keptJson(name), version: keptJson(version) };
});

/** Finds name and version of an agent. `first`: the number of the slot of the name. */
export function setUserAgent(slot: number, first: number): void {
  if (!isPresent(slot)) return;
  const { name, version } = agents(startOf(slot), endOf(slot));
  setPart(first, name);
  setPart(first + 1, version);
}
