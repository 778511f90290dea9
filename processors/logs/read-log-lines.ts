import type { RecordStep } from '../../core/record-reader.ts';
import { parseInstant } from '../parse-instant.ts';
import { createLineReader } from '../read-lines.ts';
import { tooLarge } from '../record-limits.ts';
import type { LogEvent, LogEventReader } from './log-event-reader.ts';
import { MAX_LINE_BYTES } from './log-limits.ts';

/** An event whose lines may go on. */
interface OpenEvent {
  readonly time: string;
  readonly position: number;
  readonly number: number;
  readonly lines: string[];
  lastNumber: number;
  isTooLarge: boolean;
}

/** How CloudWatch Logs, whose times have milliseconds, begins each event of an export: load balancers write microseconds. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z /;
const TIME_CHARACTERS = 40;
const NEWLINE = 0x0a;
const NO_EVENT: LogEvent = { text: '', original: '', id: 0, time: undefined };

/** The time that a line of an export begins with, and how many characters it takes. */
export function exportTime(line: string): { readonly time: string; readonly length: number } | undefined {
  const [found] = TIME.exec(line.slice(0, TIME_CHARACTERS)) ?? [];
  const time = found === undefined ? '' : parseInstant(found.trimEnd());
  return found === undefined || time === '' ? undefined : { time: `${time.slice(0, 23)}Z`, length: found.length };
}

/**
 * Yields a reader of the lines of an object. A line of an export of CloudWatch Logs begins with its time in UTC and a space, and the message follows as it was
 * written, with its line breaks. So a line without a time belongs to the message before it; a line of a message that begins with such a time can't be told from an
 * event. Before the first line with a time, each line is an event without a time: that is how plain lines are read.
 */
export function createLogLineReader(): LogEventReader {
  const lines = createLineReader({ maxBytes: MAX_LINE_BYTES });
  let open: OpenEvent | undefined;
  let pushed = 0;
  let endsWithNewline = false;
  let shownNumber = 0;
  let shownText = '';

  const reader = {
    event: NO_EVENT,
    reason: '',
    push(piece: Buffer) {
      pushed += piece.length;
      if (piece.length > 0) endsWithNewline = piece[piece.length - 1] === NEWLINE;
      lines.push(piece);
    },
    finish: () => lines.finish(),
    next,
    location: () => `line ${shownNumber}`,
    content: (maxBytes: number) => Buffer.from(shownText.slice(0, maxBytes)).toString('utf8', 0, maxBytes),
  };

  function next(): RecordStep {
    for (;;) {
      const step = lines.next();
      if (step === 'more') return step;
      if (step !== 'record' && step !== 'refused') {
        if (open !== undefined) return close(pushed - (endsWithNewline ? 1 : 0), undefined);
        reader.reason = lines.reason;
        return step;
      }
      const isTooLarge = step === 'refused';
      const line = lines.text();
      const begin = exportTime(line);
      if (begin === undefined && open === undefined) return single(line, isTooLarge);
      if (begin === undefined) {
        goOn(open as OpenEvent, line, isTooLarge);
        continue;
      }
      const { position, number } = lines;
      const begun: OpenEvent = { time: begin.time, position, number, lines: [line], lastNumber: number, isTooLarge };
      if (open !== undefined) return close(position - 1, begun);
      open = begun;
    }
  }

  function single(line: string, isTooLarge: boolean): 'record' | 'refused' {
    show(lines.number, line);
    reader.reason = lines.reason;
    if (isTooLarge) return 'refused';
    reader.event = { text: line, original: line, id: lines.position, time: undefined };
    return 'record';
  }

  function goOn(event: OpenEvent, line: string, isTooLarge: boolean): void {
    event.isTooLarge ||= isTooLarge || lines.position + lines.end - lines.start - event.position > MAX_LINE_BYTES;
    if (event.isTooLarge) return;
    // The line reader passes over empty lines, which are part of the message.
    for (let number = event.lastNumber + 1; number < lines.number; number++) event.lines.push('');
    event.lines.push(line);
    event.lastNumber = lines.number;
  }

  /** Ends the open event, which is not longer than to `end`, and goes on with the next one. */
  function close(end: number, following: OpenEvent | undefined): 'record' | 'refused' {
    const { time, position, number, lines: parts, isTooLarge } = open as OpenEvent;
    open = following;
    const original = parts.join('\n');
    show(number, original);
    if (isTooLarge) {
      reader.reason = tooLarge(end - position, MAX_LINE_BYTES);
      return 'refused';
    }
    const text = original.slice(exportTime(original)?.length);
    reader.event = { text, original, id: position, time };
    return 'record';
  }

  function show(number: number, text: string): void {
    shownNumber = number;
    shownText = text;
  }

  return reader;
}
