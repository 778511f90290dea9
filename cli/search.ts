import type { Command } from 'commander';
import { z } from 'zod';
import { worldToShow } from '../app/choose-world.ts';
import type { CommandContext } from '../app/command-context.ts';
import { withOrgscope } from '../app/connect.ts';
import { checked, readSettings } from '../app/settings.ts';
import type { Json } from '../core/json.ts';
import type { Hit } from '../core/query.ts';
import { shownLine } from '../core/shown-line.ts';
import { number } from './format-run.ts';
import { SHOWN_HITS } from './shown-hits.ts';

/** Documents per page: large enough that the fixed cost of a query does not matter, small enough for memory. */
const PAGE = 2_000;
const options = z.object({
  count: z.boolean().default(false),
  limit: z.coerce.number('--limit is a number').int('--limit is a whole number').positive('--limit is at least 1').optional(),
});

/** `search`: documents of an index pattern that match a query in the Lucene subset. */
export async function search(
  context: CommandContext,
  index: string,
  query: string | undefined,
  given: unknown,
  command: Command,
): Promise<void> {
  const settings = readSettings(command.optsWithGlobals(), context.environment);
  const { count, limit: asked } = checked(options, given);
  const limit = asked ?? (settings.json ? Number.POSITIVE_INFINITY : SHOWN_HITS);
  await withOrgscope(worldToShow(settings), settings, context, 'ask', async (orgscope) => {
    const ask = (size: number, after?: string) =>
      orgscope.search({ index, query: query ?? '', limit: size, ...(after === undefined ? {} : { after }) });
    if (count) {
      const { total } = await ask(0);
      context.out.write(settings.json ? `${JSON.stringify({ count: total })}\n` : `${total}\n`);
      return;
    }
    let shown = 0;
    let total = 0;
    let last: string | undefined;
    while (shown < limit) {
      const size = Math.min(PAGE, limit - shown);
      const answer = await ask(size, last);
      if (last === undefined) total = answer.total;
      const text = answer.hits.map(settings.json ? (hit) => `${JSON.stringify(hit)}\n` : formatHit).join('');
      // Waits for a slow reader, so that output does not pile up in memory.
      if (!context.out.write(text)) await context.out.drained();
      shown += answer.hits.length;
      last = answer.hits.at(-1)?._id;
      if (answer.hits.length < size) break;
    }
    if (!settings.json) context.out.write(`${number(shown)} of ${number(total)}${shown < total ? '; --limit shows more' : ''}\n`);
  });
}

const SUMMARY_WIDTH = 160;

/** One line for people: when, what, and the start of the document. */
function formatHit({ _index, _id, _source }: Hit): string {
  const source = _source as { [key: string]: Json };
  const { '@timestamp': time, ...rest } = source;
  const text = JSON.stringify(rest);
  const line = text.length > SUMMARY_WIDTH ? `${text.slice(0, SUMMARY_WIDTH - 1)}…` : text;
  return `${shownLine(`${_index}  ${typeof time === 'string' ? time : ''}  ${_id}`)}\n    ${shownLine(line)}\n`;
}
