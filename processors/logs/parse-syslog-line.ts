import { parseInstant } from '../parse-instant.ts';

/** A line of syslog, as machines keep it in files. */
export interface SyslogLine {
  /** As an ISO 8601 instant; undefined where the line has no year. */
  readonly time: string | undefined;
  readonly host: string;
  readonly process: string;
  readonly pid: number | undefined;
  readonly message: string;
}

/** `<34>` before the time is the priority that the protocol adds. */
const TIME =
  /^(?:<\d{1,3}>)?(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d|(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))) /;
const HOST = /^([A-Za-z0-9][A-Za-z0-9._:-]{0,254}) /;
const PROCESS = /^([^\s:[\]](?:[^:[\]\n]{0,126}[^\s:[\]])?)(?:\[(\d{1,10})\])?:(?: |$)/;

/**
 * Yields the parts of a line of syslog: `Feb 20 07:01:01 HOST PROCESS[PID]: message`, or with an ISO time as newer systems write it. Undefined for another line.
 */
export function parseSyslogLine(line: string): SyslogLine | undefined {
  const [timePart, isoTime] = TIME.exec(line) ?? [];
  if (timePart === undefined) return undefined;
  const afterTime = line.slice(timePart.length);
  const [hostPart, host] = HOST.exec(afterTime) ?? [];
  if (hostPart === undefined || host === undefined) return undefined;
  const afterHost = afterTime.slice(hostPart.length);
  const [processPart, process, pid] = PROCESS.exec(afterHost) ?? [];
  if (processPart === undefined || process === undefined) return undefined;
  const instant = parseInstant(isoTime ?? '');
  return {
    time: instant === '' ? undefined : `${instant.slice(0, 23)}Z`,
    host,
    process,
    pid: pid === undefined ? undefined : Number(pid),
    message: afterHost.slice(processPart.length),
  };
}
