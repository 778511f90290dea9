import { Command } from 'commander';
import type { CommandContext } from '../../app/command-context.ts';
import { shownPattern } from '../../core/index-names.ts';
import { views } from '../../mappings/registry.ts';
import { SHOWN_HITS } from '../shown-hits.ts';

/** The arguments, options and help of `search`; its work is loaded when it runs. */
export const searchCommand = (context: CommandContext): Command =>
  new Command('search')
    .summary('find documents by index pattern and query')
    .description(
      `Finds documents. The index pattern is one of ${views.map(({ index }) => shownPattern(index)).join(', ')} (docs/fields.md), or a concrete ` +
        'index such as awscli-trail-2026.11.21. The query is a Lucene subset: field:value, "a phrase", AND OR NOT and parentheses, ranges ' +
        'field:[a TO b] and field:>=n, a trailing * and field:* (docs/search.md). Without a query, all documents match.',
    )
    .argument('<index-pattern>', 'in quotes, so that the shell does not expand the *')
    .argument('[query]', 'in quotes')
    .option('--count', 'print only the number of matches')
    .option('--limit <n>', `the most documents to print (default: ${SHOWN_HITS}, with --json all)`)
    .addHelpText(
      'after',
      `
Examples:
  $ orgscope search 'awscli-trail-*' 'event.outcome:failure AND event.action:Delete*'
  $ orgscope search 'awscli-trail-*' '@timestamp:[2026-11-01 TO 2026-11-30]' --count
  $ orgscope search awscli-current 'resource.type:ec2-instance AND NOT resource.state:running' --json
  $ orgscope search awscli-current '"10.0.3.7"'

With --json, there is one line per document: {"_index":…,"_id":…,"_source":{…}}.`,
    )
    .action(async (index: string, query: string | undefined, given: unknown, command: Command) => {
      const { search } = await import('../search.ts');
      await search(context, index, query, given, command);
    });
