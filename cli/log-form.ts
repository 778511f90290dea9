import type { CommandContext } from '../app/command-context.ts';
import { OrgscopeError } from '../core/problem.ts';

export const LOG_HELP = 'how it tells what it does: text for people, json for machines (default: text on a terminal, else json)';

/** How a command that runs for long tells what it does. A log that is collected is read by machines; on a terminal sits a person. */
export function logForm(option: string | undefined, { environment, err }: CommandContext): 'text' | 'json' {
  const wanted = option ?? environment.log;
  if (wanted === undefined) return err.isTTY ? 'text' : 'json';
  if (wanted === 'text' || wanted === 'json') return wanted;
  const place = option === undefined ? 'ORGSCOPE_LOG' : '--log';
  throw new OrgscopeError('usage', `${place} is text or json.`, 'Add --help to see what the command takes.');
}
