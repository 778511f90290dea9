import { basename } from 'node:path';
import { lineProblems } from '../../aws/line-problems.ts';
import { lineProblem, readList } from '../../aws/read-list.ts';
import type { HostSource, MonitoredHost } from '../../core/monitored-host.ts';

/** Yields the hosts of a list such as op5_hosts.txt, one a line: `NAME [ADDRESS]`. */
export function op5List(file: string): HostSource {
  const source = basename(file);
  return {
    name: source,
    async hosts() {
      const hosts: MonitoredHost[] = [];
      const problems = lineProblems();
      for (const line of readList(file)) {
        const [name = '', address, ...rest] = line.words;
        if (name === '' || rest.length > 0 || (address !== undefined && !/^[\w.:-]+$/.test(address))) {
          problems.add(
            lineProblem(
              line,
              'malformed',
              `"${line.words.join(' ')}" is not a host and its address: this line is left out`,
              'Write NAME, or NAME ADDRESS with an IP address or a DNS name; "…" around what has blanks.',
            ),
          );
        } else hosts.push({ name, ...(address === undefined ? {} : { address }), groups: [], source });
      }
      return { hosts, problems: problems.all() };
    },
  };
}
