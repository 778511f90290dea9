import type { CommandContext } from '../app/command-context.ts';
import { OrgscopeError } from '../core/problem.ts';

export const LOG_HELP = 'form of the log: text for people, json for machines (default: text on a terminal, else json)';

/** The log form of a long-running command: text on a terminal, where a person reads it, else JSON, since logs are collected by machines. */
export function logForm(option: string | undefined, { environment, err }: CommandContext): 'text' | 'json' {
  const wanted = option ?? environment.log;
  if (wanted === undefined) return err.isTTY ? 'text' : 'json';
  if (wanted === 'text' || wanted === 'json') return wanted;
  const place = option === undefined ? 'ORGSCOPE_LOG' : '--log';
  throw new OrgscopeError('usage', `${place} is text or json.`, 'Add --help to see what the command takes.');
}
