import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parse } from 'csv-parse/sync';
import { lineProblems } from '../../aws/line-problems.ts';
import { decodeText } from '../../core/decode-text.ts';
import { type HostSource, isInstanceId, type MonitoredHost } from '../../core/monitored-host.ts';
import { OrgscopeError } from '../../core/problem.ts';

type Row = Readonly<Partial<Record<'name' | 'address' | 'alias' | 'instance_id' | 'groups' | 'state', string>>>;

type LeaveOut = (line: number, reason: string, next: string) => void;

/** Yields the hosts of a CSV file with the columns name, address, alias, instance_id, groups (`a;b`) and state; no file, no hosts. */
export function csvFile(file: string): HostSource {
  const source = basename(file);
  return {
    name: source,
    async hosts(signal) {
      const text = await read(file, signal);
      if (text === undefined) return { hosts: [], problems: [] };
      const hosts: MonitoredHost[] = [];
      const problems = lineProblems();
      const leaveOut: LeaveOut = (line, reason, next) =>
        problems.add({
          code: 'malformed',
          severity: 'failed',
          message: `${reason}: this row is left out`,
          next,
          where: { file, line },
        });
      const take = (line: number, row: Row) => {
        const { name = '', address, alias, instance_id: instanceId, groups, state } = row;
        if (name === '') return leaveOut(line, 'a host without a name', 'Fill in the column name.');
        if (instanceId && !isInstanceId(instanceId)) {
          return leaveOut(line, `"${instanceId}" is no instance id`, 'Write it as i-0123456789abcdef0, or leave it empty.');
        }
        hosts.push({
          name,
          ...(address ? { address } : {}),
          ...(alias ? { alias } : {}),
          ...(instanceId ? { instanceId } : {}),
          groups: (groups ?? '').split(';').flatMap((group) => group.trim() || []),
          ...(state ? { state: state.toLowerCase() } : {}),
          source,
        });
      };
      parseRows(text, file, take, leaveOut);
      const left = problems.all();
      if (hosts.length === 0 && left.length === 0) {
        throw new OrgscopeError('empty', 'The file names no host', 'Fill it, or remove it.', { file });
      }
      return { hosts, problems: left };
    },
  };
}

async function read(file: string, signal: AbortSignal): Promise<string | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file, { signal });
  } catch (error) {
    signal.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new OrgscopeError(
      'missing',
      "The file can't be read",
      'Check the permissions of the file.',
      { file },
      { cause: error },
    );
  }
  return decodeText(bytes, file);
}

function parseRows(text: string, file: string, take: (line: number, row: Row) => void, leaveOut: LeaveOut): void {
  parse(text, {
    trim: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    columns: (header: string[]) => {
      const columns = header.map((column) => column.toLowerCase());
      if (columns.includes('name')) return columns;
      throw new OrgscopeError(
        'malformed',
        'The first row names no column "name"',
        'Begin the file with name,address,alias,instance_id,groups,state (what you have of them), with commas between.',
        { file, line: 1 },
      );
    },
    on_record: (row: Row, { lines }) => {
      take(lines, row);
      return null;
    },
    on_skip: (error) => {
      const line = Number(error?.lines ?? 0);
      // An unclosed quote hides all later rows: with only the earlier rows, hosts in the file would count as unmonitored.
      if (error?.code === 'CSV_QUOTE_NOT_CLOSED') {
        throw new OrgscopeError('malformed', 'A quote is opened and never closed', 'Close it.', { file, line });
      }
      leaveOut(line, error?.message ?? 'a row that is no CSV', 'Mend the row.');
      return undefined;
    },
  });
}
